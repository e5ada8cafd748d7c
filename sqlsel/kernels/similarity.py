"""SIMILARITY: how near a vector is to the nearest of some queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.decay import decay
from sqlsel.kernels.distances import half_squared
from sqlsel.kernels.protocol import KernelInputError
from sqlsel.kernels.threads import each, own_threads
from sqlsel.kernels.workspace import Workspace

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Doubles, Singles

BLOCK_ROWS = 1 << 11
BLOCK_QUERIES = 1 << 8


def similarity(matrix: Singles, queries: Singles) -> Doubles:
    """exp(-d / mean d) of every row, d the Euclidean distance to its nearest query, the mean over all rows.

    Args:
        matrix: ``(N, d)`` float32.
        queries: ``(Q, d)`` float32, at least one.

    Returns:
        ``(N,)`` float64 in (0, 1]; 1 for all where the mean is 0 or there is a single row.

    Raises:
        KernelInputError: No queries, another width, or numbers that are not finite.
    """
    _check_queries(matrix, queries)
    with own_threads():
        return decay(np.sqrt(2.0 * _to_queries(matrix, queries)))


def _to_queries(matrix: Singles, queries: Singles) -> Doubles:
    """Exact half squared distance of every row to its nearest query."""
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


def _check_queries(matrix: Singles, queries: Singles) -> None:
    if matrix.ndim != 2 or queries.ndim != 2 or matrix.shape[1] != queries.shape[1]:
        raise KernelInputError(f"queries of shape {queries.shape} do not fit vectors of shape {matrix.shape}")
    if not len(queries):
        raise KernelInputError("similarity needs at least one query")
    if not np.isfinite(queries).all() or not np.isfinite(matrix).all():
        raise KernelInputError("a vector or a query holds NaN or infinite numbers")
