"""Lists: for every reference vector the rows that are nearer to it than anything chosen, with their cosines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.cover.cosines import BLOCK_COLUMNS
from sqlsel.kernels.cover.lists import TOGETHER, Lists
from sqlsel.kernels.objects import runs
from sqlsel.kernels.threads import each

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlsel.kernels.cover.cosines import Cosines
    from sqlsel.kernels.cover.lists import Places
    from sqlsel.kernels.protocol import Doubles, Rows, Singles

    Look = Callable[[slice, slice, Singles, "Block"], None]

CHUNK = 1 << 16
"""Rows whose places among them fit 16 bits."""
AT_ONCE = 1 << 25
"""So many cosines are looked at before what they gave is counted: the more, the less threads wait for each other."""
TOGETHER_PAIRS = 1 << 23
"""After so many have been found they are put in order, which takes their memory twice."""
GRID = 2.0**23
"""Cosines and covers are kept as multiples of 1 over this, whose differences single precision gives exactly."""
WORK_A_PAIR = 16
SPARSE = 25
"""Where one of more than so many is True, it is faster to look for them one by one."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """What a block of rows has of a band of columns: by column how many, and all of them one after the other."""

    lengths: Rows
    places: Rows | Places
    found: Singles


@dataclass(frozen=True, slots=True, eq=False)
class Pile:
    """Pairs of some lists, one after the other.

    Attributes:
        rows: The run of all rows that they are of.
        columns: By list which of the columns asked for it is of.
        lists: The lists.
        lengths: How many pairs each has.
        places: By pair the row among those of the run.
        found: By pair the cosine; a copy.
        begins: By list where its part of the rows begins in the run; None where that is at the run's begin.
    """

    rows: slice
    columns: Rows
    lists: Rows
    lengths: Rows
    places: Rows | Places
    found: Singles
    begins: Rows | None = None


class Listed:
    """The lists of some rows. A list only gets shorter, in its place."""

    def __init__(self, cosines: Cosines, rows: Rows, capacity: int) -> None:
        self._cosines = cosines
        self._parts = max(-(-len(rows) // CHUNK), 1)
        self._chunks = np.array_split(rows, self._parts)
        self._begins: Rows = np.cumsum([0, *map(len, self._chunks)])
        self._columns = cosines.count
        self._lists = Lists(self._parts * self._columns, min(capacity, len(rows) * self._columns))
        self._turned: list[tuple[Rows, Rows]] | None = None

    def add(self, columns: Rows, cover: Doubles, look: Look) -> None:
        """List what is nearer to some more columns than their cover.

        Args:
            columns: The columns.
            cover: Their cover.
            look: Called after a block of cosines is listed: with the runs of rows and of columns that it is of, the
                cosines, which it may overwrite, and what is listed of them, by places among the run of rows.
        """
        least = self._cosines.least(cover)
        found: list[tuple[Rows, Sequence[Block]]] = []
        pairs = 0
        width = max(AT_ONCE // max(len(self._chunks[0]), 1) // BLOCK_COLUMNS, 1) * BLOCK_COLUMNS
        for begin in range(0, len(columns), width):
            for number in range(self._parts):
                for band, blocks in self._find(number, columns, slice(begin, begin + width), least, look):
                    found.append((number * self._columns + columns[band], blocks))
                    pairs += sum(len(block.places) for block in blocks)
                if pairs > TOGETHER_PAIRS:
                    self._keep_all(found)
                    found, pairs = [], 0
        self._keep_all(found)

    @property
    def taken(self) -> int:
        """How many pairs there is memory taken for."""
        return self._lists.taken

    @property
    def count(self) -> int:
        """How many pairs there are."""
        return self._lists.count

    @property
    def turned(self) -> bool:
        """Whether it is known which columns each row has pairs with."""
        return self._turned is not None

    def compact(self) -> None:
        """Let other pairs have the memory of those that are gone."""
        self._lists.compact()

    def each_pile(self, work: Callable[[Pile], None], columns: Rows) -> None:
        """Do something with the lists of some columns: piles of the same rows come one after the other."""
        lists = np.add.outer(np.arange(self._parts) * self._columns, columns)

        def take(several: Rows, run: slice) -> None:
            for there in self._lists.groups(several):
                group = several[there]
                lengths, begins = self._lists.lengths[group], None
                places: Rows | Places
                places, found = self._lists.take(group)
                if len(several) > len(columns):
                    begins = self._begins[group // self._columns]
                    places = places + np.repeat(begins, lengths)
                work(Pile(run, there % len(columns), group, lengths, places, found, begins))

        pairs = int(self._lists.lengths[lists].sum())
        if pairs <= TOGETHER:
            take(lists.ravel(), slice(0, int(self._begins[-1])))
            return
        runs_of_parts = list(map(slice, self._begins[:-1].tolist(), self._begins[1:].tolist()))
        each(lambda part: take(lists[part], runs_of_parts[part]), range(self._parts), cost=pairs * WORK_A_PAIR)

    def keep(self, pile: Pile, left: Rows) -> None:
        """Shorten the lists of a pile to some of its pairs."""
        lengths = left.searchsorted(np.cumsum(pile.lengths))
        lengths[1:] -= lengths[:-1].copy()
        places = pile.places.take(left)
        if pile.begins is not None:
            places = places - np.repeat(pile.begins, lengths)
        self._lists.put(pile.lists, (places.astype(np.uint16, copy=False), pile.found.take(left)), lengths)

    def columns_of(self, places: Rows) -> Rows | None:
        """Columns among which are all that have a pair with some rows, in order; None while that is not known."""
        if self._turned is None:
            return None
        numbers = self._begins.searchsorted(places, side="right") - 1
        found = []
        for number, at in zip(numbers.tolist(), (places - self._begins[numbers]).tolist(), strict=True):
            begins, columns = self._turned[number]
            found.append(columns[begins[at] : begins[at + 1]])
        return np.asarray(found[0] if len(found) == 1 else np.unique(np.concatenate(found)), dtype=np.int64)

    def turn(self) -> None:
        """From now on know the columns of each row; and have no more memory than the pairs take."""
        self._lists.compact(self.count)
        turned: list[tuple[Rows, Rows]] = [(np.empty(0, dtype=np.int64),) * 2] * self._parts

        def sort(number: int) -> None:
            lists = np.arange(number * self._columns, (number + 1) * self._columns)
            places, _ = self._lists.take(lists)
            columns = np.arange(self._columns, dtype=np.min_scalar_type(self._columns))
            columns = np.repeat(columns, self._lists.lengths[lists])
            begins = np.append(0, np.cumsum(np.bincount(places, minlength=len(self._chunks[number]))))
            turned[number] = begins, columns[np.argsort(places, kind="stable")]

        each(sort, range(self._parts), cost=self.count * WORK_A_PAIR)
        self._turned = turned

    def _find(
        self, number: int, columns: Rows, several: slice, least: Singles, then: Look
    ) -> Iterator[tuple[slice, Sequence[Block]]]:
        """What a part of the rows has of some of the columns, by band of these."""
        blocks: dict[tuple[int, int], Block] = {}
        first = int(self._begins[number])

        def look(part: slice, run: slice, found: Singles) -> None:
            band = slice(several.start + run.start, several.start + run.stop)
            flat = _above(found, least[band])
            starts = np.arange(0, found.size + 1, found.shape[1])
            lengths = np.diff(flat.searchsorted(starts))
            cosines = on_grid(found.ravel().take(flat))
            flat -= np.repeat(starts[:-1], lengths)
            then(slice(first + part.start, first + part.stop), band, found, Block(lengths, flat, cosines))
            flat += part.start
            blocks[band.start, part.start] = Block(lengths, flat.astype(np.uint16), cosines)

        self._cosines.visit(self._chunks[number], columns[several], look)
        for begin in range(several.start, min(several.stop, len(columns)), BLOCK_COLUMNS):
            yield slice(begin, begin + BLOCK_COLUMNS), [blocks[place] for place in sorted(blocks) if place[0] == begin]

    def _keep_all(self, found: Sequence[tuple[Rows, Sequence[Block]]]) -> None:
        """Keep what was found of bands."""
        ends = np.cumsum([0, *(sum(len(block.places) for block in blocks) for _, blocks in found)])
        ends += self._lists.more(int(ends[-1]))
        begins = ends.tolist()

        def keep(item: int) -> None:
            lists, blocks = found[item]
            lengths = _by_column(blocks, *self._lists.piece(begins[item], begins[item + 1]))
            self._lists.begin(lists, begins[item], lengths)

        each(keep, range(len(found)), cost=(begins[-1] - begins[0]) * WORK_A_PAIR)


def on_grid(numbers: Singles) -> Singles:
    """Numbers of the grid next to some numbers: the nearest, or one beside it where a number is above 1."""
    numbers += np.float32(1.0)
    numbers -= np.float32(1.0)
    return numbers


def _above(found: Singles, least: Singles) -> Rows:
    """Where the numbers of each row are above one for it, in the order of memory."""
    size = found.size
    room = size // 8
    above = np.empty(size + room, dtype=np.bool_)
    there = above[:size]
    np.greater(found, least[:, None], out=there.reshape(found.shape))
    if SPARSE * np.count_nonzero(there) < size:
        return np.flatnonzero(there)
    # numpy looks for the next True one by one, unless a tenth of all are
    above[size:] = True
    places = np.flatnonzero(above)
    return places[: len(places) - room]


def _by_column(blocks: Sequence[Block], places: Places, found: Singles) -> Rows:
    """Put together what blocks of rows have of each column; returns how many pairs each column has."""
    counts = np.array([block.lengths for block in blocks])
    ends = np.cumsum(counts.sum(axis=0))
    firsts = ends - counts[::-1].cumsum(axis=0)[::-1]
    for first, block in zip(firsts, blocks, strict=True):
        count = block.lengths
        at = runs(first, count)
        places[at] = block.places
        found[at] = block.found
    lengths: Rows = counts.sum(axis=0)
    return lengths
