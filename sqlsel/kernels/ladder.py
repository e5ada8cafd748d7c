"""Finding the best of many by looking closely at few: a ladder of ever smaller sets of candidates.

Each rung holds the candidates of the rung above with the highest ceilings, and the highest ceiling that was left out.
The last rung is settled exactly. Its best is the best of all while no ceiling that was left out reaches it; when one
does, the rungs from there on are built anew. Exact, because ceilings never lie below the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sqlsel.kernels.order import Order
    from sqlsel.kernels.protocol import Bools, Doubles, Rows
    from sqlsel.kernels.together import Found, Scoring

RUNGS = (1 << 15, 3 << 11, 64)
"""Least sizes of the rungs. The last but one is kept up to date, the last is settled."""
FEWER = 1 << 12
"""Least size of the last but one where there are few candidates."""
SHARES = (8, 64)
LARGEST = (1 << 20, 1 << 16)
"""With many candidates all rungs but the last grow: to the count over a share, and no larger than this."""
SAMPLE = 1 << 14
"""Ceilings that tell which of very many belong into a rung."""
TAKEN_SHARE = 8
"""Picks may stay among the candidates of the first rung while they are fewer than this share of it."""
WIDE = 1 << 12
"""A last rung that ties made larger than this is not kept for the next pick."""


@dataclass(slots=True)
class Rung:
    """Candidates of one rung, and what is known of those of the rung above that were left out."""

    rows: Rows
    above: Rows
    inside: Bools
    outside: float
    mark: object

    def left_out(self) -> Rows:
        """Rows of the rung above that are not in this one; listed only when asked for, as they are many."""
        return self.above[~self.inside]


class Ladder:
    """Picks from the candidates by a scoring."""

    follows_order = True

    def __init__(self, scoring: Scoring, rows: Rows, n_rows: int, order: Order) -> None:
        self._scoring = scoring
        self._order = order
        self._rows = rows
        self._left = np.ones(n_rows, dtype=np.bool_)
        self._sizes = _sizes(len(rows))
        self._rungs: list[Rung] = []
        self._closed: Bools = np.zeros(0, dtype=np.bool_)
        self._position = 0
        self._larger = [0] * len(self._sizes)
        self._fresh = len(self._sizes)
        self._stale = 0
        self._closing = False

    def best(self) -> int | None:
        """The candidate to pick; None where every one left is kept out."""
        if self._scoring.indifferent():
            return self._first_of_all()
        if not self._rungs:
            self._build(0, -np.inf)
        while True:
            found = self._scoring.best(self._closed)
            failed = self._failed(found)
            if failed is None:
                if found is None:
                    return None
                self._position = found.position
                return int(self._rungs[-1].rows[self._position])
            if failed >= self._fresh:
                # built since the last pick and still too small: many are tied, or their ceilings were stale
                self._larger[failed] += 1
            self._build(failed, -np.inf if found is None else found.level)

    def took(self, row: int) -> None:
        """Go on without the pick."""
        self._left[row] = False
        self._stale += 1
        if self._rungs:
            self._closed[self._position] = True
        if any(self._larger):
            self._larger = [max(larger - 1, 0) for larger in self._larger]
        self._fresh = len(self._sizes)
        if self._scoring.let_in() or len(self._closed) > WIDE:
            self._rungs = []

    def close(self, rows: Rows) -> None:
        """Go on without some candidates."""
        self._left[rows] = False
        self._stale += len(rows)
        self._closing = True
        if self._rungs:
            self._closed = ~self._left[self._rungs[-1].rows]

    def _first_of_all(self) -> int | None:
        rows = self._rows[self._left[self._rows]] if self._stale else self._rows
        return int(rows[self._order.first(rows)]) if len(rows) else None

    def _failed(self, found: Found | None) -> int | None:
        """The first rung that left out a candidate which may be the better pick; without a pick, the last with any."""
        failed = None
        for number, rung in enumerate(self._rungs):
            if rung.outside == -np.inf:
                continue
            if found is None:
                failed = number
            elif not self._holds(rung, found):
                return number
        return failed

    def _holds(self, rung: Rung, found: Found) -> bool:
        """Whether nothing that a rung left out can beat the pick, or tie with it and come before it."""
        rise = self._scoring.rise(rung.mark)
        if rung.outside + rise < found.level:
            return True
        if rise == 0.0 and rung.outside > found.top:
            return False
        # so far it was only known how far the ceilings can have risen: measure them
        left_out = rung.left_out()
        if self._closing:
            left_out = left_out[self._left[left_out]]
            if not len(left_out):
                rung.outside = -np.inf
                return True
        ceilings = self._scoring.ceilings(left_out)
        rung.outside, rung.mark = float(ceilings.max()), self._scoring.mark(left_out)
        if rung.outside < found.level:
            return True
        if rung.outside > found.top:
            return False
        tied = np.append(self._rungs[-1].rows[found.position], left_out[ceilings >= found.level])
        return self._order.first(tied) == 0

    def _build(self, first: int, level: float) -> None:
        del self._rungs[first:]
        self._fresh = min(self._fresh, first)
        for number in range(first, len(self._sizes)):
            source = self._source(number)
            if not number:
                self._catch_up(source, level)
            if number == len(self._sizes) - 1:
                self._bring_up_to_date(source)
            self._rungs.append(self._choose(source, self._sizes[number] << self._larger[number]))
        rows = self._rungs[-1].rows
        rows.sort()
        self._closed = np.zeros(len(rows), dtype=np.bool_)
        self._scoring.focus(rows)

    def _source(self, number: int) -> Rows:
        source = self._rungs[number - 1].rows if number else self._rows
        if number or self._stale * TAKEN_SHARE > self._sizes[0]:
            source = source[self._left[source]]
        if not number and len(source) < len(self._rows):
            self._rows, self._stale = source, 0
        kept_out = self._scoring.barred(source)
        return source if kept_out is None else source[~kept_out]

    def _catch_up(self, source: Rows, level: float) -> None:
        """Refresh all candidates that reach the level at once, where they are too many for the rungs."""
        if len(self._sizes) == 1 or level == -np.inf:
            return
        reach = np.flatnonzero(self._scoring.ceilings(source) >= level)
        if len(reach) > 2 * self._sizes[0]:
            self._scoring.refresh(source[reach], level)

    def _bring_up_to_date(self, source: Rows) -> None:
        """Refresh the rows that can still beat what the rung above left out."""
        level = -np.inf
        if len(self._sizes) > 1:
            above = self._rungs[-1]
            level = above.outside + self._scoring.rise(above.mark) if above.outside > -np.inf else -np.inf
            source = source[self._scoring.ceilings(source) >= level]
        self._scoring.refresh(source, level)

    def _choose(self, source: Rows, size: int) -> Rung:
        """About as many rows as asked for, with the highest ceilings; the first rows of a tie at the border."""
        everything = len(source) <= size
        if not everything:
            ceilings = self._scoring.ceilings(source)
            border = _border(ceilings, size)
            inside = ceilings >= border
            chosen = np.flatnonzero(inside)
            everything = len(chosen) == len(source) <= size + size // 4
        if everything:
            rows = source[self._left[source]]
            return Rung(rows, source, np.ones(len(source), dtype=np.bool_), -np.inf, None)
        if len(chosen) > size + size // 4:
            # the border is a value that many share, or the sample missed it
            chosen = chosen[_highest(ceilings[chosen], size, source[chosen], self._order)]
            inside[:] = False
            inside[chosen] = True
            border = float(ceilings[~inside].max())
        rows = source[chosen]
        rung = Rung(rows[self._left[rows]], source, inside, border, None)
        rung.mark = self._scoring.mark(rung.left_out() if self._scoring.moving else source[:0])
        return rung


def _border(ceilings: Doubles, size: int) -> float:
    """A value that about as many ceilings reach as asked for, from a sample where they are many."""
    sample = ceilings[:: max(len(ceilings) // SAMPLE, 1)]
    place = max(len(sample) - 1 - len(sample) * size // len(ceilings), 0)
    return float(np.partition(sample, place)[place])


def _highest(ceilings: Doubles, size: int, rows: Rows, order: Order) -> Rows:
    """Places of the highest ceilings, ascending; of the rows that tie for the last places, the first."""
    last = float(np.partition(ceilings, len(ceilings) - size)[len(ceilings) - size])
    chosen = ceilings > last
    level = np.flatnonzero(ceilings == last)
    chosen[level[order.earliest(rows[level], size - int(chosen.sum()))]] = True
    return np.flatnonzero(chosen)


def _sizes(count: int) -> list[int]:
    least = [RUNGS[0], min(RUNGS[1], max(count // 3, FEWER))]
    grown = [max(size, min(count // share, most)) for size, share, most in zip(least, SHARES, LARGEST, strict=True)]
    sizes = [*grown[: len(RUNGS) - 1], RUNGS[-1]]
    return [size for size in sizes if 2 * size < count] or [RUNGS[-1]]
