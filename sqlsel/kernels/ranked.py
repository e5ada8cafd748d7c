"""Picking by a fixed number a row: exact, without logarithms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Bools, Doubles, Rows, Running

FIRST_RANKS = 1 << 12
CHUNK = 256


class Ranked:
    """Candidates by ascending key, then row; those that the hard bound keeps out are passed over.

    Only as many are sorted as are asked for: the first few thousand, then twice as many, and so on.
    """

    follows_order = False

    def __init__(self, running: Running, rows: Rows, keys: Doubles) -> None:
        self._running = running
        self._rows, self._keys = rows, keys
        self._bounded = running.bound_reason() is not None
        self._order = _first(rows, keys, len(rows) if self._bounded else FIRST_RANKS)
        self._next = 0
        self._closed: Bools | None = None

    def best(self) -> int | None:
        """The next row of the ranking that the hard bound lets in."""
        if self._bounded:
            return self._first_admitted()
        while True:
            if self._next == len(self._order):
                if len(self._order) == len(self._rows):
                    return None
                self._order = _first(self._rows, self._keys, 2 * len(self._order))
            row = int(self._order[self._next])
            if self._closed is None or not self._closed[row]:
                return row
            self._next += 1

    def took(self, row: int) -> None:
        """Go on behind the pick, or without it."""
        if self._bounded:
            self._order = self._order[self._order != row]
        else:
            self._next += 1

    def close(self, rows: Rows) -> None:
        """Pass over some rows from now on."""
        if self._closed is None:
            self._closed = np.zeros(int(self._rows.max(initial=0)) + 1, dtype=np.bool_)
        self._closed[rows] = True
        if self._bounded:
            self._order = self._order[~self._closed[self._order]]

    def _first_admitted(self) -> int | None:
        begin, step = 0, CHUNK
        while begin < len(self._order):
            chunk = self._order[begin : begin + step]
            self._running.focus(chunk)
            admitted = self._running.admitted()
            if admitted is None or admitted.any():
                return int(chunk[0 if admitted is None else np.argmax(admitted)])
            begin, step = begin + step, 2 * step
        return None


def _first(rows: Rows, keys: Doubles, count: int) -> Rows:
    """The first rows by key, then row."""
    if count < len(rows):
        last = np.partition(keys, count - 1)[count - 1]
        below, level = np.flatnonzero(keys < last), np.flatnonzero(keys == last)
        chosen = np.concatenate([below, level[: count - len(below)]])
        rows, keys = rows[chosen], keys[chosen]
    return rows[np.argsort(keys, kind="stable")]
