"""Lists: for every reference vector the rows that are nearer to it than anything chosen, with their cosines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.cover.cosines import BLOCK_COLUMNS
from sqlsel.kernels.threads import each

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlsel.kernels.cover.cosines import Cosines
    from sqlsel.kernels.protocol import Doubles, Rows, Singles

    Places = np.ndarray[tuple[int], np.dtype[np.uint16]]
    Look = Callable[[slice, slice, Singles], None]

CHUNK = 1 << 16
"""Rows whose places among them fit 16 bits."""
TOGETHER = 1 << 16
TOGETHER_COLUMNS = 4 * BLOCK_COLUMNS
TOGETHER_PAIRS = 1 << 23
"""After so many have been found they are put in order, which takes their memory twice."""
GRID = 2.0**23
"""Cosines and covers are kept as multiples of 1 over this, whose differences single precision gives exactly."""
WORK_A_PAIR = 16


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """What a block of rows has of a band of columns: by column how many, and all of them one after the other."""

    lengths: Rows
    places: Places
    found: Singles


class Listed:
    """The lists of some rows. A list only gets shorter, in its place.

    Attributes:
        chunks: The rows, in parts of which each has lists of its own.
        begins: Where each part begins, and the end.
        taken: How many pairs the lists have taken memory for.
    """

    def __init__(self, cosines: Cosines, rows: Rows) -> None:
        self._cosines = cosines
        self.chunks = np.array_split(rows, max(-(-len(rows) // CHUNK), 1))
        self.begins: list[int] = np.cumsum([0, *map(len, self.chunks)]).tolist()
        self.taken = 0
        nothing = np.empty(0, dtype=np.uint16), np.empty(0, dtype=np.float32)
        self._kept: list[list[tuple[Places, Singles]]] = [[nothing] * cosines.count for _ in self.chunks]
        self._lengths: Rows = np.zeros((len(self.chunks), cosines.count), dtype=np.int64)

    def add(self, columns: Rows, cover: Doubles, look: Look | None) -> None:
        """List what is nearer to some more columns than their cover.

        Args:
            columns: The columns.
            cover: Their cover.
            look: Called after a block of cosines is listed, with the runs of rows and of columns that it is of.
        """
        if not self.begins[-1]:
            return
        least = self._cosines.least(cover)
        found: list[tuple[int, Rows, Sequence[_Block]]] = []
        pairs = 0
        for begin in range(0, len(columns), BLOCK_COLUMNS):
            band = slice(begin, begin + BLOCK_COLUMNS)
            for number in range(len(self.chunks)):
                found.append((number, columns[band], self._find(number, columns, band, least, look)))
                pairs += sum(len(block.places) for block in found[-1][2])
                if pairs > TOGETHER_PAIRS:
                    self._keep_all(found)
                    found, pairs = [], 0
        self._keep_all(found)

    @property
    def count(self) -> int:
        """How many pairs there are."""
        return int(self._lengths.sum())

    def compact(self) -> None:
        """Give back the memory of pairs that are gone."""
        self.taken = 0
        for begin in range(0, self._lengths.shape[1], TOGETHER_COLUMNS):
            columns = np.arange(begin, min(begin + TOGETHER_COLUMNS, self._lengths.shape[1]))
            for number, lengths in enumerate(self._lengths[:, columns]):
                self._split(number, columns, self.take(number, columns, lengths), lengths)
                self.taken += int(lengths.sum())

    def each_chunk(self, work: Callable[[int], None], columns: Rows) -> None:
        """Do something for each part of the rows that touches the lists of some columns."""
        each(work, range(len(self.chunks)), cost=int(self._lengths[:, columns].sum()) * WORK_A_PAIR)

    def groups(self, number: int, columns: Rows) -> Iterator[tuple[Rows, Rows]]:
        """Places of the columns that have pairs and how many each has, so many at once as stay in the cache."""
        lengths = self._lengths[number, columns]
        there = np.flatnonzero(lengths)
        lengths = lengths[there]
        ends = np.cumsum(lengths)
        while len(there):
            count = max(int(ends.searchsorted(ends[0] + TOGETHER)), 1)
            yield there[:count], lengths[:count]
            there, lengths, ends = there[count:], lengths[count:], ends[count:]

    def take(self, number: int, columns: Rows, lengths: Rows) -> tuple[Places, Singles]:
        """The lists of some columns one after the other: places among the rows of the part, and cosines."""
        kept = self._kept[number]
        several = list(zip(columns.tolist(), lengths.tolist(), strict=True))
        places = np.concatenate([kept[column][0][:length] for column, length in several])
        return places, np.concatenate([kept[column][1][:length] for column, length in several])

    def put(self, number: int, columns: Rows, left: tuple[Places, Singles], lengths: Rows) -> None:
        """Shorten the lists of some columns to what is left of them."""
        kept, (places, found) = self._kept[number], left
        end = 0
        for column, length in zip(columns.tolist(), lengths.tolist(), strict=True):
            begin, end = end, end + length
            kept[column][0][:length] = places[begin:end]
            kept[column][1][:length] = found[begin:end]
        self._lengths[number, columns] = lengths

    def _find(self, number: int, columns: Rows, band: slice, least: Singles, then: Look | None) -> Sequence[_Block]:
        blocks: dict[int, _Block] = {}
        first = self.begins[number]

        def look(part: slice, _run: slice, found: Singles) -> None:
            flat = _above(found, least[band])
            starts = np.arange(0, found.size + 1, found.shape[1])
            lengths = np.diff(flat.searchsorted(starts))
            places = flat - np.repeat(starts[:-1] - part.start, lengths)
            blocks[part.start] = _Block(lengths, places.astype(np.uint16), on_grid(found.ravel()[flat]))
            if then is not None:
                then(slice(first + part.start, first + part.stop), band, found)

        self._cosines.visit(self.chunks[number], columns[band], look)
        return [blocks[begin] for begin in sorted(blocks)]

    def _keep_all(self, found: Sequence[tuple[int, Rows, Sequence[_Block]]]) -> None:
        """Keep what was found of bands, in memory that is taken at once, as taking small pieces of it is slow."""
        ends = np.cumsum([0, *(sum(len(block.places) for block in blocks) for _, _, blocks in found)]).tolist()
        pairs = ends[-1]
        places, cosines = np.empty(pairs, dtype=np.uint16), np.empty(pairs, dtype=np.float32)
        self.taken += pairs

        def keep(item: int) -> None:
            number, columns, blocks = found[item]
            into = slice(ends[item], ends[item + 1])
            lengths = _by_column(blocks, places[into], cosines[into])
            self._split(number, columns, (places[into], cosines[into]), lengths)

        each(keep, range(len(found)), cost=pairs * WORK_A_PAIR)

    def _split(self, number: int, columns: Rows, pairs: tuple[Places, Singles], lengths: Rows) -> None:
        """Let some columns have their lists in one memory, one after the other."""
        kept, end = self._kept[number], 0
        for column, length in zip(columns.tolist(), lengths.tolist(), strict=True):
            begin, end = end, end + length
            kept[column] = pairs[0][begin:end], pairs[1][begin:end]
        self._lengths[number, columns] = lengths


def on_grid(numbers: Singles) -> Singles:
    """The nearest numbers of the grid, of numbers that differ from it by the rounding of single precision alone."""
    numbers += np.float32(1.0)
    numbers -= np.float32(1.0)
    return numbers


def _above(found: Singles, least: Singles) -> Rows:
    """Where the numbers of each row are above one for it, in the order of memory."""
    # numpy looks for the next True one by one, unless a tenth of all are
    size = found.size
    above = np.empty(size + size // 8, dtype=np.bool_)
    np.greater(found, least[:, None], out=above[:size].reshape(found.shape))
    above[size:] = True
    places = np.flatnonzero(above)
    return places[: len(places) - size // 8]


def _by_column(blocks: Sequence[_Block], places: Places, found: Singles) -> Rows:
    """Put together what blocks of rows have of each column; returns how many pairs each column has."""
    counts = np.array([block.lengths for block in blocks])
    ends = np.cumsum(counts.sum(axis=0))
    firsts = ends - counts[::-1].cumsum(axis=0)[::-1]
    for first, block in zip(firsts, blocks, strict=True):
        count = block.lengths
        at = np.arange(len(block.places)) + np.repeat(first - (np.cumsum(count) - count), count)
        places[at] = block.places
        found[at] = block.found
    lengths: Rows = counts.sum(axis=0)
    return lengths
