"""Picks the row that adds the most to a cover: what rows add orders them as the value does, without a logarithm."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.protocol import FLOOR, TIE

if TYPE_CHECKING:
    from sqlsel.kernels.cover.covered import Covered
    from sqlsel.kernels.cover.settled import Settled
    from sqlsel.kernels.order import Order
    from sqlsel.kernels.protocol import Bools, Doubles, Rows

SETTLED = 1 << 9
"""Rows that are settled in double at once, before bounds are made tighter; and that are known so after a pick."""
WORTH_TRYING, PICKS = 0.3, 10
"""Where this share of about so many picks was second at the pick before, the second is tried before all are ranked."""


class Most:
    """Brings up to date what may be the best, and settles in double what single precision cannot tell apart."""

    follows_order = True

    def __init__(self, covered: Covered, settled: Settled, strength: float, rows: Rows, order: Order) -> None:
        self._covered = covered
        self._settled = settled
        self._strength = strength
        self._rows = rows
        self._order = order
        self._closed: Bools = np.zeros(len(rows), dtype=np.bool_)
        self._known: Doubles | None = None
        self._share = 0.0

    def best(self) -> int | None:
        """The first of those that tie for the most; None where no row is left."""
        second = self._second()
        row = second if second is not None and self._wins(second) else self._first()
        if second is not None:
            self._share += (float(row == second) - self._share) / PICKS
        return row

    def took(self, row: int) -> None:
        """Go on without the pick."""
        self.close(np.array([row]))

    def close(self, rows: Rows) -> None:
        """Go on without some rows."""
        places = self._rows.searchsorted(rows)
        self._closed[places] = True
        if self._known is not None:
            self._known[places] = -np.inf
        if 2 * np.count_nonzero(self._closed) > len(self._rows):
            self._known = None
            self._rows = self._rows[~self._closed]
            self._closed = np.zeros(len(self._rows), dtype=np.bool_)

    def _second(self) -> int | None:
        """The best by bounds of an earlier pick; None where there are none."""
        if self._known is None:
            return None
        place = int(self._known.argmax())
        return int(self._rows[place]) if self._known[place] > -np.inf else None

    def _wins(self, row: int) -> bool:
        """Whether a row adds more by now than any other did at an earlier pick."""
        if self._known is None or self._share < WORTH_TRYING:
            return False
        place = self._rows.searchsorted(row)
        most = self._known[place]
        self._known[place] = -np.inf
        others = self._known.max()
        self._known[place] = most
        return bool(others < self._least(self._covered.adds(row)))

    def _first(self) -> int | None:
        """The best by bounds of now."""
        if not len(self._rows):
            return None
        upper = self._covered.upper(self._rows)
        np.putmask(upper, self._closed, -np.inf)
        first = int(upper.argmax())
        if upper[first] == -np.inf:
            return None
        if self._covered.ahead:
            self._refresh(upper, self._covered.ahead)
        near = self._near(upper)
        if len(near) > SETTLED and self._covered.tighten():
            return self._first()
        best = self._tied(upper[near], self._rows[near])
        if self._settled.count > SETTLED:
            self._settled.forget()
        self._known = upper
        return int(best[0 if len(best) == 1 else self._order.first(best)])

    def _refresh(self, upper: Doubles, count: int) -> None:
        """Bring all bounds up to date that reach the most which a row is known to add."""
        ahead = np.arange(len(upper))
        if len(upper) > 2 * count:
            of_all_kinds = ahead[:: len(upper) // count]
            ahead = np.union1d(np.argpartition(upper, -count)[-count:], of_all_kinds)
        ahead = ahead[upper[ahead] > -np.inf]
        rows = self._rows[ahead]
        self._covered.refresh(rows)
        upper[ahead] = self._covered.upper(rows)
        level = self._least(float(self._covered.lower(rows).max()))
        reach = np.flatnonzero(upper >= level)
        self._covered.refresh(self._rows[reach], level)
        upper[reach] = self._covered.upper(self._rows[reach])

    def _near(self, upper: Doubles) -> Rows:
        """Places of the rows that may tie with the one that adds the most by its bound."""
        top = float(self._covered.lower(self._rows[[upper.argmax()]])[0])
        return np.flatnonzero(upper >= self._least(top))

    def _tied(self, upper: Doubles, rows: Rows) -> Rows:
        """Those of some rows that tie for the most."""
        if len(rows) == 1:
            return rows
        lower = self._covered.lower(rows)
        known = self._settled.of(rows)
        while True:
            lower, upper = (np.where(np.isnan(known), bound, known) for bound in (lower, upper))
            near = np.flatnonzero(upper >= self._least(float(lower.max())))
            unsettled = near[lower[near] < upper[near]]
            if len(near) == 1 or not len(unsettled):
                return rows[near]
            known[unsettled] = self._settled.add(rows[unsettled])

    def _least(self, top: float) -> float:
        """What a row adds at least that ties with one which adds so much."""
        value = max(self._covered.total + top, FLOOR)
        apart = TIE * (1.0 + self._strength * abs(math.log(value))) / self._strength
        level = value * math.exp(-min(apart, 700.0))
        # where the value is at its floor, everything ties
        return 0.0 if level <= FLOOR else level - self._covered.total
