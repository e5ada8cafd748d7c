"""Cosines of rows with reference vectors: in blocks of single precision with a bound of their error, and in double."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from sqlsel.kernels.objects import spread
from sqlsel.kernels.threads import each

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlsel.kernels.protocol import Doubles, Rows, Singles

ROUNDOFF = 2.0**-24
SAME = 1e-12
"""Cosines that are this near to 1 are 1: single precision tells such directions apart no more."""
BLOCK_ROWS, BLOCK_COLUMNS = 512, 512
"""A block of cosines fits a core's own cache."""
BLOCKS, LEAST_ROWS = 8, 64
"""Rows that are few are cut into so many blocks, of so many rows at least, that all threads have some."""
BLOCK_ITEMS = 1024
WIDE_COLUMNS = 2048
UNIT = 1e-6
SINGLE = float(np.finfo(np.float32).max)
"""The largest number of single precision."""


class Cosines:
    """The vectors of rows, one each or several objects each, and reference vectors among them.

    The cosine of a row with objects is that of its nearest object.

    Attributes:
        error: Cosines in single precision are off by no more than this.
        count: Number of reference vectors.
    """

    def __init__(self, matrix: Singles, offsets: Rows | None, reference: Rows | Singles) -> None:
        self._matrix = matrix
        self._offsets = offsets
        self._inverse = _inverse_norms(matrix)
        if reference.ndim == 1:
            self._sources, self._source_inverse = matrix, self._inverse
            self._reference = cast("Rows", reference)
        else:
            self._sources = cast("Singles", reference)
            self._source_inverse = _inverse_norms(self._sources)
            self._reference = np.arange(len(reference))
        unit = self._inverse[self._inverse > 0]
        # those of vectors of their own are of length 1 to the rounding
        away = float(np.abs(1.0 / unit - 1.0).max(initial=0.0))
        self._scaled = away > UNIT or len(unit) < len(matrix)
        self._tiny = bool(unit.max(initial=0.0) > SINGLE)
        self.error = (matrix.shape[1] + 4) * ROUNDOFF + (0.0 if self._scaled else away)
        self.count = len(reference)
        of_reference = self._source_inverse[self._reference, None]
        self._singles: Singles = (self._sources[self._reference] * of_reference).astype(np.float32)

    def own(self, rows: Rows) -> Rows | None:
        """Where the reference vectors are among some rows in order; None where they are not, or rows have objects."""
        if self._offsets is not None or self._sources is not self._matrix or not len(rows) or not self.count:
            return None
        places = np.minimum(rows.searchsorted(self._reference), len(rows) - 1)
        return places if np.array_equal(rows[places], self._reference) else None

    def least(self, cover: Doubles) -> Singles:
        """Cosines in single precision up to these are no better than a cover; of what is covered wholly, none is."""
        least = np.where(cover == 1.0, np.inf, cover - self.error).astype(np.float32)
        return np.nextafter(least, np.float32(-np.inf))

    def visit(self, rows: Rows, columns: Rows | slice, look: Callable[[slice, slice, Singles], None]) -> None:
        """Show blocks of cosines in single precision, on all threads.

        Args:
            rows: Rows that have a vector.
            columns: Reference vectors.
            look: Called with a run of the rows, a run of the columns and their cosines, ``(columns, rows)``, which it
                may overwrite. Runs of rows differ between threads; of one run of rows the columns come in order.
        """
        reference = self._singles[columns]
        size = min(BLOCK_ROWS, max(-(-len(rows) // BLOCKS), LEAST_ROWS))
        size = max(size // self._objects_a_row(), 1)

        def work(begin: int) -> None:
            part = slice(begin, min(begin + size, len(rows)))
            vectors, starts = self._take(rows[part])
            # products of matrices as they lie are faster, by less than it takes to turn one for a single product
            turned = np.ascontiguousarray(vectors.T) if len(reference) > 2 * BLOCK_COLUMNS else vectors.T
            products = np.empty((min(BLOCK_COLUMNS, len(reference)), len(vectors)), dtype=np.float32)
            for first in range(0, len(reference), BLOCK_COLUMNS):
                run = slice(first, min(first + BLOCK_COLUMNS, len(reference)))
                found = products[: run.stop - first]
                np.matmul(reference[run], turned, out=found)
                look(part, run, found if starts is None else np.maximum.reduceat(found, starts, axis=1))

        each(work, range(0, len(rows), size), cost=len(rows) * reference.size)

    def visit_own(self, look: Callable[[slice, slice, Singles], None]) -> None:
        """Show the cosines of the reference vectors with each other: those of two blocks once, not from both sides.

        Args:
            look: Called with two runs of them and their cosines, ``(second, first)``, which it may overwrite. No run is
                with two threads at a time, and which come after which is always the same.
        """

        def work(sides: tuple[int, int]) -> None:
            first, second = (slice(side * BLOCK_COLUMNS, (side + 1) * BLOCK_COLUMNS) for side in sides)
            look(first, second, self._singles[second] @ self._singles[first].T)

        for pairs in rounds(-(-self.count // BLOCK_COLUMNS)):
            each(work, pairs, cost=len(pairs) * BLOCK_COLUMNS * BLOCK_COLUMNS * self._singles.shape[1])

    def raise_to(self, nearest: Singles, rows: Rows) -> None:
        """Raise numbers, one for each reference vector, to the highest cosine with some rows, in single precision."""
        size = max(BLOCK_ITEMS // self._objects_a_row(), 1)

        def work(begin: int) -> None:
            run = slice(begin, begin + WIDE_COLUMNS)
            for first in range(0, len(rows), size):
                items, _ = self._items(rows[first : first + size])
                found = self._singles[run] @ self._scale(items).T
                np.maximum(nearest[run], found.max(axis=1), out=nearest[run])

        cost = self._singles.size * len(rows)
        each(work, range(0, self.count, WIDE_COLUMNS), cost=cost)

    def of_row(self, row: int, columns: Rows | slice) -> Singles:
        """Cosines in single precision of one row with some reference vectors."""
        vectors, _ = self._take(np.array([row]))
        if len(vectors) == 1:
            found: Singles = self._singles[columns] @ vectors[0]
            return found
        nearest: Singles = (self._singles[columns] @ vectors.T).max(axis=1)
        return nearest

    def exact(self, row: int, columns: Rows) -> Doubles:
        """Cosines in double of one row with some reference vectors."""
        best = np.full(len(columns), -1.0)
        for vector in self._wide(self._items(np.array([row]))[0]):
            for begin in range(0, len(columns), WIDE_COLUMNS):
                part = slice(begin, begin + WIDE_COLUMNS)
                found = np.einsum("ij,j->i", self._wide_reference(columns[part]), vector)
                np.maximum(best[part], found, out=best[part])
        return _same(best)

    def exact_pairs(self, rows: Rows, columns: Rows) -> Doubles:
        """Cosines in double of pairs of a row and a reference vector: the same numbers as :meth:`exact` gives."""
        items, starts = self._items(rows)
        counts = 1 if starts is None else np.diff(np.append(starts, len(items)))
        others = np.repeat(columns, counts)
        found = np.empty(len(items))
        for begin in range(0, len(items), WIDE_COLUMNS):
            part = slice(begin, begin + WIDE_COLUMNS)
            found[part] = np.einsum("ij,ij->i", self._wide(items[part]), self._wide_reference(others[part]))
        return _same(found if starts is None else np.maximum.reduceat(found, starts))

    def wide_vectors(self, rows: Rows) -> tuple[Doubles, Rows | None]:
        """The vectors of some rows in double at length 1, and where those of each row start."""
        items, starts = self._items(rows)
        return self._wide(items), starts

    def wide_cosines(self, vectors: tuple[Doubles, Rows | None], columns: Rows | slice) -> Doubles:
        """Cosines in double of the rows of :meth:`wide_vectors` with some reference vectors, by matrix product."""
        items, starts = vectors
        found = items @ self._wide_reference(columns).T
        return _same(found if starts is None else np.maximum.reduceat(found, starts, axis=0))

    def _objects_a_row(self) -> int:
        return 1 if self._offsets is None else max(-(-len(self._matrix) // max(len(self._offsets) - 1, 1)), 1)

    def _items(self, rows: Rows) -> tuple[Rows, Rows | None]:
        if self._offsets is None:
            return rows, None
        items, starts = spread(self._offsets, rows)
        return items, starts[:-1]

    def _take(self, rows: Rows) -> tuple[Singles, Rows | None]:
        items, starts = self._items(rows)
        return self._scale(items), starts

    def _scale(self, items: Rows) -> Singles:
        """The vectors at length 1: a view where nothing has to be done, never to be written to."""
        if not self._scaled and len(items) and (np.diff(items) == 1).all():
            return self._matrix[items[0] : items[-1] + 1]
        vectors = self._matrix.take(items, axis=0)
        if self._scaled:
            inverse = self._inverse[items, None]
            # one over the length of the shortest vectors is more than single precision holds
            vectors *= inverse if self._tiny else inverse.astype(np.float32)
        return vectors

    def _wide(self, items: Rows) -> Doubles:
        return _of_length_one(self._matrix, self._inverse, items)

    def _wide_reference(self, columns: Rows | slice) -> Doubles:
        return _of_length_one(self._sources, self._source_inverse, self._reference[columns])


def rounds(count: int) -> Iterator[list[tuple[int, int]]]:
    """All pairs of some numbers, and each with itself, in rounds in which a number comes at most once."""
    yield [(number, number) for number in range(count)]
    others = count - 1 + count % 2
    for shift in range(others):
        steps = range(1, others // 2 + 1)
        pairs = [(shift, others), *(((shift + step) % others, (shift - step) % others) for step in steps)]
        yield [pair for pair in pairs if max(pair) < count]


def _of_length_one(matrix: Singles, inverse: Doubles, items: Rows) -> Doubles:
    wide: Doubles = matrix[items].astype(np.float64)
    wide *= inverse[items, None]
    return wide


def _same(cosines: Doubles) -> Doubles:
    """Cosines with those next to 1 as 1."""
    cosines[cosines > 1.0 - SAME] = 1.0
    return cosines


def _inverse_norms(matrix: Singles) -> Doubles:
    """1 over the length of each vector; 0 for a vector of zeros, which has no direction."""
    squares = np.empty(len(matrix))
    block = max((1 << 18) // max(matrix.shape[1], 1), 1)

    def measure(begin: int) -> None:
        part = matrix[begin : begin + block].astype(np.float64)
        squares[begin : begin + block] = np.einsum("ij,ij->i", part, part)

    each(measure, range(0, len(matrix), block), cost=matrix.size)
    found = np.zeros(len(matrix))
    np.divide(1.0, np.sqrt(squares), out=found, where=squares > 0)
    return found
