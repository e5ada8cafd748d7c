"""DIVERSITY alone: the farthest candidate, found by distances that only fall."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.protocol import FLOOR, TIE, log_parts
from sqlsel.kernels.together import Found

if TYPE_CHECKING:
    from sqlsel.kernels.diversity import RunningDiversity
    from sqlsel.kernels.order import Order
    from sqlsel.kernels.protocol import Bools, Doubles, Rows

ROUNDING = 1e-15
MOST_LN = 710.0
"""No logarithm of a double is farther from 0."""
LEAST_APART = 2.0 * FLOOR
WIDE = 0.25
"""From this width of a tie on, what is a little above the floor may tie with it."""
SURE = 0.9
"""Share of a tie's width that is still a tie whatever the rounding of its parts."""


class Farthest:
    """Half squared distances as the score: they order candidates as ln(D + m) does, and need neither D nor ln.

    Only candidates that nearly tie without being equal are compared by their parts, where D is needed.
    """

    moving = False

    def __init__(self, running: RunningDiversity, strength: float, order: Order) -> None:
        self._running = running
        self._nearest = running.nearest
        self._strength = strength
        self._order = order
        self._width = TIE * (1.0 / strength + MOST_LN) + ROUNDING
        self._rows: Rows = np.empty(0, dtype=np.int64)

    def indifferent(self) -> bool:
        """Whether the selection is empty."""
        return not self._nearest.centres

    def ceilings(self, rows: Rows) -> Doubles:
        """Half squared distances as known."""
        return self._nearest.upper(rows)

    def refresh(self, rows: Rows, level: float) -> None:
        """Bring distances up to date that are not below the level."""
        self._nearest.refresh(rows, level)

    def focus(self, rows: Rows) -> None:
        """Settle the distances of some rows."""
        self._rows = rows
        self._running.focus(rows)

    def best(self, closed: Bools) -> Found | None:
        """The first of those that tie for the farthest."""
        if not len(closed):
            return None
        halves = self._nearest.focused
        place = int(halves.argmax())
        if closed[place] or self._running.bounded:
            halves = self._open(closed)
            place = int(halves.argmax())
        top = float(halves[place])
        if top == -np.inf:
            return None
        level = self._level(top)
        near = (halves >= level).nonzero()[0]
        if len(near) > 1:
            # picks that are still in focus have a distance of 0
            near = near[~closed[near]]
            if (halves[near] != top).any():
                near = near[self._tied(halves[near])]
            place = int(near[self._order.first(self._rows[near])])
        return Found(place, level, top)

    def _open(self, closed: Bools) -> Doubles:
        """Distances of the rows in focus; of those that are closed or kept out less than any."""
        halves = self._nearest.focused.copy()
        halves[closed] = -np.inf
        admitted = self._running.admitted()
        if admitted is not None:
            halves[~admitted] = -np.inf
        return halves

    def barred(self, rows: Rows) -> Bools | None:
        """Rows known to be nearer than the minimum distance."""
        return self._running.barred(rows)

    def mark(self, rows: Rows) -> object:
        """Nothing has to be noted."""

    def rise(self, mark: object) -> float:  # noqa: ARG002
        """Distances only fall."""
        return 0.0

    def let_in(self) -> bool:
        """A row that is too near stays so."""
        return False

    def _level(self, top: float) -> float:
        """A half squared distance below which nothing ties with the top, whatever the sum of the selection is."""
        most = self._running.between.at_most()
        # a value at its floor ties with everything below
        return top - (most + top) * self._width if top > LEAST_APART and self._width < WIDE else 0.0

    def _tied(self, halves: Doubles) -> Bools:
        """Which tie with the best; the sum is brought up to date only where its bounds do not tell."""
        between = self._running.between
        top, least, most = float(halves.max()), between.at_least(), between.at_most()
        if least > FLOOR:
            sizes = abs(math.log(least + top)), abs(math.log(most + top))
            lowest = 0.0 if least + top < 1.0 < most + top else min(sizes)
            surely = self._apart(halves, least) < SURE * TIE * (1.0 + self._strength * lowest)
            never = self._apart(halves, most) * SURE > TIE * (1.0 + self._strength * max(sizes))
            if (surely | never).all():
                return surely
        parts = log_parts(between.total() + halves, self._strength)
        top = float(parts.max())
        tied: Bools = parts >= top - TIE * (1.0 + abs(top))
        return tied

    def _apart(self, halves: Doubles, total: float) -> Doubles:
        """How far the parts lie below the best were the sum this."""
        apart: Doubles = self._strength * np.log1p((halves.max() - halves) / (total + halves))
        return apart
