"""Half squared Euclidean distances in double precision over stored float32: the numbers that decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Doubles, Rows, Singles

BLOCK_NUMBERS = 1 << 20
"""Numbers in one block of differences: 8 MiB in double."""


def half_squared(left: Singles, right: Singles) -> Doubles:
    """½ Σ (a - b)² of each pair of rows, in double; ``right`` may be one vector.

    The sum runs along each row by itself, so that a pair has one value wherever it stands in a block.
    """
    difference = left.astype(np.float64) - right
    half: Doubles = np.einsum("ij,ij->i", difference, difference)
    half *= 0.5
    return half


def half_squared_blocks(matrix: Singles, vector: Singles, rows: Rows | None = None) -> Doubles:
    """½ Σ (a - b)² from one vector to all rows, or to some, in blocks of bounded memory."""
    count = len(matrix) if rows is None else len(rows)
    block = max(BLOCK_NUMBERS // max(matrix.shape[1], 1), 1)
    halves = np.empty(count)
    for begin in range(0, count, block):
        part = slice(begin, begin + block)
        chosen = matrix[part] if rows is None else matrix.take(rows[part], axis=0)
        halves[part] = half_squared(chosen, vector)
    return halves
