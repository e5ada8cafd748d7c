"""Rows that wait in groups, the lowest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Bools, Rows

STEP = 64


class Queues:
    """The rows of each group in ascending order, and the first of each that is left."""

    def __init__(self, rows: Rows, groups: Rows, count: int) -> None:
        """Line up rows.

        Args:
            rows: Ascending.
            groups: The group of each of them, from 0.
            count: Number of groups.
        """
        order = np.argsort(groups, kind="stable")
        self._queue = rows[order]
        sizes = np.bincount(groups, minlength=count)
        self._end = np.cumsum(sizes)
        self._next = self._end - sizes
        self._closed: Bools | None = None

    def waiting(self) -> Rows:
        """Groups that have rows left."""
        return np.flatnonzero(self._next < self._end)

    def heads(self, groups: Rows) -> Rows:
        """The first row of each of some groups that have rows left."""
        first: Rows = self._queue[self._next[groups]]
        return first

    def took(self, group: int) -> None:
        """Go on to the next row of a group."""
        self._next[group] += 1
        if self._closed is not None:
            self._pass_over(group, self._closed)

    def close(self, rows: Rows) -> None:
        """Pass over some rows from now on."""
        if self._closed is None:
            self._closed = np.zeros(int(self._queue.max(initial=0)) + 1, dtype=np.bool_)
        self._closed[rows] = True
        waiting = self.waiting()
        for group in waiting[self._closed[self.heads(waiting)]]:
            self._pass_over(int(group), self._closed)

    def _pass_over(self, group: int, closed: Bools) -> None:
        begin, end, step = int(self._next[group]), int(self._end[group]), STEP
        while begin < end:
            out = closed[self._queue[begin : min(begin + step, end)]]
            if not out.all():
                begin += int(out.argmin())
                break
            begin, step = begin + len(out), 2 * step
        self._next[group] = begin
