"""How well reference vectors are covered by a selection, and by how much every row would raise that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.cosines import BLOCK_COLUMNS, ROUNDOFF
from sqlsel.kernels.pairs import Pairs, fits
from sqlsel.kernels.threads import each

if TYPE_CHECKING:
    from sqlsel.kernels.cosines import Cosines
    from sqlsel.kernels.protocol import Doubles, Rows, Singles

HISTORY_BYTES = 1 << 27
WIDE_BLOCK = 1 << 12
SUMMED = 2 * (BLOCK_COLUMNS + 8) * ROUNDOFF
"""Share of a rise that is lost, at most, where it is added up in single precision."""


class Covered:
    """The cover of each reference vector, and bounds of what rows would add to it.

    The rise of a row is the sum over the reference vectors of weight * max(its cosine - cover, 0). It only falls. While
    many pairs of rows and reference vectors matter, rises are brought up to date on demand, by the reference vectors
    whose cover has risen since; once few do, these pairs are kept, and every rise with them.

    Attributes:
        cover: ``(R,)`` the cosine to the nearest member of the selection, at least 0.
        total: The sum of weight * cover.
    """

    def __init__(self, cosines: Cosines, weights: Doubles, rows: Rows, n_rows: int) -> None:
        self._cosines = cosines
        self._weights = weights
        self._singles = weights.astype(np.float32)
        self._rows = rows
        self._n_rows = n_rows
        self.cover: Doubles = np.zeros(cosines.count)
        self.total = 0.0
        self._pairs: Pairs | None = None
        self._rises: Doubles = np.zeros(n_rows)
        self._slacks: Doubles = np.zeros(n_rows)
        self._history: list[Singles] = []
        self._first = 0
        self._epochs: Rows = np.full(n_rows, -1, dtype=np.int64)
        self._measured = False

    def join(self, row: int) -> tuple[Rows, Doubles, Doubles]:
        """Let a row join: the reference vectors whose cover it raises, with their cover before and after."""
        error = self._cosines.error
        columns = np.flatnonzero(self._cosines.of_row(row) > self.cover - error)
        found = self._cosines.exact(row, columns)
        better = found > self.cover[columns]
        columns, after = columns[better], found[better]
        before = self.cover[columns]
        self.cover[columns] = after
        self.total += float(((after - before) * self._weights[columns]).sum())
        if self._pairs is not None:
            self._pairs.raised(columns, before, after)
        elif self._measured:
            self._remember()
        return columns, before, after

    def measure(self) -> None:
        """Bound the rises of all rows; joining before this costs less."""
        if self._measured:
            return
        self._measured = True
        self._remember()
        if self._pairs is None:
            self._fresh(self._rows)

    def upper(self, rows: Rows) -> Doubles:
        """What rows would add, at most."""
        self.measure()
        if self._pairs is not None:
            upper: Doubles = self._pairs.gains[rows] + self._pairs.slacks(rows)
            return np.maximum(upper, 0.0, out=upper)
        return self._rises[rows] + self._slacks[rows]

    def lower(self, rows: Rows) -> Doubles:
        """What rows would add, at least; tight after :meth:`refresh`, else 0 while it is not known."""
        self.measure()
        if self._pairs is not None:
            return np.maximum(self._pairs.gains[rows] - self._pairs.slacks(rows), 0.0)
        now = self._epochs[rows] == self._epoch()
        return np.where(now, np.maximum(self._rises[rows] - self._slacks[rows], 0.0), 0.0)

    def refresh(self, rows: Rows) -> None:
        """Bring the bounds of some rows up to date."""
        self.measure()
        if self._pairs is not None:
            return
        epochs = self._epochs[rows]
        for epoch in np.unique(epochs).tolist():
            if epoch == self._epoch():
                continue
            group = rows[epochs == epoch]
            before = self._history[epoch - self._first] if epoch >= self._first else None
            if before is None:
                self._fresh(group)
                continue
            columns = np.flatnonzero(self._history[-1] > before)
            if len(columns) > self._cosines.count // 2:
                self._fresh(group)
                continue
            low = before[columns]
            self._rises[group] -= self._sums(group, columns, low, self._history[-1][columns] - low)
            self._epochs[group] = self._epoch()

    def exact(self, vectors: tuple[Doubles, Rows | None], count: int) -> Doubles:
        """What rows would add, in double, by their :meth:`Cosines.wide_vectors`. Cost: a product with all columns."""
        blocks = range(0, self._cosines.count, WIDE_BLOCK)
        sums = np.zeros((len(blocks), count))

        def add(begin: int) -> None:
            run = slice(begin, begin + WIDE_BLOCK)
            found = self._cosines.wide_cosines(vectors, run)
            found -= self.cover[run]
            np.maximum(found, 0.0, out=found)
            sums[begin // WIDE_BLOCK] = found @ self._weights[run]

        each(add, blocks, cost=len(vectors[0]) * vectors[0].shape[1] * self._cosines.count)
        total: Doubles = sums.sum(axis=0)
        return total

    def lost(self, vectors: tuple[Doubles, Rows | None], raised: tuple[Rows, Doubles, Doubles]) -> Doubles:
        """How much less rows would add since a pick, in double."""
        columns, before, after = raised
        found = self._cosines.wide_cosines(vectors, columns)
        np.clip(found, before, after, out=found)
        found -= before
        lost: Doubles = found @ self._weights[columns]
        return lost

    def _epoch(self) -> int:
        return self._first + len(self._history) - 1

    def _remember(self) -> None:
        """Keep the cover as it is, or the pairs where they are few enough now."""
        if fits(self._cosines, self._rows, self.cover):
            self._pairs = Pairs(self._cosines, self._rows, self._n_rows, self.cover, self._weights)
            self._history = []
            return
        self._history.append(self.cover.astype(np.float32))
        while len(self._history) > 1 and len(self._history) * self.cover.nbytes // 2 > HISTORY_BYTES:
            del self._history[0]
            self._first += 1

    def _fresh(self, rows: Rows) -> None:
        low = self._history[-1]
        self._rises[rows] = found = self._sums(rows, slice(None), low, None)
        # a pair errs once where it counts first and twice, at most, where the cover passes it; so do the sums
        self._slacks[rows] = 3.0 * (self._cosines.error + ROUNDOFF) * float(self._weights.sum()) + SUMMED * found
        self._epochs[rows] = self._epoch()

    def _sums(self, rows: Rows, columns: Rows | slice, low: Singles, width: Singles | None) -> Doubles:
        """By row the sum over some columns of weight * (the cosine above ``low``, up to ``width``)."""
        found = np.zeros(len(rows))
        weights = self._singles[columns]

        def add(part: slice, run: slice, block: Singles) -> None:
            block -= low[run]
            np.maximum(block, 0.0, out=block)
            if width is not None:
                np.minimum(block, width[run], out=block)
            found[part] += block @ weights[run]

        self._cosines.visit(rows, columns, add)
        return found
