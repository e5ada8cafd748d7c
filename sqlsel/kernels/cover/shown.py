"""What rows would add to a cover: bounds for all of them, and tight ones for those that matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.cover.pairs import Pairs
from sqlsel.kernels.cover.sampled import Sample
from sqlsel.kernels.cover.summed import SUMMED, error_of_pairs, sums, weighted

if TYPE_CHECKING:
    from sqlsel.kernels.cover.cosines import Cosines
    from sqlsel.kernels.protocol import Bools, Doubles, Rows, Singles

AHEAD = 1 << 8
"""Rows that say how much can be added, before others are looked at: so many of the best, and so many of all kinds."""
FEW, FEW_OF, MOST_FEW = 1 << 9, 1 << 6, 1 << 13
"""So many rows, or one of so many, are brought up to date by themselves; for more, all are."""
MOST_FRESH = 1 << 14
WORTH_ASKING = 0.2
"""After so much of a pass was spent on the rows that are kept up to date, it is seen again whether all fits lists."""
PASSES, ENOUGH = 2, 1.1
"""Passes that show a part of the columns before one shows all, and how much of what is needed each aims at."""
WORTH_LISTING = 0.15
"""Reference vectors are listed that have pairs with this share of the rows or less: showing them costs more."""


class Shown:
    """What rows would add while not all pairs of a row and a reference vector are listed.

    The pairs of a reference vector with the rows that can still cover it better are listed once they are few, and
    what they add up to is followed from pick to pick. For the others, all rows have seen an older cover, which gives
    an upper bound, and some rows ("fresh") are kept up to date. A pass over all rows shows them the vectors that take
    the most off, and lists those on its way that have become few.

    Attributes:
        pairs: What is listed.
    """

    ahead = AHEAD

    def __init__(self, cosines: Cosines, weights: Doubles, rows: Rows, cover: Doubles, known: Doubles | None) -> None:
        self._cosines = cosines
        self._weights = weights
        self._narrow = weights.astype(np.float32)
        self._rows = rows
        self._cover = cover
        self._seen: Singles = cover.astype(np.float32)
        self._open: Bools = np.ones(cosines.count, dtype=np.bool_)
        self._pending: Bools = np.zeros(cosines.count, dtype=np.bool_)
        self.pairs = Pairs(cosines, rows, weights)
        self._few = min(max(FEW, len(rows) // FEW_OF), MOST_FEW)
        self._rises: Doubles = np.zeros(len(rows))
        self._slack = 0.0
        self._spent = 0
        self._fresh: Rows = np.empty(0, dtype=np.int64)
        self._high: Doubles = np.zeros(len(rows))
        self._slacks: Doubles = np.zeros(len(rows))
        self._tight: Bools = np.ones(len(rows), dtype=np.bool_)
        self._sample = Sample(cosines, rows)
        if not self._list_all(self._open_shares()):
            self._start(None if known is None else known[rows])

    @property
    def listed(self) -> bool:
        """Whether all pairs are: they alone are right then."""
        return not self._open.any()

    def upper(self, at: Rows | slice) -> Doubles:
        """What rows would add, at most, by their places."""
        return self.pairs.upper(at) + self._high[at]

    def lower(self, at: Rows | slice) -> Doubles:
        """What rows would add, at least; 0 of what is not listed for rows that are not up to date."""
        low = np.maximum(self._high[at] - 2.0 * self._slacks[at], 0.0)
        return self.pairs.lower(at) + np.where(self._tight[at], low, 0.0)

    def raised(self, columns: Rows, before: Doubles, after: Doubles) -> None:
        """Follow a pick: the cover of some reference vectors has risen."""
        is_open = self._open[columns]
        listed = ~is_open
        self.pairs.raised(columns[listed], before[listed], after[listed])
        columns = columns[is_open]
        if not len(columns):
            return
        self._pending[columns] = True
        self._tight[:] = False
        self._tight[self._fresh] = True
        self._show_fresh(self._fresh, columns, before[is_open].astype(np.float32))

    def refresh(self, at: Rows | slice, level: float) -> None:
        """Bring the bounds of rows up to date that reach the level."""
        enough = WORTH_ASKING * len(self._rows) * int(self._open.sum())
        if self._spent > enough and self._list_all(self._open_shares()):
            return
        places = np.arange(len(self._rows))[at]
        places = places[~self._tight[places]]
        if len(places) > self._few:
            places = self._reaching(places, level)
        for _ in range(PASSES):
            if len(places) > self._few:
                self._pass(places, level)
                places = self._reaching(places, level)
        if len(places) > self._few:
            self._show_all(np.flatnonzero(self._pending))
            return
        if not len(places) or not self._pending.any():
            return
        if len(self._fresh) + len(places) > MOST_FRESH and len(self._fresh) > MOST_FRESH // 2:
            self._let_go(MOST_FRESH // 2)
        self._fresh = np.append(self._fresh, places)
        columns = np.flatnonzero(self._pending)
        self._show_fresh(places, columns, self._seen[columns])
        self._tight[places] = True

    def _reaching(self, places: Rows, level: float) -> Rows:
        places = places[~self._tight[places]]
        return places[self.upper(places) >= level]

    def tighten(self) -> bool:
        """Look at all again, where that tells much better what rows add; whether it was done. Cost: a product."""
        summed = weighted(self._cover[self._open].astype(np.float32), self._narrow[self._open])
        least = error_of_pairs(self._cosines, self._weights[self._open])
        least += SUMMED * (summed + float(self._high.max(initial=0.0)))
        if self._slacks.max(initial=0.0) <= 2.0 * least:
            return False
        self._look_at_all()
        return True

    def _start(self, known: Doubles | None) -> None:
        if known is not None and len(known):
            self._slack = float((known[:, 1] - known[:, 0]).max()) / 2.0
            self._rises = known[:, 1] - self._slack
            self._level_all()
        else:
            self._look_at_all()

    def _look_at_all(self) -> None:
        """Bounds of all rows by the cover as it is."""
        columns = slice(None) if self._open.all() else np.flatnonzero(self._open)
        low, weights = self._cover[columns].astype(np.float32), self._narrow[columns]
        self._seen[columns] = low
        self._pending[columns] = False
        self._rises = sums(self._cosines, self._rows, columns, weights, (low, None))
        summed = weighted(low, weights) + float(self._rises.max(initial=0.0))
        self._slack = error_of_pairs(self._cosines, self._weights[columns]) + SUMMED * summed
        self._level_all()

    def _level_all(self) -> None:
        """Bounds of all rows from what they have seen, but of the fresh ones."""
        kept = self._high[self._fresh], self._slacks[self._fresh]
        self._high = self._rises + self._slack
        self._slacks = np.full(len(self._rows), self._slack)
        if self._pending.any():
            self._high[self._fresh], self._slacks[self._fresh] = kept
        else:
            self._fresh = self._fresh[:0]
            self._tight[:] = True

    def _let_go(self, left: int) -> None:
        """Keep only the best rows up to date."""
        order = np.argpartition(-self.upper(self._fresh), left)
        gone, self._fresh = self._fresh[order[left:]], self._fresh[order[:left]]
        self._tight[gone] = False
        self._high[gone] = self._rises[gone] + self._slack
        self._slacks[gone] = self._slack

    def _show_fresh(self, places: Rows, columns: Rows, low: Singles) -> None:
        """Take off what columns take off rows since their cover was low."""
        if not len(places):
            return
        self._spent += len(places) * len(columns)
        high, weights = self._cover[columns].astype(np.float32), self._narrow[columns]
        slack = SUMMED * weighted(high, weights)
        self._slacks[places] += slack
        self._high[places] += slack - sums(self._cosines, self._rows[places], columns, weights, (low, high))

    def _pass(self, places: Rows, level: float) -> None:
        """List what is light, and show all rows what takes off most until few of some rows reach a level."""
        shares = self._open_shares()
        if self._list_all(shares):
            return
        self._list(self._light(shares))
        above = np.sort(self.upper(places) - level)[: -self._few]
        columns = np.flatnonzero(self._pending)
        if len(above) and above[-1] >= 0.0 and len(columns):
            self._show_all(self._heaviest(columns, ENOUGH * float(above[-1])))

    def _light(self, shares: Doubles) -> Rows:
        """Those that are better listed than shown, as there is room for them."""
        shares = np.where(self._pending, shares, np.inf)
        order = np.argsort(shares, kind="stable")
        pairs = np.cumsum(shares[order]) * len(self._rows)
        fit = int(pairs.searchsorted(self.pairs.room(), side="right"))
        few = int(shares[order].searchsorted(WORTH_LISTING, side="right"))
        return np.sort(order[: min(fit, few)])

    def _heaviest(self, columns: Rows, needed: float) -> Rows:
        """Those of some columns that take off so much together, by the sample."""
        high = self._cover[columns].astype(np.float32)
        falls = self._sample.falls(columns, self._seen[columns], high) * self._weights[columns]
        order = np.argsort(-falls, kind="stable")
        return np.sort(columns[order[: int(np.cumsum(falls[order]).searchsorted(needed)) + 1]])

    def _open_shares(self) -> Doubles:
        """The share of the rows, by the sample, with which a reference vector has pairs; 0 of those that are listed."""
        shares = np.zeros(len(self._open))
        columns = np.flatnonzero(self._open)
        shares[columns] = self._sample.shares(columns, self._cosines.least(self._cover[columns]))
        return shares

    def _show_all(self, columns: Rows) -> None:
        """Show all rows the cover of some columns."""
        high = self._cover[columns].astype(np.float32)
        weights = self._narrow[columns]
        lost = sums(self._cosines, self._rows, columns, weights, (self._seen[columns], high))
        self._take_off(columns, lost, weighted(high, weights))

    def _take_off(self, columns: Rows, lost: Doubles, summed: float) -> None:
        self._rises -= lost
        self._slack += SUMMED * summed
        self._seen[columns] = self._cover[columns]
        self._pending[columns] = False
        self._level_all()

    def _list_all(self, shares: Doubles) -> bool:
        """List all that is not, where that is little enough; whether it is."""
        self._spent = 0
        columns = np.flatnonzero(self._open)
        # what is listed may have come out larger than the sample said
        room = max(self.pairs.room(), 0)
        if min(len(columns), shares.sum()) * len(self._rows) <= room:
            self.pairs.add(columns, self._cover)
            for bounds in (self._open, self._pending, self._high, self._slacks):
                bounds[:] = 0
            self._fresh = self._fresh[:0]
            self._tight[:] = True
        return self.listed

    def _list(self, columns: Rows) -> None:
        if not len(columns):
            return
        low, weights = self._seen[columns], self._narrow[columns]
        lost = np.full(len(self._rows), -weighted(low, weights))

        def take_off(part: slice, run: slice, block: Singles) -> None:
            np.maximum(block, low[run, None], out=block)
            lost[part] += weights[run] @ block

        gained = self.pairs.add(columns, self._cover, take_off)
        self._open[columns] = False
        self._high[self._fresh] -= gained[self._fresh]
        self._take_off(columns, lost, weighted(low, weights) + float(lost.max()))
