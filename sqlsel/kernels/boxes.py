"""Rows in blocks of neighbours, with a bound from below on the distance of any two rows of two blocks.

Along the directions of greatest spread rows are split at the median until the pieces are small. What is apart along
orthonormal directions is at least that far apart in all, so pieces whose boxes are far from each other hold no pair of
neighbours: they need not be multiplied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Doubles, Rows, Singles

DIRECTIONS = 16
SAMPLE = 8192
ROUNDING = 1e-6
"""By how much of the longest projection the bound is lowered, more than projecting in double and a basis err."""


class Boxes:
    """The blocks of a matrix.

    Attributes:
        blocks: The rows of each block; every row is in one.
    """

    def __init__(self, matrix: Singles, size: int) -> None:
        places = _projected(matrix)
        self.blocks: list[Rows] = list(_split(places, np.arange(len(matrix)), size))
        self._low = np.array([places[rows].min(axis=0) for rows in self.blocks])
        self._high = np.array([places[rows].max(axis=0) for rows in self.blocks])
        self._slack = ROUNDING * float(np.abs(places).max(initial=0.0))

    def near(self, block: int, distance: float) -> Rows:
        """The blocks from a block on, itself included, that may hold rows within a distance of its own."""
        others = slice(block, None)
        gap = np.maximum(self._low[others] - self._high[block], self._low[block] - self._high[others])
        np.maximum(gap, 0.0, out=gap)
        apart = np.sqrt(np.einsum("ij,ij->i", gap, gap))
        return np.flatnonzero(apart - self._slack <= distance) + block


def _projected(matrix: Singles) -> Doubles:
    """The rows along the directions in which a sample of them spreads most, ``(N, k)`` in double."""
    sample = matrix[:: max(len(matrix) // SAMPLE, 1)].astype(np.float64)
    centre = sample.mean(axis=0)
    sample -= centre
    _, basis = np.linalg.eigh(sample.T @ sample)
    directions = basis[:, -DIRECTIONS:]
    places = np.empty((len(matrix), directions.shape[1]))
    for begin in range(0, len(matrix), SAMPLE):
        part = slice(begin, begin + SAMPLE)
        places[part] = (matrix[part].astype(np.float64) - centre) @ directions
    return places


def _split(places: Doubles, rows: Rows, size: int) -> list[Rows]:
    """Pieces of at most so many rows, split where they spread most."""
    if len(rows) <= size:
        return [rows]
    own = places[rows]
    along = int(np.argmax(own.max(axis=0) - own.min(axis=0)))
    # whole blocks on the left, so that only the last one is small
    middle = -(-len(rows) // size) // 2 * size
    order = np.argpartition(own[:, along], middle)
    return [*_split(places, rows[order[:middle]], size), *_split(places, rows[order[middle:]], size)]
