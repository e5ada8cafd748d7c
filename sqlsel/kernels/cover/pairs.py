"""What rows would add to the cover of reference vectors whose pairs with them are listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.cover.cosines import ROUNDOFF
from sqlsel.kernels.cover.listed import GRID, Listed

if TYPE_CHECKING:
    from sqlsel.kernels.cover.cosines import Cosines
    from sqlsel.kernels.cover.listed import Look, Places
    from sqlsel.kernels.protocol import Doubles, Rows, Singles

PAIR_BYTES = 6
SLACK_ROOM = 1.5
"""So many times the pairs that there may be are held, at most, gone ones among them."""


class Pairs:
    """The sum of weight * (cosine - cover) over the pairs of every row: known from pick to pick."""

    def __init__(self, cosines: Cosines, rows: Rows, weights: Doubles, most: int) -> None:
        self._cosines = cosines
        self._most = most
        self._weights = weights
        self._alike = bool((weights == weights[:1]).all())
        self._unit = float(weights.max(initial=0.0))
        self._error = np.float32(np.ceil((cosines.error + 2 * ROUNDOFF) * GRID) / GRID)
        self._slack = float(self._error) * self._unit
        self._gains: Doubles = np.zeros(len(rows))
        self._counts: Rows = np.zeros(len(rows), dtype=np.int64)
        self._listed = Listed(cosines, rows)

    def room(self) -> int:
        """How many more pairs there may be; that of pairs which are gone is given back where nothing else is left."""
        listed, most = self._listed, self._most
        count = listed.count
        if listed.taken + (most - count) > SLACK_ROOM * most and listed.taken - count > most // 4:
            listed.compact()
        return min(most - count, int(SLACK_ROOM * most) - listed.taken)

    def add(self, columns: Rows, cover: Doubles, look: Look | None = None) -> Doubles:
        """List the pairs of some more reference vectors.

        Args:
            columns: The reference vectors.
            cover: The cover of all.
            look: Called after a block of cosines is listed, with the runs of rows and of columns that it is of.

        Returns:
            ``(n,)`` what each row gains by it.
        """
        cover = cover[columns]
        self._listed.add(columns, cover, look)
        before = self._gains.copy()
        self._listed.each_chunk(lambda number: self._add_up(number, columns, cover), columns)
        return self._gains - before

    def upper(self, at: Rows | slice) -> Doubles:
        """What rows would add, at most, by their places."""
        return np.maximum(self._gains[at] + self._slack * self._counts[at], 0.0)

    def lower(self, at: Rows | slice) -> Doubles:
        """What rows would add, at least."""
        return np.maximum(self._gains[at] - self._slack * self._counts[at], 0.0)

    def raised(self, columns: Rows, before: Doubles, after: Doubles) -> None:
        """Follow a pick: the cover of some listed reference vectors has risen."""

        def follow(number: int) -> None:
            for there, lengths in self._listed.groups(number, columns):
                self._raise(number, columns[there], lengths, before[there], after[there])

        self._listed.each_chunk(follow, columns)

    def _add_up(self, number: int, columns: Rows, cover: Doubles) -> None:
        gains, counts = self._of_chunk(number)
        for there, lengths in self._listed.groups(number, columns):
            places, found = self._listed.take(number, columns[there], lengths)
            found -= np.repeat(_rounded(cover[there]), lengths)
            np.maximum(found, 0.0, out=found)
            gains += np.bincount(places, self._weighted(found, columns[there], lengths), len(gains))
            counts += np.bincount(places, minlength=len(gains))

    def _of_chunk(self, number: int) -> tuple[Doubles, Rows]:
        run = slice(*self._listed.begins[number : number + 2])
        return self._gains[run], self._counts[run]

    def _weighted(self, rises: Singles, columns: Rows, lengths: Rows) -> Doubles | Singles:
        if self._alike:
            return rises if self._unit == 1.0 else rises * self._unit
        return rises * np.repeat(self._weights[columns], lengths)

    def _raise(self, number: int, columns: Rows, lengths: Rows, before: Doubles, after: Doubles) -> None:
        places, found = self._listed.take(number, columns, lengths)
        low, high = _rounded(before), _rounded(after)
        beyond = found - np.repeat(high, lengths)
        alive = beyond > -self._error
        whole = after == 1.0
        if whole.any():
            # what is covered wholly leaves nothing
            alive &= np.repeat(~whole, lengths)
        doubtful = np.flatnonzero((beyond < self._error) & alive)
        lost = np.minimum(beyond, 0.0, out=beyond)
        lost += np.repeat(high - low, lengths)
        np.maximum(lost, 0.0, out=lost)
        ends = np.cumsum(lengths)
        if len(doubtful):
            # where single precision cannot tell, double does
            of = ends.searchsorted(doubtful, side="right")
            rows = self._listed.chunks[number][places[doubtful]]
            dead = self._cosines.exact_pairs(rows, columns[of]) <= after[of]
            gone, of = doubtful[dead], of[dead]
            alive[gone], lost[gone] = False, np.maximum(found[gone] - low[of], 0.0)
        left = np.flatnonzero(alive)
        self._let_go(number, places, self._weighted(lost, columns, lengths), places[np.flatnonzero(~alive)])
        lengths = np.diff(left.searchsorted(ends), prepend=0)
        self._listed.put(number, columns, (places[left], found[left]), lengths)

    def _let_go(self, number: int, places: Places, lost: Doubles | Singles, gone: Places) -> None:
        """Take off what rows lost, and pairs that matter no more; a row without any adds nothing, exactly."""
        gains, counts = self._of_chunk(number)
        if len(places) < len(gains) // 8:
            np.subtract.at(gains, places, lost)
            np.subtract.at(counts, gone, 1)
            gains[gone[np.flatnonzero(counts[gone] == 0)]] = 0.0
        else:
            gains -= np.bincount(places, lost, len(gains))
            counts -= np.bincount(gone, minlength=len(gains))
            gains[np.flatnonzero(counts == 0)] = 0.0


def _rounded(cover: Doubles) -> Singles:
    """The nearest numbers of the grid."""
    rounded: Singles = (np.rint(cover * GRID) / GRID).astype(np.float32)
    return rounded
