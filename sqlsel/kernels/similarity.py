"""SIMILARITY: how near a vector is to the nearest of some queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.decay import decay
from sqlsel.kernels.protocol import KernelInputError
from sqlsel.kernels.queried import halves_to_nearest
from sqlsel.kernels.threads import own_threads

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Doubles, Singles


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
        return decay(np.sqrt(2.0 * halves_to_nearest(matrix, queries)))


def _check_queries(matrix: Singles, queries: Singles) -> None:
    if matrix.ndim != 2 or queries.ndim != 2 or matrix.shape[1] != queries.shape[1]:
        raise KernelInputError(f"queries of shape {queries.shape} do not fit vectors of shape {matrix.shape}")
    if not len(queries):
        raise KernelInputError("similarity needs at least one query")
    if not np.isfinite(queries).all() or not np.isfinite(matrix).all():
        raise KernelInputError("a vector or a query holds NaN or infinite numbers")
