"""Half squared Euclidean distances in double precision over stored float32: the numbers that decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Doubles, Singles


def half_squared(left: Singles, right: Singles) -> Doubles:
    """½ Σ (a - b)² of each pair of rows, in double; ``right`` may be one vector.

    The sum runs along each row by itself, so that a pair has one value wherever it stands in a block.
    """
    difference = left.astype(np.float64) - right
    half: Doubles = np.einsum("ij,ij->i", difference, difference)
    half *= 0.5
    return half
