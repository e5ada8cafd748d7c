"""Half squared distances of every row to its k nearest others, exact in double."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.distances import half_squared
from sqlsel.kernels.threads import each, own_threads
from sqlsel.kernels.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlsel.kernels.protocol import Doubles, Rows, Singles

BLOCK_PRODUCTS = 1 << 23
"""Products in one block: 32 MiB in single precision, and a block for each thread."""
BLOCK_COLUMNS = 1 << 9
BLOCK_PAIRS = 1 << 12
GROUP = 32
"""Others that are looked at together: only groups whose highest product reaches the k-th highest hold a neighbour."""


def neighbours(matrix: Singles, k: int) -> Doubles:
    """Distances of rows to their nearest others.

    Args:
        matrix: ``(N, d)`` float32 of finite numbers.
        k: Between 1 and N - 1.

    Returns:
        ``(N, k)`` float64 of ½ Σ (a - b)², ascending along each row; the row itself is left out, its copies are not.
    """
    return neighbours_among(matrix, matrix, np.arange(len(matrix)), k)


def neighbours_among(matrix: Singles, others: Singles, same: Rows, k: int) -> Doubles:
    """Distances of rows to the nearest of some other vectors.

    Args:
        matrix: ``(N, d)`` float32 of finite numbers.
        others: ``(M, d)`` float32 of finite numbers, more than k.
        same: ``(N,)`` which of the others is the row itself and left out, -1 for none.
        k: At least 1.

    Returns:
        ``(N, k)`` float64 of ½ Σ (a - b)², ascending along each row.
    """
    work = Workspace(matrix)
    shifted, lifts = (None, work.lifts) if others is matrix else work.others(others)
    count = len(others)
    block = max(BLOCK_PRODUCTS // count, 16)
    group = GROUP if count >= 4 * GROUP * k else 1
    groups = -(-count // group)
    found = np.empty((len(matrix), k))
    slack = float(work.slack_of(lifts).max())
    spare: list[Singles] = []

    def find(begin: int) -> None:
        part = slice(begin, min(begin + block, len(matrix)))
        size = min(block, len(matrix))
        products = spare.pop() if spare else np.full((size, groups * group), -np.inf, dtype=np.float32)
        rows = products[: part.stop - begin]
        _products(work.part(part), lambda run: work.part(run) if shifted is None else shifted[run], lifts, rows)
        itself = np.flatnonzero(same[part] >= 0)
        rows[itself, same[part][itself]] = -np.inf
        margin = (work.slack_of(work.lifts[part]) + slack).astype(np.float32)
        row, other = _near(rows.reshape(-1, group, groups), k, margin)
        _settle((matrix, others), (row + begin, other), found[part], row)
        spare.append(products)

    with own_threads():
        each(find, range(0, len(matrix), block), cost=count * matrix.size)
    return found


def nearer_of(near: Doubles, matrix: Singles, others: Singles, same: Rows) -> Doubles:
    """The nearest of those known so far, and of more others.

    Args:
        near: ``(N, k)`` half squared distances to the nearest known, ascending; inf where there are fewer.
        matrix: ``(N, d)`` float32 of finite numbers.
        others: ``(M, d)`` float32, any number of them.
        same: ``(N,)`` which of them is the row itself and left out, -1 for none.

    Returns:
        ``(N, k)`` like ``near``.
    """
    k = near.shape[1]
    if len(others) > k:
        found = neighbours_among(matrix, others, same, k)
    else:
        found = np.full((len(matrix), len(others)), np.inf)
        for number, other in enumerate(others):
            found[:, number] = half_squared(matrix, other)
        itself = np.flatnonzero(same >= 0)
        found[itself, same[itself]] = np.inf
    both = np.concatenate([near, found], axis=1)
    both.sort(axis=1)
    return np.ascontiguousarray(both[:, :k])


def _products(vectors: Singles, others: Callable[[slice], Singles], lifts: Singles, products: Singles) -> None:
    """Products less lifts of a run of rows with all others; the higher, the nearer."""
    for begin in range(0, len(lifts), BLOCK_COLUMNS):
        columns = slice(begin, min(begin + BLOCK_COLUMNS, len(lifts)))
        np.matmul(vectors, others(columns).T, out=products[:, columns])
        products[:, columns] -= lifts[columns]


def _near(products: Singles, k: int, margin: Singles) -> tuple[Rows, Rows]:
    """Pairs (row, other) that hold the k nearest of every row, whatever the rounding; sorted by row."""
    _, group, groups = products.shape
    highest = products.max(axis=1) if group > 1 else products[:, 0]
    level = np.partition(highest, groups - k, axis=1)[:, groups - k] - margin
    level = np.nextafter(level, np.float32(-np.inf))
    row, place = np.nonzero(highest >= level[:, None])
    inside = products[row, :, place]
    hit, member = np.nonzero(inside >= level[row, None])
    return row[hit], member * groups + place[hit]


def _settle(sides: tuple[Singles, Singles], pairs: tuple[Rows, Rows], found: Doubles, row: Rows) -> None:
    """Write the k smallest exact distances of each row."""
    halves = np.empty(len(row))
    for begin in range(0, len(row), BLOCK_PAIRS):
        part = slice(begin, begin + BLOCK_PAIRS)
        left, right = (matrix.take(rows[part], axis=0) for matrix, rows in zip(sides, pairs, strict=True))
        halves[part] = half_squared(left, right)
    halves = halves[np.lexsort((halves, row))]
    starts = np.searchsorted(row, np.arange(len(found)))
    found[:] = halves[starts[:, None] + np.arange(found.shape[1])]
