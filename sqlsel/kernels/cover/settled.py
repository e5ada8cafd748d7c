"""What a few rows would add to a cover, in double."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.cover.covered import Risen

if TYPE_CHECKING:
    from sqlsel.kernels.cover.cosines import Cosines
    from sqlsel.kernels.cover.covered import Covered
    from sqlsel.kernels.protocol import Doubles, Rows


class Settled:
    """What a few rows would add, in double: it is computed once, and what was lost since is taken off when asked."""

    def __init__(self, covered: Covered, cosines: Cosines, n_rows: int) -> None:
        self._covered = covered
        self._cosines = cosines
        self._places: Rows = np.full(n_rows, -1, dtype=np.int64)
        self._rows: Rows = np.empty(0, dtype=np.int64)
        self._vectors: tuple[Doubles, Rows | None] | None = None
        self._values: Doubles = np.empty(0)
        self._risen = Risen(covered)

    @property
    def count(self) -> int:
        """How many rows are known."""
        return len(self._rows)

    @property
    def values(self) -> Doubles:
        """What they would add, in the order in which they were taken in."""
        risen = self._risen.ask() if len(self._rows) else None
        if risen is not None:
            if self._vectors is None:
                self._vectors = self._cosines.wide_vectors(self._rows)
            self._values -= self._covered.lost(self._vectors, risen)
            np.maximum(self._values, 0.0, out=self._values)
        return self._values

    def forget(self) -> None:
        """Know no row any more."""
        self._places[self._rows] = -1
        self._rows = np.empty(0, dtype=np.int64)
        self._vectors = None
        self._values = np.empty(0)

    def of(self, rows: Rows) -> Doubles:
        """What some rows would add; NaN for those that are not known."""
        places = self._places[rows]
        return np.where(places >= 0, np.append(self.values, np.nan)[places], np.nan)

    def add(self, rows: Rows) -> Doubles:
        """Know some more rows; what they would add now."""
        found = self._covered.exact(rows)
        if not len(self._rows):
            self._risen = Risen(self._covered)
        self._values = np.append(self.values, found)
        self._places[rows] = np.arange(len(self._rows), len(self._rows) + len(rows))
        self._rows = np.append(self._rows, rows)
        # only where these are still wanted after the next pick
        self._vectors = None
        return found
