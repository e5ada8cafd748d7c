"""Half squared distances of every row to its k nearest others, exact in double."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.distances import half_squared
from sqlsel.kernels.threads import each, own_threads
from sqlsel.kernels.workspace import Workspace

if TYPE_CHECKING:
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
    work = Workspace(matrix)
    count = len(matrix)
    block = max(BLOCK_PRODUCTS // count, 16)
    group = GROUP if count >= 4 * GROUP * k else 1
    groups = -(-count // group)
    found = np.empty((count, k))
    slack = float(work.slack_of(work.lifts).max())
    spare: list[Singles] = []

    def find(begin: int) -> None:
        part = slice(begin, min(begin + block, count))
        products = spare.pop() if spare else np.full((min(block, count), groups * group), -np.inf, dtype=np.float32)
        _products(work, part, products)
        margin = (work.slack_of(work.lifts[part]) + slack).astype(np.float32)
        row, other = _near(products[: part.stop - begin].reshape(-1, group, groups), k, margin)
        _settle(matrix, (row + begin, other), found[part], row)
        spare.append(products)

    with own_threads():
        each(find, range(0, count, block), cost=count * matrix.size)
    return found


def _products(work: Workspace, part: slice, products: Singles) -> None:
    """Products less lifts of a run of rows with all rows; the higher, the nearer."""
    vectors = work.part(part)
    size, count = len(vectors), len(work.lifts)
    for begin in range(0, count, BLOCK_COLUMNS):
        columns = slice(begin, min(begin + BLOCK_COLUMNS, count))
        np.matmul(vectors, work.part(columns).T, out=products[:size, columns])
        products[:size, columns] -= work.lifts[columns]
    products[np.arange(size), np.arange(part.start, part.stop)] = -np.inf


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


def _settle(matrix: Singles, pairs: tuple[Rows, Rows], found: Doubles, row: Rows) -> None:
    """Write the k smallest exact distances of each row."""
    halves = np.empty(len(row))
    for begin in range(0, len(row), BLOCK_PAIRS):
        part = slice(begin, begin + BLOCK_PAIRS)
        left, right = (matrix.take(side[part], axis=0) for side in pairs)
        halves[part] = half_squared(left, right)
    halves = halves[np.lexsort((halves, row))]
    starts = np.searchsorted(row, np.arange(len(found)))
    found[:] = halves[starts[:, None] + np.arange(found.shape[1])]
