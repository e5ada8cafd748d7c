"""How near samples are to each other: picks to earlier picks, candidates to picks, members of a set to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.distances import half_squared_pairs

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]
    Singles = npt.NDArray[np.float32]
    Doubles = npt.NDArray[np.float64]
    Hide = Callable[[int, Singles], Singles]

BLOCK = 2_048
SPACED = 2_000


def to_nearest(matrix: Singles, rows: Rows, others: Rows) -> tuple[Rows, Doubles]:
    """For each of some rows the nearest of others, and the Euclidean distance to it, in double.

    Which one is nearest is decided in single precision, with the data centred. Cost: one matrix product.
    """
    return _search(matrix, rows, others, lambda _begin, halves: halves)


def to_nearest_earlier(matrix: Singles, before: Rows, picked: Rows) -> Doubles:
    """The distance of each pick to the nearest of those before it and of the picks of lower rank.

    NaN for a first pick that nothing is before.
    """
    others = np.concatenate([before, picked])

    def hide(begin: int, halves: Singles) -> Singles:
        own = np.arange(begin, begin + len(halves)) + len(before)
        halves[np.arange(len(others)) >= own[:, None]] = np.inf
        return halves

    found = _search(matrix, picked, others, hide)[1]
    if len(picked) and not len(before):
        found[0] = np.nan
    return found


def to_nearest_other(matrix: Singles, rows: Rows) -> Doubles:
    """The distance of each of some rows to the nearest other of them; of a single row NaN."""
    if len(rows) < 2:
        return np.full(len(rows), np.nan)
    return _search(matrix, rows, rows, _without_itself)[1]


def spacing(matrix: Singles, rows: Rows) -> float | None:
    """How far samples lie from their nearest neighbours: the median over the first 2,000 of the rows, among all."""
    if len(rows) < 2:
        return None
    return float(np.median(_search(matrix, rows[:SPACED], rows, _without_itself)[1]))


def _without_itself(begin: int, halves: Singles) -> Singles:
    halves[np.arange(len(halves)), np.arange(begin, begin + len(halves))] = np.inf
    return halves


def _search(matrix: Singles, rows: Rows, others: Rows, hide: Hide) -> tuple[Rows, Doubles]:
    nearest = np.zeros(len(rows), dtype=np.int64)
    if not len(rows) or not len(others):
        return nearest, np.full(len(rows), np.nan)
    centre = matrix[others[:BLOCK]].mean(axis=0)
    right = matrix[others] - centre
    squares = np.einsum("ij,ij->i", right, right)
    for begin in range(0, len(rows), BLOCK):
        left = matrix[rows[begin : begin + BLOCK]] - centre
        halves = left @ right.T
        halves *= -2
        halves += squares
        nearest[begin : begin + len(left)] = others[hide(begin, halves).argmin(axis=1)]
    return nearest, np.sqrt(2 * half_squared_pairs(matrix, rows, nearest))
