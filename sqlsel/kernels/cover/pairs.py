"""What rows would add to the cover of reference vectors whose pairs with them are listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.cover.cosines import ROUNDOFF
from sqlsel.kernels.cover.listed import GRID, Listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlsel.kernels.cover.cosines import Cosines
    from sqlsel.kernels.cover.listed import Block, Pile
    from sqlsel.kernels.protocol import Doubles, Rows, Singles

    Look = Callable[[slice, slice, Singles], None]

WIDE_ROUNDOFF = 2.0**-53
PAIRS_A_ROW = 800
LEAST, MOST = 1 << 22, 75_000_000
"""Pairs that are listed at most: some for each row, and within these bounds."""
PAIR_BYTES = 6
SLACK_ROOM = 1.5
"""So many times the pairs that there may be are held, at most, gone ones among them."""
TURN_OF, MOST_TURNED = 7, 1 << 23
"""Pairs are put in order by row too once they are one of two to the power of this of all, and no more than that."""


class Pairs:
    """The sum of weight * (cosine - cover) over the pairs of every row: known from pick to pick."""

    ahead = 0

    def __init__(self, cosines: Cosines, rows: Rows, weights: Doubles) -> None:
        self._cosines = cosines
        self._most = most_pairs(len(rows))
        self._weights = weights
        self._alike = bool((weights == weights[:1]).all())
        # what pairs gain and lose is exact on the grid; a weight that all have is put to their sum
        self._unit = float(weights.max(initial=0.0)) if self._alike else 1.0
        self._rounding = 0.0 if self._alike else 4.0 * len(weights) * WIDE_ROUNDOFF * float(weights.sum())
        self._error = np.float32(np.ceil((cosines.error + 2 * ROUNDOFF) * GRID) / GRID)
        self._live: Doubles | None = None if self._alike else np.zeros(len(rows))
        self._gains: Doubles = np.zeros(len(rows))
        self._counts: Rows = np.zeros(len(rows), dtype=np.int64)
        self._rows = rows
        self._listed = Listed(cosines, rows, int(SLACK_ROOM * self._most))

    def room(self) -> int:
        """How many more pairs there may be; that of pairs which are gone is given back where nothing else is left."""
        listed, most = self._listed, self._most
        count = listed.count
        if listed.taken + (most - count) > SLACK_ROOM * most:
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
        low = _rounded(cover)
        gained = np.zeros(len(self._rows))

        def add_up(part: slice, run: slice, found: Singles, block: Block) -> None:
            rises = block.found - np.repeat(low[run], block.lengths)
            np.maximum(rises, 0.0, out=rises)
            counted = self._weighted(rises, columns[run], block.lengths)
            gained[part] += np.bincount(block.places, counted, part.stop - part.start)
            self._counts[part] += np.bincount(block.places, minlength=part.stop - part.start)
            if self._live is not None:
                weights = np.repeat(self._weights[columns[run]], block.lengths)
                self._live[part] += np.bincount(block.places, weights, part.stop - part.start)
            if look is not None:
                look(part, run, found)

        self._listed.add(columns, cover, add_up)
        self._gains += gained
        return gained * self._unit

    def upper(self, at: Rows | slice) -> Doubles:
        """What rows would add, at most, by their places."""
        return self._apart(at, 1.0)

    def lower(self, at: Rows | slice) -> Doubles:
        """What rows would add, at least."""
        return self._apart(at, -1.0)

    def _apart(self, at: Rows | slice, side: float) -> Doubles:
        """What rows would add and, on one side of it, what that is off by at most: by the weights of their pairs."""
        error = side * float(self._error)
        bounds: Doubles
        if self._live is None:
            bounds = np.multiply(self._counts[at], error, dtype=np.float64)
        else:
            bounds = np.where(self._counts[at] > 0, self._live[at] * error + side * self._rounding, 0.0)
        bounds += self._gains[at]
        np.maximum(bounds, 0.0, out=bounds)
        bounds *= self._unit
        return bounds

    def raised(self, columns: Rows, before: Doubles, after: Doubles) -> None:
        """Follow a pick: the cover of some listed reference vectors has risen."""
        low, high = _rounded(before), _rounded(after)
        # what is covered wholly leaves nothing, however cosines err
        high[after == 1.0] += 2 * self._error
        self._listed.each_pile(lambda pile: self._raise(pile, columns, low, high, after), columns)

    def columns_of(self, at: Rows) -> Rows | slice:
        """Reference vectors among which are all that some rows could cover better, in order."""
        known = self._listed.columns_of(at)
        return slice(None) if known is None else known

    def turn(self) -> None:
        """Know the reference vectors of each row, once there are few pairs and no more to come."""
        few = min(self._cosines.count * len(self._rows) >> TURN_OF, MOST_TURNED)
        if not self._listed.turned and self._listed.count <= few:
            self._listed.turn()

    def _weighted(self, rises: Singles, columns: Rows, lengths: Rows) -> Doubles | Singles:
        if self._alike:
            return rises
        return rises * np.repeat(self._weights[columns], lengths)

    def _raise(self, pile: Pile, columns: Rows, low: Singles, high: Singles, after: Doubles) -> None:
        below, above = np.repeat(low[pile.columns], pile.lengths), np.repeat(high[pile.columns], pile.lengths)
        beyond = pile.found - above
        alive = beyond > -self._error
        doubtful = np.flatnonzero((beyond < self._error) & alive)
        lost = np.clip(pile.found, below, above, out=beyond)
        lost -= below
        if len(doubtful):
            # where single precision cannot tell, double does
            of = pile.columns[np.cumsum(pile.lengths).searchsorted(doubtful, side="right")]
            rows = self._rows[pile.rows][pile.places[doubtful]]
            dead = self._cosines.exact_pairs(rows, columns[of]) <= after[of]
            gone, of = doubtful[dead], of[dead]
            alive[gone], lost[gone] = False, np.maximum(pile.found[gone] - low[of], 0.0)
        lost = self._weighted(lost, columns[pile.columns], pile.lengths)
        self._let_go(pile, lost, np.flatnonzero(~alive), columns)
        self._listed.keep(pile, np.flatnonzero(alive))

    def _let_go(self, pile: Pile, lost: Doubles | Singles, gone: Rows, columns: Rows) -> None:
        """Take off what rows lost, and pairs that matter no more; a row without any adds nothing, exactly."""
        gains, counts = self._gains[pile.rows], self._counts[pile.rows]
        places = pile.places.take(gone)
        if self._live is not None:
            weights = np.repeat(self._weights[columns[pile.columns]], pile.lengths).take(gone)
            np.subtract.at(self._live[pile.rows], places, weights)
        if len(pile.places) < len(gains) // 8:
            np.subtract.at(gains, pile.places, lost)
            np.subtract.at(counts, places, 1)
            gains[places[np.flatnonzero(counts[places] == 0)]] = 0.0
        else:
            gains -= np.bincount(pile.places, lost, len(gains))
            counts -= np.bincount(places, minlength=len(gains))
            gains[np.flatnonzero(counts == 0)] = 0.0


def most_pairs(rows: int) -> int:
    """How many pairs are listed at most."""
    return min(max(PAIRS_A_ROW * rows, LEAST), MOST)


def _rounded(cover: Doubles) -> Singles:
    """The nearest numbers of the grid."""
    rounded: Singles = (np.rint(cover * GRID) / GRID).astype(np.float32)
    return rounded
