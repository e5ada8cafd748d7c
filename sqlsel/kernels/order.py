"""The order of candidates that tie: by row, or by an order that is worked out only where candidates do tie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlsel.kernels.protocol import Rows


class Order(Protocol):
    """Which of some rows comes first."""

    def first(self, rows: Rows) -> int:
        """The place of the first one among some distinct rows, of which there is at least one."""

    def earliest(self, rows: Rows, count: int) -> Rows:
        """The places of the first ``count`` of some distinct rows, ascending."""


class ByRow:
    """The lower row comes first."""

    def first(self, rows: Rows) -> int:
        """The place of the lowest."""
        return int(rows.argmin())

    def earliest(self, rows: Rows, count: int) -> Rows:
        """The places of the lowest."""
        return _lowest(rows, count)


class Late:
    """An order of rows that costs time to know. Where only the very first row is asked for, that alone is looked up."""

    def __init__(self, count: int, first: Callable[[], int], ranks: Callable[[], Rows]) -> None:
        """Know nothing yet.

        Args:
            count: How many rows may be picked.
            first: Finds the first of all that may be picked.
            ranks: Finds the place of every row in the order, ``(N,)`` int64; asked for once at most.
        """
        self._count = count
        self._find_first, self._find_ranks = first, ranks
        self._ranks: Rows | None = None

    def first(self, rows: Rows) -> int:
        """The place of the one of the lowest rank."""
        if len(rows) == 1:
            return 0
        if self._ranks is None and len(rows) == self._count:
            return int(np.flatnonzero(rows == self._find_first())[0])
        return int(self._of(rows).argmin())

    def earliest(self, rows: Rows, count: int) -> Rows:
        """The places of the lowest ranks."""
        return np.arange(len(rows)) if count >= len(rows) else _lowest(self._of(rows), count)

    def _of(self, rows: Rows) -> Rows:
        if self._ranks is None:
            self._ranks = self._find_ranks()
        ranks: Rows = self._ranks[rows]
        return ranks


BY_ROW = ByRow()


def _lowest(keys: Rows, count: int) -> Rows:
    if count >= len(keys):
        return np.arange(len(keys))
    places = np.argpartition(keys, count)[:count]
    places.sort()
    return places
