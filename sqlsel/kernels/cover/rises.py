"""What rows would add to the cover of reference vectors: bounds for all rows, and tight ones for those that matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.cover.pairs import PAIR_BYTES, SLACK_ROOM, Pairs, most_pairs
from sqlsel.kernels.cover.sampled import NUMBERS
from sqlsel.kernels.cover.shown import Shown

if TYPE_CHECKING:
    from sqlsel.kernels.cover.cosines import Cosines
    from sqlsel.kernels.protocol import Doubles, Rows


class Rises:
    """The rise of each row: the sum over the reference vectors of weight * max(its cosine - cover, 0). It only falls.

    At first all rows are shown what takes much off; later all pairs that matter are listed.
    """

    def __init__(
        self, cosines: Cosines, weights: Doubles, rows: Rows, n_rows: int, cover: Doubles, known: Doubles | None
    ) -> None:
        self._rows = self._every = rows
        self._at: Rows = np.full(n_rows, -1, dtype=np.int64)
        self._at[rows] = np.arange(len(rows))
        self._now: Shown | Pairs = Shown(cosines, weights, rows, cover, known)
        self._go_on()

    @property
    def listed(self) -> bool:
        """Whether all pairs are, and every rise is up to date."""
        return not isinstance(self._now, Shown)

    @property
    def ahead(self) -> int:
        """How many of the best rows say how much can be added, before others are looked at; 0 if all are up to date."""
        return self._now.ahead

    def upper(self, rows: Rows) -> Doubles:
        """What rows would add, at most."""
        return self._now.upper(self._places(rows))

    def lower(self, rows: Rows) -> Doubles:
        """What rows would add, at least; 0 of what is not listed for rows that are not up to date."""
        return self._now.lower(self._places(rows))

    def columns_of(self, rows: Rows) -> Rows | slice:
        """Reference vectors among which are all that some rows could cover better, in order."""
        places = self._at[rows]
        if not isinstance(self._now, Pairs) or not len(places) or places.min() < 0:
            return slice(None)
        return self._now.columns_of(places)

    def raised(self, columns: Rows, before: Doubles, after: Doubles) -> None:
        """Follow a pick: the cover of some reference vectors has risen."""
        self._now.raised(columns, before, after)
        if isinstance(self._now, Pairs):
            self._now.turn()

    def refresh(self, rows: Rows, level: float) -> None:
        """Bring the bounds of rows up to date that reach the level."""
        if isinstance(self._now, Shown):
            self._now.refresh(self._places(rows), level)
            self._go_on()

    def tighten(self) -> bool:
        """Look at all rows again, where that tells much better what they add; whether it was done."""
        return isinstance(self._now, Shown) and self._now.tighten()

    def _go_on(self) -> None:
        if isinstance(self._now, Shown) and self._now.listed:
            self._now = self._now.pairs

    def _places(self, rows: Rows) -> Rows | slice:
        if rows is self._every or (len(rows) == len(self._rows) and np.array_equal(rows, self._rows)):
            # most often it is the same array again
            self._every = rows
            return slice(None)
        return self._at[rows]


def bytes_of_rises(rows: int, count: int, width: int) -> int:
    """About how much is held at most beside vectors: lists, and a sample and the vectors of the reference."""
    pairs = min(most_pairs(rows) * SLACK_ROOM, rows * count)
    return int(pairs * PAIR_BYTES) + 4 * NUMBERS + 3 * 4 * count * width
