"""Which rows can still cover a reference vector better: few enough to be listed, once some have been picked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.cosines import ROUNDOFF
from sqlsel.kernels.threads import each

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlsel.kernels.cosines import Cosines
    from sqlsel.kernels.protocol import Doubles, Rows, Singles
    from sqlsel.kernels.sampled import Sample

    Places = np.ndarray[tuple[int], np.dtype[np.uint16]]
    Kept = tuple[Places, Singles]

CHUNK = 1 << 16
"""Rows whose places among them fit 16 bits."""
FIND_COLUMNS, FIND_ROWS = 1 << 8, 1 << 11
TOGETHER = 1 << 16
PAIRS_A_ROW = 800
LEAST, MOST = 1 << 22, 100_000_000
"""Pairs that are kept at most, 6 bytes each: some for each row, and within these bounds."""
GRID = 2.0**23
"""Cosines and covers are kept as multiples of 1 over this, whose differences single precision gives exactly."""
WORK_A_PAIR = 16


def fits(cosines: Cosines, rows: Rows, cover: Doubles, sample: Sample) -> bool:
    """Whether the pairs of rows and reference vectors are few enough, by a sample of the rows."""
    most = min(max(PAIRS_A_ROW * len(rows), LEAST), MOST)
    every = len(rows) * cosines.count
    return every <= most or sample.share(cosines.least(cover)) * every <= most


class Pairs:
    """For every reference vector the rows that are nearer to it than anything chosen, and their cosines."""

    def __init__(self, cosines: Cosines, rows: Rows, n_rows: int, cover: Doubles, weights: Doubles) -> None:
        self._cosines = cosines
        self._weights = weights
        self._alike = bool((weights == weights[:1]).all())
        self._unit = float(weights.max(initial=0.0))
        self._error = np.float32(np.ceil((cosines.error + 2 * ROUNDOFF) * GRID) / GRID)
        self._slack = float(self._error) * self._unit
        # the last place is that of all other rows, which add nothing
        self._gains: Doubles = np.zeros(len(rows) + 1)
        self._counts: Rows = np.zeros(len(rows) + 1, dtype=np.int64)
        self._at: Rows = np.full(n_rows, len(rows), dtype=np.int64)
        self._at[rows] = np.arange(len(rows))
        self._chunks = [rows[begin : begin + CHUNK] for begin in range(0, len(rows), CHUNK)]
        least = cosines.least(cover)
        self._kept = [self._find(chunk, least) for chunk in self._chunks]
        self._each_chunk(lambda number: self._add_up(number, cover), np.arange(cosines.count))

    def upper(self, rows: Rows) -> Doubles:
        """What rows would add, at most: the sum of weight * (cosine - cover) over their pairs."""
        at = self._at[rows]
        return np.maximum(self._gains[at] + self._slack * self._counts[at], 0.0)

    def lower(self, rows: Rows) -> Doubles:
        """What rows would add, at least."""
        at = self._at[rows]
        return np.maximum(self._gains[at] - self._slack * self._counts[at], 0.0)

    def raised(self, columns: Rows, before: Doubles, after: Doubles) -> None:
        """Follow a pick: the cover of some reference vectors has risen."""

        def follow(number: int) -> None:
            for there, lengths in self._groups(number, columns):
                self._raise(number, columns[there], lengths, before[there], after[there])

        self._each_chunk(follow, columns)

    def _each_chunk(self, work: Callable[[int], None], columns: Rows) -> None:
        pairs = sum(len(pair[0]) for kept in self._kept[:1] for column in columns.tolist() if (pair := kept[column]))
        each(work, range(len(self._chunks)), cost=pairs * len(self._chunks) * WORK_A_PAIR)

    def _groups(self, number: int, columns: Rows) -> Iterator[tuple[Rows, Rows]]:
        """Places of the columns that have pairs and how many each has, so many at once as stay in the cache."""
        kept = self._kept[number]
        lengths = np.array([0 if (pair := kept[column]) is None else len(pair[0]) for column in columns.tolist()])
        there = np.flatnonzero(lengths)
        lengths = lengths[there]
        ends = np.cumsum(lengths)
        while len(there):
            count = max(int(ends.searchsorted(ends[0] + TOGETHER)), 1)
            yield there[:count], lengths[:count]
            there, lengths, ends = there[count:], lengths[count:], ends[count:]

    def _listed(self, number: int, columns: Rows) -> Kept:
        pairs = [pair for column in columns.tolist() if (pair := self._kept[number][column]) is not None]
        places, found = (np.concatenate(side) for side in zip(*pairs, strict=True))
        return places, found

    def _find(self, chunk: Rows, least: Singles) -> list[Kept | None]:
        kept: list[Kept | None] = [None] * self._cosines.count

        def look(begin: int) -> None:
            run = slice(begin, min(begin + FIND_COLUMNS, self._cosines.count))
            buffer = np.empty((run.stop - begin) * FIND_ROWS, dtype=np.float32)
            parts = []
            for first in range(0, len(chunk), FIND_ROWS):
                part = chunk[first : first + FIND_ROWS]
                found = buffer[: (run.stop - begin) * len(part)].reshape(-1, len(part))
                self._cosines.wide_block(part, run, found)
                flat = np.flatnonzero(found > least[run, None])
                starts = np.arange(0, found.size + 1, len(part))
                lengths = np.diff(flat.searchsorted(starts))
                places = flat - np.repeat(starts[:-1] - first, lengths)
                parts.append((lengths, places.astype(np.uint16), _rounded(found.ravel()[flat])))
            for column, pair in enumerate(_by_column(*zip(*parts, strict=True)), begin):
                kept[column] = pair if len(pair[0]) else None

        each(look, range(0, self._cosines.count, FIND_COLUMNS), cost=len(chunk) * self._cosines.count)
        return kept

    def _add_up(self, number: int, cover: Doubles) -> None:
        gains, counts = self._of_chunk(number)
        for there, lengths in self._groups(number, np.arange(len(cover))):
            places, found = self._listed(number, there)
            found -= np.repeat(_on_grid(cover[there]), lengths)
            np.maximum(found, 0.0, out=found)
            gains += np.bincount(places, self._weighted(found, there, lengths), len(gains))
            counts += np.bincount(places, minlength=len(gains))

    def _of_chunk(self, number: int) -> tuple[Doubles, Rows]:
        run = slice(number * CHUNK, number * CHUNK + len(self._chunks[number]))
        return self._gains[run], self._counts[run]

    def _weighted(self, rises: Singles, columns: Rows, lengths: Rows) -> Doubles | Singles:
        if self._alike:
            return rises if self._unit == 1.0 else rises * self._unit
        return rises * np.repeat(self._weights[columns], lengths)

    def _raise(self, number: int, columns: Rows, lengths: Rows, before: Doubles, after: Doubles) -> None:
        places, found = self._listed(number, columns)
        low = _on_grid(before)
        # what is covered wholly leaves nothing
        width = np.where(after == 1.0, np.float32(np.inf), _on_grid(after) - low)
        rises = np.subtract(found, np.repeat(low, lengths))
        np.maximum(rises, 0.0, out=rises)
        beyond = np.repeat(width, lengths)
        lost = np.minimum(rises, beyond)
        np.subtract(rises, beyond, out=beyond)
        alive = beyond > -self._error
        np.absolute(beyond, out=beyond)
        doubtful = np.flatnonzero(beyond < self._error)
        if len(doubtful):
            # where single precision cannot tell, double does
            of = np.cumsum(lengths).searchsorted(doubtful, side="right")
            rows = self._chunks[number][places[doubtful]]
            alive[doubtful] = better = self._cosines.exact_pairs(rows, columns[of]) > after[of]
            lost[doubtful[~better]] = rises[doubtful[~better]]
        left = np.flatnonzero(alive)
        self._let_go(number, places, self._weighted(lost, columns, lengths), places[np.flatnonzero(~alive)])
        places, found = places[left], found[left]
        ends = left.searchsorted(np.cumsum(lengths)).tolist()
        begin, kept = 0, self._kept[number]
        for column, end in zip(columns.tolist(), ends, strict=True):
            kept[column] = (places[begin:end], found[begin:end]) if end > begin else None
            begin = end

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


def _on_grid(numbers: Doubles | Singles) -> Singles:
    """The nearest numbers of the grid."""
    on_grid: Singles = (np.rint(numbers * numbers.dtype.type(GRID)) / numbers.dtype.type(GRID)).astype(np.float32)
    return on_grid


def _rounded(cosines: Singles) -> Singles:
    """The same of cosines above 0, in place: next to 1, single precision is on the grid."""
    cosines += np.float32(1.0)
    cosines -= np.float32(1.0)
    return cosines


def _by_column(lengths: Sequence[Rows], places: Sequence[Places], found: Sequence[Singles]) -> list[Kept]:
    """Put together what was found of each column in blocks of rows."""
    counts = np.array(lengths)
    ends = np.cumsum(counts.sum(axis=0))
    firsts = ends - counts[::-1].cumsum(axis=0)[::-1]
    into = np.empty(ends[-1], dtype=np.uint16), np.empty(ends[-1], dtype=np.float32)
    for first, count, *pair in zip(firsts, counts, places, found, strict=True):
        at = np.arange(count.sum()) + np.repeat(first - (np.cumsum(count) - count), count)
        for target, part in zip(into, pair, strict=True):
            target[at] = part
    return [
        (into[0][begin:end].copy(), into[1][begin:end].copy())
        for begin, end in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True)
    ]
