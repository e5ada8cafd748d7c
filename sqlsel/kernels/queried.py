"""Distances of rows to the nearest of some other vectors, exact in double."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.distances import half_squared
from sqlsel.kernels.threads import each
from sqlsel.kernels.workspace import Workspace

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Doubles, Singles

BLOCK_ROWS = 1 << 11
BLOCK_QUERIES = 1 << 8


def halves_to_nearest(matrix: Singles, queries: Singles) -> Doubles:
    """Exact half squared distance of every row to its nearest query, ``(N,)``; the queries are not checked."""
    work = Workspace(matrix)
    shifted, lifts = work.others(queries)
    slack = float(work.slack_of(lifts).max())
    nearest = np.empty(len(matrix))

    def measure(begin: int) -> None:
        part = slice(begin, min(begin + BLOCK_ROWS, len(matrix)))
        margin = work.slack_of(work.lifts[part]) + slack
        nearest[part] = _nearest(work.part(part), shifted, lifts, margin, (matrix[part], queries))

    each(measure, range(0, len(matrix), BLOCK_ROWS), cost=matrix.size * len(queries))
    return nearest


def _nearest(
    vectors: Singles, shifted: Singles, lifts: Singles, margin: Doubles, stored: tuple[Singles, Singles]
) -> Doubles:
    """Exact half squared distances of some rows to their nearest query."""
    matrix, queries = stored
    every = np.arange(len(matrix))
    best = np.full(len(matrix), np.inf)
    top = np.full(len(matrix), -np.inf)
    for begin in range(0, len(queries), BLOCK_QUERIES):
        products = vectors @ shifted[begin : begin + BLOCK_QUERIES].T
        products -= lifts[begin : begin + BLOCK_QUERIES]
        doubtful = every
        while len(doubtful):
            # the highest product decides, and after it every other that rounding may have put behind
            place = products[doubtful].argmax(axis=1) if len(doubtful) < len(every) else products.argmax(axis=1)
            height = products[doubtful, place].astype(np.float64)
            near = height >= top[doubtful] - margin[doubtful]
            doubtful, place, height = doubtful[near], place[near], height[near]
            halves = half_squared(matrix[doubtful], queries[begin + place])
            best[doubtful] = np.minimum(best[doubtful], halves)
            top[doubtful] = np.maximum(top[doubtful], height)
            products[doubtful, place] = -np.inf
    return best
