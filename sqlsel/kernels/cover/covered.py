"""How well reference vectors are covered by a selection, and by how much every row would raise that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.cover.rises import Rises
from sqlsel.kernels.threads import each

if TYPE_CHECKING:
    from sqlsel.kernels.cover.cosines import Cosines
    from sqlsel.kernels.protocol import Doubles, Rows, Singles

WIDE_BLOCK = 1 << 12
WIDE_ROWS = 1 << 9


@dataclass(frozen=True, slots=True, eq=False)
class Cover:
    """A cover to go on from.

    Attributes:
        cosines: ``(R,)`` of each reference vector to the nearest member, at least 0.
        total: The value of the selection.
        rises: ``(N, 2)`` what each row is known to add, at least and at most; None where that is not known.
    """

    cosines: Doubles
    total: float
    rises: Doubles | None = None


class Risen:
    """What of a cover has risen since it was asked last."""

    def __init__(self, covered: Covered) -> None:
        self._covered = covered
        self._joins = covered.joins
        self._seen = covered.cover.copy()

    def ask(self) -> tuple[Rows, Doubles, Doubles] | None:
        """The reference vectors, and their cover before and after; None where nothing has risen."""
        if self._joins == self._covered.joins:
            return None
        self._joins = self._covered.joins
        columns = np.flatnonzero(self._covered.cover > self._seen)
        before, after = self._seen[columns], self._covered.cover[columns]
        self._seen[columns] = after
        return (columns, before, after) if len(columns) else None


class Covered:
    """The cover of each reference vector, and bounds of what rows would add to it.

    Attributes:
        cover: ``(R,)`` the cosine to the nearest member of the selection, at least 0.
        total: The sum of weight * cover.
        joins: How many rows have joined.
    """

    def __init__(self, cosines: Cosines, weights: Doubles, rows: Rows, n_rows: int, cover: Cover | None = None) -> None:
        self._cosines = cosines
        self._weights = weights
        self._rows = rows
        self._n_rows = n_rows
        self.cover: Doubles = np.zeros(cosines.count) if cover is None else cover.cosines.copy()
        self.total = 0.0 if cover is None else cover.total
        self._known = None if cover is None else cover.rises
        self._bounds: Rises | None = None
        self._risen: Risen | None = None
        self.joins = 0
        self._next: tuple[int, tuple[Rows, Doubles, Doubles]] | None = None

    def adds(self, row: int) -> float:
        """What a row adds, in double."""
        columns, before, after = self._raised(row)
        return float(((after - before) * self._weights[columns]).sum())

    def join(self, row: int) -> None:
        """Let a row join."""
        self.total += self.adds(row)
        columns, _, after = self._raised(row)
        self._next = None
        self.cover[columns] = after
        self.joins += 1

    def _raised(self, row: int) -> tuple[Rows, Doubles, Doubles]:
        if self._next is None or self._next[0] != row:
            open_to = self._columns_of(np.array([row]))
            near = np.flatnonzero(self._cosines.of_row(row, open_to) > self.cover[open_to] - self._cosines.error)
            columns = near if isinstance(open_to, slice) else open_to[near]
            found = self._cosines.exact(row, columns)
            better = found > self.cover[columns]
            self._next = row, (columns[better], self.cover[columns[better]], found[better])
        return self._next[1]

    def _columns_of(self, rows: Rows) -> Rows | slice:
        """Reference vectors among which are all that some rows could cover better, in order."""
        return slice(None) if self._bounds is None else self._bounds.columns_of(rows)

    def measure(self) -> Rises:
        """Bounds of the rises of all rows, after all that joined; of several at once costs less than of each."""
        if self._bounds is None or self._risen is None:
            self._bounds = Rises(self._cosines, self._weights, self._rows, self._n_rows, self.cover, self._known)
            self._risen = Risen(self)
        risen = self._risen.ask()
        if risen is not None:
            self._bounds.raised(*risen)
        return self._bounds

    @property
    def ahead(self) -> int:
        """How many of the best rows say how much can be added, before others are looked at; 0 if all are up to date."""
        return self.measure().ahead

    def upper(self, rows: Rows) -> Doubles:
        """What rows would add, at most."""
        return self.measure().upper(rows)

    def lower(self, rows: Rows) -> Doubles:
        """What rows would add, at least; tight after :meth:`refresh`, else 0 while it is not known."""
        return self.measure().lower(rows)

    def refresh(self, rows: Rows, level: float = -np.inf) -> None:
        """Bring the bounds of some rows up to date; those that fall below the level need no more care."""
        self.measure().refresh(rows, level)

    def tighten(self) -> bool:
        """Bound what all rows add again, where that tells it much better; whether it was done. Cost: a product."""
        return self.measure().tighten()

    def exact(self, rows: Rows) -> Doubles:
        """What rows would add, in double. Cost: a product with all columns, in single precision where few matter."""
        sums = self._few if self._bounds is not None and self._bounds.listed else self._all
        parts = [sums(rows[begin : begin + WIDE_ROWS]) for begin in range(0, len(rows), WIDE_ROWS)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def lost(self, vectors: tuple[Doubles, Rows | None], raised: tuple[Rows, Doubles, Doubles]) -> Doubles:
        """How much less rows would add since a cover rose, in double, by their :meth:`Cosines.wide_vectors`."""
        columns, before, after = raised
        found = self._cosines.wide_cosines(vectors, columns)
        np.clip(found, before, after, out=found)
        found -= before
        lost: Doubles = found @ self._weights[columns]
        return lost

    def _all(self, rows: Rows) -> Doubles:
        vectors = self._cosines.wide_vectors(rows)
        blocks = range(0, self._cosines.count, WIDE_BLOCK)
        sums = np.zeros((len(blocks), len(rows)))

        def add(begin: int) -> None:
            run = slice(begin, begin + WIDE_BLOCK)
            found = self._cosines.wide_cosines(vectors, run)
            found -= self.cover[run]
            np.maximum(found, 0.0, out=found)
            sums[begin // WIDE_BLOCK] = found @ self._weights[run]

        each(add, blocks, cost=vectors[0].size * self._cosines.count)
        total: Doubles = sums.sum(axis=0)
        return total

    def _few(self, rows: Rows) -> Doubles:
        """By the columns alone that single precision cannot rule out."""
        open_to = self._columns_of(rows)
        least = self._cosines.least(self.cover[open_to])
        seen: list[tuple[Rows, Rows]] = [(np.empty(0, dtype=np.int64),) * 2]

        def look(part: slice, run: slice, found: Singles) -> None:
            columns, near = np.nonzero(found > least[run, None])
            seen.append((near + part.start, columns + run.start))

        self._cosines.visit(rows, open_to, look)
        near, columns = (np.concatenate(side) for side in zip(*seen, strict=True))
        columns = columns if isinstance(open_to, slice) else open_to[columns]
        rises = np.maximum(self._cosines.exact_pairs(rows[near], columns) - self.cover[columns], 0.0)
        rises *= self._weights[columns]
        total = np.zeros(len(rows))
        total += np.bincount(near, rises, len(rows))
        return total
