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


def halves_to_nearest(matrix: Singles, queries: Singles, known: Doubles | None = None) -> Doubles:
    """Exact half squared distance of every row to its nearest query, ``(N,)``; the queries are not checked.

    With ``known``, such a distance of every row to others before, the lower of both. Rows that no query is nearer to
    cost no more than the product in single precision.
    """
    work = Workspace(matrix)
    shifted, lifts = work.others(queries)
    slack = float(work.slack_of(lifts).max())
    nearest = np.full(len(matrix), np.inf) if known is None else known.copy()

    def measure(begin: int) -> None:
        part = slice(begin, min(begin + BLOCK_ROWS, len(matrix)))
        margin = work.slack_of(work.lifts[part]) + slack
        reach = work.lifts[part] - margin
        _lower(nearest[part], work.part(part), shifted, lifts, (margin, reach), (matrix[part], queries))

    each(measure, range(0, len(matrix), BLOCK_ROWS), cost=matrix.size * len(queries))
    return nearest


def _lower(
    best: Doubles,
    vectors: Singles,
    shifted: Singles,
    lifts: Singles,
    bounds: tuple[Doubles, Doubles],
    stored: tuple[Singles, Singles],
) -> None:
    """Lower the half squared distances of some rows to those of their nearest queries, exactly.

    Args:
        best: What is known of them.
        vectors: The rows, shifted.
        shifted: The queries, shifted.
        lifts: Lifts of the queries.
        bounds: By row how far products may be off, and what is left of its lift without that.
        stored: Rows and queries as they are.
    """
    margin, reach = bounds
    matrix, queries = stored
    every = np.arange(len(matrix))
    top = np.full(len(matrix), -np.inf)
    for begin in range(0, len(queries), BLOCK_QUERIES):
        products = vectors @ shifted[begin : begin + BLOCK_QUERIES].T
        products -= lifts[begin : begin + BLOCK_QUERIES]
        doubtful = every
        while len(doubtful):
            # the highest product decides, and after it every other that rounding may have put behind
            place = products[doubtful].argmax(axis=1) if len(doubtful) < len(every) else products.argmax(axis=1)
            height = products[doubtful, place].astype(np.float64)
            near = (height >= top[doubtful] - margin[doubtful]) & (reach[doubtful] - height < best[doubtful])
            doubtful, place, height = doubtful[near], place[near], height[near]
            halves = half_squared(matrix[doubtful], queries[begin + place])
            best[doubtful] = np.minimum(best[doubtful], halves)
            top[doubtful] = np.maximum(top[doubtful], height)
            products[doubtful, place] = -np.inf
