"""TYPICALITY: how dense the surroundings of a vector are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.decay import decay
from sqlsel.kernels.neighbours import neighbours
from sqlsel.kernels.protocol import KernelInputError

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Doubles, Singles


def typicality(matrix: Singles, k: int) -> Doubles:
    """Mean over the k nearest other rows of exp(-d / mean of all N * k such distances), d Euclidean.

    Args:
        matrix: ``(N, d)`` float32. A copy of a row is a neighbour at distance 0.
        k: Number of neighbours, at least 1, capped at N - 1.

    Returns:
        ``(N,)`` float64 in (0, 1]; 1 for all where the mean is 0 or there is a single row.

    Raises:
        KernelInputError: k below 1, a matrix of other shape, or numbers that are not finite.
    """
    if k < 1:
        raise KernelInputError(f"typicality needs at least one neighbour, not {k}")
    if matrix.ndim != 2 or not np.isfinite(matrix).all():
        raise KernelInputError("typicality needs a matrix (N, d) of finite numbers")
    near = min(k, len(matrix) - 1)
    if near < 1:
        return np.ones(len(matrix))
    halves = neighbours(matrix, near)
    distances = np.sqrt(2.0 * halves, out=halves)
    means: Doubles = decay(distances).mean(axis=1)
    return means
