"""Near-duplicates: rows within a distance of each other, in groups, and which of a group can stand for the others.

Exact: single-precision products on blocks of rows find the pairs that may be near enough, and those that decide are
settled in double over the stored float32.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.boxes import Boxes
from sqlsel.kernels.distances import half_squared_pairs
from sqlsel.kernels.protocol import KernelInputError
from sqlsel.kernels.threads import each, own_threads
from sqlsel.kernels.workspace import Workspace

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Bools, Doubles, Rows, Singles

BLOCK = 512
BATCH = 1024


@dataclass(frozen=True, slots=True, eq=False)
class NearDuplicates:
    """The rows that have another within the distance, M of them: group by group, in each in their order.

    Attributes:
        rows: ``(M,)`` int64.
        groups: ``(M,)`` int64, from 0: the largest first, of two of a size the one whose first row comes first.
        originals: ``(M,)`` int64, the row that each repeats; -1 for those that are kept. In the order of the rows, one
            is kept unless it is within the distance of one kept before, and repeats the nearest of those, the first
            among equals. So no two kept rows are within the distance, and every other row is within it of a kept one.
        distances: ``(M,)`` float64, to that row; NaN for those that are kept.
    """

    rows: Rows
    groups: Rows
    originals: Rows
    distances: Doubles


def near_duplicates(matrix: Singles, distance: float) -> NearDuplicates:
    """Groups of rows that are linked by Euclidean distances of at most ``distance``.

    Cost: a product of every two blocks of rows that the spread of the rows does not keep apart, O(N² d) at most.
    Memory: the matrix, 16 doubles a row, and a few blocks.

    Args:
        matrix: ``(N, d)`` float32 of finite numbers.
        distance: At least 0; 0 finds copies.

    Raises:
        KernelInputError: If the distance is negative or no number.
    """
    if not 0 <= distance < np.inf:
        raise KernelInputError(f"the distance must be a number of at least 0, not {distance}")
    if len(matrix) < 2:
        none = np.empty(0, dtype=np.int64)
        return NearDuplicates(none, none, none, np.empty(0))
    pairs = _Pairs(matrix, distance)
    with own_threads():
        labels = _linked(pairs)
        _, group, sizes = np.unique(labels, return_inverse=True, return_counts=True)
        rows = np.flatnonzero(sizes[group] > 1)
        rows = rows[np.lexsort((rows, labels[rows], -sizes[group[rows]]))]
        starts = np.append(True, labels[rows][1:] != labels[rows][:-1])[: len(rows)]
        groups = np.cumsum(starts) - 1
        originals, halves = _originals(pairs, rows, groups)
    return NearDuplicates(rows, groups, originals, np.sqrt(2.0 * halves))


class _Pairs:
    """Pairs of rows within the distance."""

    def __init__(self, matrix: Singles, distance: float) -> None:
        self.matrix = matrix
        self.distance = distance
        self._work = Workspace(matrix)
        lifts = self._work.lifts.astype(np.float64)
        # products below this are too small for a pair to be near enough; the slack also covers taking lifts away
        slack = self._work.slack_of(self._work.lifts)
        most = float(slack.max(initial=0.0))
        self._levels = np.nextafter(
            (lifts - 0.5 * distance**2 * (1.0 + 1e-6) - 2.0 * (slack + most)).astype(np.float32), np.float32(-np.inf)
        )

    def possible(self, left: Rows, right: Rows) -> tuple[Rows, Rows]:
        """Places in two lists of rows that may be near enough, sorted by the left ones."""
        products = self._work.take(left) @ self._work.take(right).T
        products -= self._work.lifts[right]
        near: Bools = products >= self._levels[left][:, None]
        places, others = np.nonzero(near)
        return places, others

    def settled(self, left: Rows, right: Rows) -> tuple[Bools, Doubles]:
        """Which pairs of rows are near enough, and their half squared distances."""
        halves = half_squared_pairs(self.matrix, left, right)
        return np.sqrt(2.0 * halves) <= self.distance, halves


def _linked(pairs: _Pairs) -> Rows:
    """For each row the first of its group."""
    boxes = Boxes(pairs.matrix, BLOCK)
    links = _Links(len(pairs.matrix))

    def meet(block: int) -> None:
        own = boxes.blocks[block]
        for other in boxes.near(block, pairs.distance):
            theirs = boxes.blocks[other]
            if links.are_one(own, theirs):
                continue
            left, right = pairs.possible(own, theirs)
            left, right = own[left], theirs[right]
            apart = links.apart(left, right)
            left, right = left[apart], right[apart]
            near, _ = pairs.settled(left, right)
            links.join(left[near], right[near])

    each(meet, range(len(boxes.blocks)), cost=len(pairs.matrix) * pairs.matrix.size)
    return links.firsts(np.arange(len(pairs.matrix)))


class _Links:
    """Which rows are linked, by the first of each group."""

    def __init__(self, count: int) -> None:
        self._before = np.arange(count)
        self._lock = Lock()

    def firsts(self, rows: Rows) -> Rows:
        """The first row of each row's group, as far as links are known."""
        found = self._before[rows]
        while True:
            further = self._before[found]
            if np.array_equal(further, found):
                return found
            found = further

    def are_one(self, left: Rows, right: Rows) -> bool:
        """Whether two lists of rows are all of one group."""
        first = self.firsts(left)
        return bool((first == first[0]).all() and (self.firsts(right) == first[0]).all())

    def apart(self, left: Rows, right: Rows) -> Bools:
        """Which pairs are of different groups."""
        found: Bools = self.firsts(left) != self.firsts(right)
        return found

    def join(self, left: Rows, right: Rows) -> None:
        """Link pairs of rows."""
        with self._lock:
            while len(left):
                one, other = self.firsts(left), self.firsts(right)
                apart = one != other
                left, right, one, other = left[apart], right[apart], one[apart], other[apart]
                np.minimum.at(self._before, np.maximum(one, other), np.minimum(one, other))


def _originals(pairs: _Pairs, rows: Rows, groups: Rows) -> tuple[Rows, Doubles]:
    """For each row the one that it repeats, or -1, and half the squared distance to it."""
    originals = np.full(len(rows), -1, dtype=np.int64)
    halves = np.full(len(rows), np.nan)
    kept = np.empty(0, dtype=np.int64)
    for begin in range(0, len(rows), BATCH):
        part = slice(begin, begin + BATCH)
        if begin and groups[begin] != groups[begin - 1]:
            kept = kept[:0]
        earlier = int(np.searchsorted(groups[part], groups[begin], side="right"))
        originals[part], halves[part] = _repeats(pairs, rows[part], kept, earlier)
        own = rows[part][originals[part] < 0]
        last = own[groups[part][originals[part] < 0] == groups[part][-1]]
        kept = np.concatenate([kept, last]) if groups[begin] == groups[part][-1] else last
    return originals, halves


def _repeats(pairs: _Pairs, rows: Rows, kept: Rows, earlier: int) -> tuple[Rows, Doubles]:
    """What the rows of a batch repeat.

    Args:
        pairs: The pairs.
        rows: The rows, in the order in which they are kept.
        kept: Rows kept before of the group of the first ``earlier`` rows.
        earlier: How many rows are of that group.
    """
    found = [
        (place, kept[begin : begin + BATCH][other], np.full(len(place), -1))
        for begin in range(0, len(kept), BATCH)
        for place, other in [pairs.possible(rows[:earlier], kept[begin : begin + BATCH])]
    ]
    place, other = pairs.possible(rows, rows)
    before = other < place
    found.append((place[before], rows[other[before]], other[before]))
    places, others, inside = (np.concatenate(each) for each in zip(*found, strict=True))
    near, halves = pairs.settled(rows[places], others)
    places, others, inside, halves = places[near], others[near], inside[near], halves[near]
    stays = _kept(len(rows), places, inside)
    of_kept = ~stays[places] & ((inside < 0) | stays[inside])
    places, others, halves = places[of_kept], others[of_kept], halves[of_kept]
    order = np.lexsort((others, halves, places))
    at, first = np.unique(places[order], return_index=True)
    originals, nearest = np.full(len(rows), -1, dtype=np.int64), np.full(len(rows), np.nan)
    originals[at], nearest[at] = others[order][first], halves[order][first]
    return originals, nearest


def _kept(count: int, places: Rows, inside: Rows) -> Bools:
    """Which of the places in a batch are kept; pairs are with one kept before (-1), or with an earlier place."""
    open_ = np.ones(count, dtype=np.bool_)
    open_[places[inside < 0]] = False
    stays = np.zeros(count, dtype=np.bool_)
    later, first = places[inside >= 0], inside[inside >= 0]
    while open_.any():
        waiting = np.zeros(count, dtype=np.bool_)
        waiting[later[open_[first]]] = True
        new = open_ & ~waiting
        stays |= new
        open_ &= ~new
        open_[later[new[first]]] = False
    return stays
