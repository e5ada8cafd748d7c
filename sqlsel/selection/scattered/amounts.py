"""Numbers of classes, several a row: probabilities, or how often a row has each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Self

import numpy as np

from sqlsel.selection.reading import class_counts, distribution_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pyarrow as pa

    Doubles = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Amounts:
    """What rows have of each class.

    Attributes:
        names: The classes.
        rows: ``(n, len(names))`` float64, zeros where a row has none, or is not known.
    """

    names: tuple[str, ...]
    rows: Doubles

    def take(self, rows: Rows) -> Self:
        """Those of some rows."""
        return replace(self, rows=self.rows[rows])

    def having(self, rows: Doubles) -> Self:
        """Other numbers of the same classes."""
        return replace(self, rows=rows)

    def of(self, names: Sequence[str]) -> Doubles:
        """The numbers of these classes, among which are all of its own."""
        if self.names == tuple(names):
            return self.rows
        places = {name: number for number, name in enumerate(names)}
        found = np.zeros((len(self.rows), len(places)))
        found[:, [places[name] for name in self.names]] = self.rows
        return found

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """The rows of some one after the other; classes that differ are sorted by name."""
        names = united([part.names for part in parts])
        return cls(names, np.concatenate([part.of(names) for part in parts]))

    @classmethod
    def read(cls, column: pa.ChunkedArray, names: tuple[str, ...] | None) -> Self:
        """From lists of numbers of these classes, or from lists of classes, where None says that any may occur."""
        return cls(*class_counts(column)) if names is None else cls(names, distribution_rows(column, len(names)))

    @classmethod
    def nothing(cls, names: tuple[str, ...] | None) -> Self:
        """No rows."""
        return cls(names or (), np.empty((0, len(names or ()))))


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What a mix is prepared from where only some rows are there.

    Attributes:
        names: Every class in play.
        in_play: By class, what all rows have of it.
        rows: ``(n, len(names))`` what the rows have that are there.
    """

    names: tuple[str, ...]
    in_play: Doubles
    rows: Doubles


def united(several: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The classes of some in one order: theirs, where all have the same, or sorted by name."""
    first = several[0]
    return first if all(names == first for names in several) else tuple(sorted({*chain(*several)}))
