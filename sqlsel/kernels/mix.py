"""How a mix of classes nears its target, pick by pick, where the picks themselves were decided elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.protocol import KernelInputError

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Doubles, Rows


def mix_path(classes: Rows, counts_before: Doubles, target: Doubles) -> Doubles:
    """Distance of the mix to the target after each pick.

    Args:
        classes: ``(k,)`` class of each pick, ``0 .. C-1``; -1 for none, which leaves the mix as it was.
        counts_before: ``(C,)`` members of each class before the first pick.
        target: ``(C,)`` shares.

    Returns:
        ``(k,)`` float64: sum over the classes of abs(share - target), where all shares are 0 in an empty mix.
    """
    picks = np.asarray(classes, dtype=np.int64)
    shares = np.asarray(target, dtype=np.float64)
    if len(counts_before) != len(shares):
        raise KernelInputError(f"counts_before has {len(counts_before)} classes, target {len(shares)}")
    if len(picks) and (picks.min() < -1 or picks.max() >= len(shares)):
        raise KernelInputError(f"classes must lie in -1 .. {len(shares) - 1}")
    total = np.sum(counts_before) + np.cumsum(picks >= 0)
    divisor = np.where(total > 0, total, 1.0)
    distance = np.zeros(len(picks))
    for number, share in enumerate(shares):
        count = counts_before[number] + np.cumsum(picks == number)
        distance += np.abs(count / divisor - share)
    return distance
