"""Which rows can still cover a reference vector better: few enough to be listed, once some have been picked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.threads import each

if TYPE_CHECKING:
    from sqlsel.kernels.cosines import Cosines
    from sqlsel.kernels.protocol import Bools, Doubles, Rows, Singles

    Places = np.ndarray[tuple[int], np.dtype[np.uint16]]
    Kept = tuple[Places, Singles]

CHUNK = 1 << 16
"""Rows whose places among them fit 16 bits."""
BLOCK_NUMBERS = 1 << 22
GROUP = 64
TOGETHER = 1 << 17
PAIRS_A_ROW = 800
LEAST, MOST = 1 << 22, 100_000_000
"""Pairs that are kept at most, 6 bytes each: some for each row, and within these bounds."""
SAMPLE_COLUMNS, SAMPLE_ROWS = 64, 1 << 13


def fits(cosines: Cosines, rows: Rows, cover: Doubles) -> bool:
    """Whether the pairs of rows and reference vectors are few enough, by a sample of both."""
    most = min(max(PAIRS_A_ROW * len(rows), LEAST), MOST)
    if len(rows) * cosines.count <= most:
        return True
    columns = np.arange(0, cosines.count, max(cosines.count // SAMPLE_COLUMNS, 1))
    sample = rows[:: max(len(rows) // SAMPLE_ROWS, 1)]
    least = _least(cosines, cover)[columns]
    counts: list[int] = []

    def count(_: slice, run: slice, found: Singles) -> None:
        counts.append(int((found > least[run]).sum()))

    cosines.visit(sample, columns, count)
    return sum(counts) / (len(sample) * len(columns)) * len(rows) * cosines.count <= most


class Pairs:
    """For every reference vector the rows that are nearer to it than anything chosen, and their cosines.

    Attributes:
        gains: By row, the sum of weight * (cosine - cover) over its pairs.
    """

    def __init__(self, cosines: Cosines, rows: Rows, n_rows: int, cover: Doubles, weights: Doubles) -> None:
        self._cosines = cosines
        self._weights = weights
        self._least = _least(cosines, cover)
        self.gains: Doubles = np.zeros(n_rows)
        self._counts: Rows = np.zeros(n_rows, dtype=np.int64)
        self._error = cosines.error * float(weights.max(initial=0.0))
        self._chunks = [rows[begin : begin + CHUNK] for begin in range(0, len(rows), CHUNK)]
        self._kept: list[list[Kept | None]] = []
        for chunk in self._chunks:
            self._kept.append(self._find(chunk))
            self._add_up(chunk, self._kept[-1], cover)

    def slacks(self, rows: Rows) -> Doubles:
        """The most by which the gains of some rows are off."""
        slacks: Doubles = self._counts[rows] * self._error
        return slacks

    def raised(self, columns: Rows, before: Doubles, after: Doubles) -> None:
        """Follow a pick: the cover of some reference vectors has risen."""
        for chunk, kept in zip(self._chunks, self._kept, strict=True):
            lengths = np.array([0 if (pair := kept[column]) is None else len(pair[0]) for column in columns.tolist()])
            there = np.flatnonzero(lengths)
            ends = np.cumsum(lengths[there])
            while len(there):
                # so many at once as stay in the cache
                count = max(int(ends.searchsorted(ends[0] + TOGETHER)), 1)
                now, there, ends = there[:count], there[count:], ends[count:]
                self._raise(chunk, kept, columns[now], before[now], after[now])

    def _find(self, chunk: Rows) -> list[Kept | None]:
        kept: list[Kept | None] = [None] * self._cosines.count
        size = max(min(BLOCK_NUMBERS // len(chunk), 256), 1)

        def look(begin: int) -> None:
            run = slice(begin, min(begin + size, self._cosines.count))
            found = np.empty((run.stop - begin, len(chunk)), dtype=np.float32)
            self._cosines.wide_block(chunk, run, found)
            for column, line in zip(range(begin, run.stop), found, strict=True):
                places = np.flatnonzero(line > self._least[column])
                if len(places):
                    kept[column] = places.astype(np.uint16), line[places]

        each(look, range(0, self._cosines.count, size), cost=len(chunk) * self._cosines.count)
        return kept

    def _add_up(self, chunk: Rows, kept: list[Kept | None], cover: Doubles) -> None:
        gains, counts = np.zeros(len(chunk)), np.zeros(len(chunk), dtype=np.int64)
        for begin in range(0, len(kept), GROUP):
            group = [(column, pair) for column, pair in enumerate(kept[begin : begin + GROUP], begin) if pair]
            if not group:
                continue
            columns = np.array([column for column, _ in group])
            places, found = (np.concatenate(side) for side in zip(*(pair for _, pair in group), strict=True))
            of = np.repeat(columns, [len(pair[0]) for _, pair in group])
            rises = np.maximum(found - cover[of], 0.0) * self._weights[of]
            gains += np.bincount(places, rises, len(chunk))
            counts += np.bincount(places, minlength=len(chunk))
        self.gains[chunk], self._counts[chunk] = gains, counts

    def _raise(self, chunk: Rows, kept: list[Kept | None], columns: Rows, before: Doubles, after: Doubles) -> None:
        pairs = [pair for column in columns.tolist() if (pair := kept[column]) is not None]
        places, found = (np.concatenate(side) for side in zip(*pairs, strict=True))
        lengths = np.array([len(pair[0]) for pair in pairs])
        low, width = np.repeat(before, lengths), np.repeat(after - before, lengths)
        lost = np.clip(np.subtract(found, low, out=low), 0.0, width, out=low)
        lost *= np.repeat(self._weights[columns], lengths)
        alive = self._alive(found, chunk, places, np.repeat(columns, lengths), np.repeat(after, lengths))
        self._let_go(chunk, places, lost, ~alive)
        left = np.cumsum(np.add.reduceat(alive, np.cumsum(lengths) - lengths, dtype=np.int64))
        places, found = places[alive], found[alive]
        begin = 0
        for column, end in zip(columns.tolist(), left.tolist(), strict=True):
            kept[column] = (places[begin:end], found[begin:end]) if end > begin else None
            begin = end

    def _let_go(self, chunk: Rows, places: Places, lost: Doubles, gone: Bools) -> None:
        """Take off what rows lost, and pairs that matter no more; a row without any adds nothing, exactly."""
        out = places[gone]
        if len(places) < len(chunk) // 8:
            np.subtract.at(self.gains, chunk[places], lost)
            np.subtract.at(self._counts, chunk[out], 1)
            rows = chunk[out]
        else:
            self.gains[chunk] -= np.bincount(places, lost, len(chunk))
            self._counts[chunk] -= np.bincount(out, minlength=len(chunk))
            rows = chunk
        self.gains[rows[self._counts[rows] == 0]] = 0.0

    def _alive(self, found: Singles, chunk: Rows, places: Places, columns: Rows, high: Doubles) -> Bools:
        """Which are nearer than the cover still; where single precision cannot tell, double does."""
        alive: Bools = (found > high - self._cosines.error) & (high < 1.0)
        doubtful = np.flatnonzero(alive & (found < high + self._cosines.error))
        if len(doubtful):
            exact = self._cosines.exact_pairs(chunk[places[doubtful]], columns[doubtful])
            alive[doubtful] = exact > high[doubtful]
        return alive


def _least(cosines: Cosines, cover: Doubles) -> Singles:
    """Cosines in single precision up to these are no better than the cover; of what is covered wholly, none is."""
    least = np.where(cover == 1.0, np.inf, cover - cosines.error).astype(np.float32)
    return np.nextafter(least, np.float32(-np.inf))
