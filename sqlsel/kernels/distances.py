"""Half squared Euclidean distances in double precision over stored float32: the numbers that decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Doubles, Rows, Singles

BLOCK_NUMBERS = 1 << 19


def half_squared(left: Singles, right: Singles) -> Doubles:
    """½ Σ (a - b)² of each pair of rows, in double; ``right`` may be one vector.

    The sum runs along each row by itself, so that a pair has one value wherever it stands in a block.
    """
    difference = left.astype(np.float64) - right
    half: Doubles = np.einsum("ij,ij->i", difference, difference)
    half *= 0.5
    return half


def half_squared_pairs(matrix: Singles, left: Rows, right: Rows) -> Doubles:
    """:func:`half_squared` of pairs of rows of a matrix."""
    halves = np.empty(len(left))
    block = max(BLOCK_NUMBERS // max(matrix.shape[1], 1), 1)
    for begin in range(0, len(left), block):
        part = slice(begin, begin + block)
        halves[part] = half_squared(matrix.take(left[part], axis=0), matrix.take(right[part], axis=0))
    return halves
