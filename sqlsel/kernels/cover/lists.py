"""Lists of pairs that only get shorter, one after the other in one memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.objects import runs

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Rows, Singles

    Places = np.ndarray[tuple[int], np.dtype[np.uint16]]
    Pieces = tuple[Places, Singles]

TOGETHER = 1 << 16
"""So many pairs at once stay in the cache."""
LONG = 1 << 7
"""Lists of more pairs than this on average are copied list by list, others pair by pair."""


class Lists:
    """Lists of places and of the cosines there.

    Attributes:
        lengths: ``(count,)`` how many pairs each list has.
        taken: How many pairs lists lie in, gone ones among them.
    """

    def __init__(self, count: int, capacity: int) -> None:
        self.lengths: Rows = np.zeros(count, dtype=np.int64)
        self.taken = 0
        self._begins: Rows = np.zeros(count, dtype=np.int64)
        # it takes no memory until it is written to
        self._memory = _memory(capacity)

    @property
    def count(self) -> int:
        """How many pairs there are."""
        return int(self.lengths.sum())

    def more(self, pairs: int) -> int:
        """Where there is memory for so many more pairs."""
        if self.taken + pairs > len(self._memory[0]):
            self.compact(self.count + pairs)
        begin, self.taken = self.taken, self.taken + pairs
        return begin

    def piece(self, begin: int, end: int) -> Pieces:
        """A piece of the memory, to write to."""
        return self._memory[0][begin:end], self._memory[1][begin:end]

    def begin(self, lists: Rows, begin: int, lengths: Rows) -> None:
        """Let lists be what was written from here on, one after the other."""
        self._begins[lists] = begin + np.cumsum(lengths) - lengths
        self.lengths[lists] = lengths

    def take(self, lists: Rows) -> Pieces:
        """A copy of some lists, one after the other."""
        begins, lengths = self._begins[lists], self.lengths[lists]
        places, found = self._memory
        if not _long(lengths):
            at = runs(begins, lengths)
            return places.take(at), found.take(at)
        pieces = list(map(slice, begins.tolist(), (begins + lengths).tolist()))
        return np.concatenate([places[piece] for piece in pieces]), np.concatenate([found[piece] for piece in pieces])

    def put(self, lists: Rows, left: Pieces, lengths: Rows) -> None:
        """Shorten some lists to what is left of them."""
        begins = self._begins[lists]
        places, found = self._memory
        self.lengths[lists] = lengths
        if not _long(lengths):
            at = runs(begins, lengths)
            places[at], found[at] = left
            return
        end = 0
        for begin, length in zip(begins.tolist(), lengths.tolist(), strict=True):
            first, end = end, end + length
            places[begin : begin + length] = left[0][first:end]
            found[begin : begin + length] = left[1][first:end]

    def groups(self, lists: Rows) -> list[Rows]:
        """Which of some lists have pairs, so many at once as stay in the cache."""
        there = np.flatnonzero(self.lengths[lists])
        ends = np.cumsum(self.lengths[lists[there]])
        groups = []
        while len(there):
            count = max(int(ends.searchsorted(ends[0] + TOGETHER)), 1)
            groups.append(there[:count])
            there, ends = there[count:], ends[count:]
        return groups

    def compact(self, capacity: int | None = None) -> None:
        """Put all lists next to each other, in memory of its own for so many pairs; None for that where they are."""
        memory = self._memory if capacity is None else _memory(capacity)
        order = np.argsort(self._begins, kind="stable")
        end = 0
        for group in self.groups(order):
            # what is written lies before what is still to be read
            lists = order[group]
            places, found = self.take(lists)
            begin, end = end, end + len(places)
            memory[0][begin:end], memory[1][begin:end] = places, found
            self.begin(lists, begin, self.lengths[lists])
        self._memory = memory
        self.taken = end


def _memory(capacity: int) -> Pieces:
    return np.empty(capacity, dtype=np.uint16), np.empty(capacity, dtype=np.float32)


def _long(lengths: Rows) -> bool:
    return int(lengths.sum()) > LONG * len(lengths)
