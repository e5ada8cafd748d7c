"""A balance of one class a row, without other objectives: places are dealt to the classes in turn.

The j-th place of a class comes at ``(j - 1/2) / share``, the preselected being its first (the divisor method of
A. Sainte-Lague, 1910); of equal turns the larger share comes first. So every prefix is as near to the target as whole
samples get, and a class that runs out leaves its places to the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.queues import Queues

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Doubles, Rows


class Dealt:
    """Picks the first row left of the class whose turn it is; rows of no class, or of no share, come last."""

    follows_order = False

    def __init__(self, rows: Rows, classes: Rows, shares: Doubles, before: Doubles, order: Rows) -> None:
        """Line up the classes.

        Args:
            rows: The candidates, ascending.
            classes: ``(N,)`` the class of each row, -1 for none.
            shares: ``(C,)`` the target.
            before: ``(C,)`` how many of each are preselected.
            order: ``(C,)`` which class comes first where turns and shares are equal: the lowest number.
        """
        wanted = np.flatnonzero(shares > 0)
        # classes by the rule for equal turns, so that the first of the lowest turns is the one
        self._classes = wanted[np.lexsort((order[wanted], -shares[wanted]))]
        self._shares = shares[self._classes]
        self._places = before[self._classes] + 1.0
        lines = np.full(len(shares) + 1, len(self._classes), dtype=np.int64)
        lines[self._classes] = np.arange(len(self._classes))
        self._line_of = lines[classes]
        self._queues = Queues(rows, self._line_of[rows], len(self._classes) + 1)

    def best(self) -> int | None:
        """The first row of the class whose turn it is."""
        waiting = self._queues.waiting()
        if not len(waiting):
            return None
        lines = waiting[: np.searchsorted(waiting, len(self._classes))]
        if not len(lines):
            return int(self._queues.heads(waiting)[0])
        turns = (self._places[lines] - 0.5) / self._shares[lines]
        first = int(turns.argmin())
        return int(self._queues.heads(lines[first : first + 1])[0])

    def took(self, row: int) -> None:
        """Go on to the next place of its class."""
        line = int(self._line_of[row])
        if line < len(self._classes):
            self._places[line] += 1
        self._queues.took(line)

    def close(self, rows: Rows) -> None:
        """Go on without some rows."""
        self._queues.close(rows)
