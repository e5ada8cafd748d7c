"""Sums over 8-bit and 16-bit pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def column_sums(rows: NDArray[np.uint8] | NDArray[np.uint16], at_most: int) -> NDArray[np.int64]:
    """Sums of the columns: as many rows as fit 16 bits are added in these, several times faster than in 64.

    Args:
        rows: ``(height, width)``.
        at_most: No value of theirs is larger.
    """
    together = 65_535 // at_most
    whole = rows.shape[0] // together * together
    blocks = rows[:whole].reshape(-1, together, rows.shape[1])
    total: NDArray[np.int64] = np.add.reduce(blocks, axis=1, dtype=np.uint16).sum(axis=0, dtype=np.int64)
    total += np.add.reduce(rows[whole:], axis=0, dtype=np.uint16)
    return total
