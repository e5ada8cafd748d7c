"""How well a selection covers the candidates: the distance of each to the nearest chosen sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]
    Singles = npt.NDArray[np.float32]

POINTS = 64
BLOCK = 4096
LARGEST = 2**27
"""Distances that are held at a time."""


def coverage_curve(matrix: Singles, candidates: Rows, before: Rows, picked: Rows) -> dict[str, Any]:
    """Mean and largest distance of the candidates to the nearest chosen sample, as the selection grows.

    Args:
        matrix: ``(N, d)`` float32.
        candidates: Rows that should be covered.
        before: Rows chosen before the first pick.
        picked: Rows in pick order.

    Returns:
        ``n``: numbers of picks, at most 64 of them, from 1 to all; ``mean`` and ``largest``: Euclidean distances at
        each, computed in single precision with the data centred.

    Cost: one matrix product of candidates and picks; memory: blocks of at most 4096 candidates by
    the picks, half a GB.
    """
    steps = np.unique(np.geomspace(1, max(len(picked), 1), POINTS).round().astype(np.int64))[: len(picked)]
    total, largest = np.zeros(len(steps)), np.zeros(len(steps))
    if not len(candidates) or not len(picked):
        return {"n": [], "mean": [], "largest": []}
    centre = matrix[candidates[: min(len(candidates), BLOCK)]].mean(axis=0)
    chosen = matrix[np.concatenate([before, picked])] - centre
    squares = np.einsum("ij,ij->i", chosen, chosen)
    size = max(1, min(BLOCK, LARGEST // len(chosen)))
    for begin in range(0, len(candidates), size):
        block = matrix[candidates[begin : begin + size]] - centre
        halves = block @ chosen.T
        halves *= -2
        halves += squares
        nearest = np.minimum.accumulate(halves, axis=1)[:, len(before) + steps - 1]
        nearest += np.einsum("ij,ij->i", block, block)[:, None]
        distances = np.sqrt(np.maximum(nearest, 0), dtype=np.float64)
        total += distances.sum(axis=0)
        largest = np.maximum(largest, distances.max(axis=0))
    return {"n": steps.tolist(), "mean": (total / len(candidates)).tolist(), "largest": largest.tolist()}


def nearest_before(matrix: Singles, before: Rows, picked: Rows) -> npt.NDArray[np.float64]:
    """Distance of each pick to the nearest of those before it.

    Args:
        matrix: ``(N, d)`` float32.
        before: Rows chosen before the first pick.
        picked: Rows in pick order.

    Returns:
        ``(len(picked),)`` Euclidean distances in double; infinite for the first where nothing was chosen before. Which
        one is nearest is found in single precision.

    Cost: a matrix product of the picks with themselves and those before; memory: half a GB at most.
    """
    found = np.full(len(picked), np.inf)
    if not len(picked):
        return found
    rows = np.concatenate([before, picked])
    chosen = matrix[rows] - matrix[picked[:BLOCK]].mean(axis=0)
    squares = np.einsum("ij,ij->i", chosen, chosen)
    size = max(1, min(BLOCK, LARGEST // len(chosen)))
    for begin in range(0, len(picked), size):
        own = np.arange(len(before) + begin, len(before) + min(begin + size, len(picked)))
        halves = squares[: own[-1] + 1] - 2 * (chosen[own] @ chosen[: own[-1] + 1].T)
        halves[np.arange(own[-1] + 1) >= own[:, None]] = np.inf
        known = own > 0
        nearest = halves[known].argmin(axis=1)
        apart = matrix[rows[own[known]]].astype(np.float64) - matrix[rows[nearest]]
        found[begin : begin + len(own)][known] = np.sqrt(np.einsum("ij,ij->i", apart, apart))
    return found
