"""Half squared distances of rows to the nearest of a growing set of centres, computed only where they are asked for.

Distances to a growing set only fall, so what was once computed stays an upper bound. Rows that matter are brought up
to date by one single-precision matrix product against the centres they have not seen; its rounding is bounded, and the
few rows that decide are settled in double over the stored float32.

With half norms h and unit roundoff u, a product of width d is wrong by at most d u (h_a + h_b), so is h itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.distances import half_squared_pairs
from sqlsel.kernels.focus import Focus
from sqlsel.kernels.threads import each
from sqlsel.kernels.workspace import Workspace

if TYPE_CHECKING:
    import numpy.typing as npt

    from sqlsel.kernels.protocol import Bools, Doubles, Rows, Singles

PRODUCT_NUMBERS = 1 << 21
"""Numbers in one block of a matrix product: 8 MiB in single precision, a fraction of a second of work."""
FIRST_CENTRES = 256
BLOCK_ROWS = 1024
BLOCK_NUMBERS = 1 << 18
"""Most rows and most numbers of a block of vectors that is brought up to date at once."""
SETTLED_NUMBERS = 1 << 14
SETTLED_ROWS = 32
"""Distances of a block of rows that are settled together, and the least rows of one."""
BLOCK_CENTRES = 384
EVEN = 2.0**-20
"""Half norms that differ by this share at most count as equal, which spares a pass over the products."""
OVERHEAD = 16
"""Centres that it would take to cost as much as fetching a vector does."""
FEW_CENTRES = 64
"""Below this the product is laid out with one centre a line, which numpy reduces faster."""


class Nearest:
    """The rows of one matrix, and the centres so far.

    Attributes:
        bound: ``(N,)`` float64, at least the half squared distance to the nearest centre; inf before the first.
    """

    def __init__(self, matrix: Singles) -> None:
        count = len(matrix)
        self._matrix = matrix
        self._work = Workspace(matrix)
        self.bound = np.full(count, np.inf)
        self._seen = np.zeros(count, dtype=np.int32)
        self._exact = np.zeros(count, dtype=np.bool_)
        self.centres: list[int] = []
        self._vectors = np.empty((16, matrix.shape[1]), dtype=np.float32)
        self._lifts = np.empty(16, dtype=np.float32)
        self._rows = np.empty(16, dtype=np.int64)
        self._slack = 0.0
        self._begun = False
        self._focus: Focus | None = None

    def add(self, row: int) -> None:
        """Make a row a centre; the rows in focus follow at once, all others when they are asked for."""
        count = len(self.centres)
        if count == len(self._lifts):
            self._vectors = np.concatenate([self._vectors, np.empty_like(self._vectors)])
            self._lifts = np.concatenate([self._lifts, np.empty_like(self._lifts)])
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        self._vectors[count] = self._work.vector(row)
        lift, slack = float(self._work.lifts[row]), self._work.slack(row)
        self._lifts[count] = lift
        self._slack = max(self._slack, slack)
        self._rows[count] = row
        self.centres.append(row)
        if self._focus is not None:
            self._focus.follow(row, self._vectors[count], lift - slack)

    def carry(self, rows: Rows, halves: Doubles) -> None:
        """Make rows the first centres, where the exact half squared distances ``(N,)`` to them are known."""
        if not len(rows):
            return
        self.centres = rows.tolist()
        self._rows, self._vectors, self._lifts = rows, self._work.take(rows), self._work.lifts[rows]
        self._slack = float(self._work.slacks(rows).max())
        self.bound = halves.copy()
        self._seen[:] = len(rows)
        self._exact[:] = self._begun = True

    def focus(self, rows: Rows) -> None:
        """Settle some rows, and keep :attr:`focused`, their exact values, up to date from now on."""
        self.leave()
        self._focus = Focus(rows, self.settle(rows), self._matrix, self._work)

    @property
    def focused(self) -> Doubles:
        """Exact half squared distances of the rows in focus."""
        return np.empty(0) if self._focus is None else self._focus.halves

    def leave(self) -> None:
        """Take the rows out of focus; what is known of them stays known."""
        if self._focus is not None:
            rows = self._focus.rows
            self.bound[rows] = self._focus.halves
            self._seen[rows] = len(self.centres)
            self._exact[rows] = len(self.centres) > 0
            self._focus = None

    def upper(self, rows: Rows) -> Doubles:
        """What is known from above of the half squared distances of some rows."""
        self._begin()
        # rows are distinct and as many as there are: all of them, in their order
        return self.bound if len(rows) == len(self.bound) else self.bound[rows]

    def lower(self, rows: Rows) -> Doubles:
        """What is known from below of rows that are up to date."""
        known = self.bound[rows]
        return np.where(self._exact[rows], known, np.maximum(known - self._margin(rows), 0.0))

    def value(self, row: int) -> float:
        """The exact half squared distance of one row; inf before the first centre."""
        place = None if self._focus is None else self._focus.place(row)
        return float(self.settle(np.array([row]))[0] if place is None else self.focused[place])

    def centre_bounds(self, begin: int, end: int) -> tuple[Doubles, float]:
        """Half squared distances from some centres to all before ``end``, from above, and by how much at most."""
        products = self._vectors[begin:end] @ self._vectors[:end].T
        lifts = self._lifts[:end].astype(np.float64)
        return lifts[begin:, None] + lifts - products, 2.0 * self._slack

    def centre_halves(self, left: Rows, right: Rows) -> Doubles:
        """Exact half squared distances of pairs of centres, by their numbers."""
        return half_squared_pairs(self._matrix, self._rows[left], self._rows[right])

    def settle(self, rows: Rows) -> Doubles:
        """Exact half squared distance of each row to its nearest centre, in double."""
        if not self.centres:
            return np.full(len(rows), np.inf)
        self._begin()
        self.refresh(rows)
        doubtful = rows[~self._exact[rows]]
        block = max(SETTLED_NUMBERS // len(self.centres), SETTLED_ROWS)
        each(
            lambda begin: self._settle_block(doubtful[begin : begin + block]),
            range(0, len(doubtful), block),
            cost=len(doubtful) * len(self.centres) * self._matrix.shape[1],
        )
        return self.bound[rows]

    def refresh(self, rows: Rows, level: float = -np.inf) -> None:
        """Bring bounds up to date in single precision; a row whose bound falls below the level may be left behind."""
        count = len(self.centres)
        self._begin()
        missed = count - self._seen[rows]
        behind = missed > 0
        rows, missed = rows[behind], missed[behind]
        if len(rows) and int(missed.min()) != int(missed.max()):
            # rows that miss about as many share a product, so that few distances are computed twice
            order = _descending(missed)
            rows, missed = rows[order], missed[order]
        begin, parts, numbers = 0, [], 0
        least = min(max(BLOCK_NUMBERS // self._matrix.shape[1], 1), BLOCK_ROWS)
        while begin < len(rows):
            first = count - int(missed[begin])
            # few centres at a time are cheap for more rows
            parts.append((rows[begin : begin + least * max(min(FEW_CENTRES // (count - first), 8), 1)], first))
            begin += len(parts[-1][0])
            numbers += len(parts[-1][0]) * (count - first + OVERHEAD)
        each(
            lambda part: self._refresh_block(part[0], self._work.take(part[0]), part[1], level),
            parts,
            cost=numbers * self._matrix.shape[1],
        )

    def _refresh_block(self, rows: Rows, vectors: Singles, first: int, level: float) -> None:
        count = len(self.centres)
        while True:
            end = min(first + BLOCK_CENTRES, count)
            known = self.bound[rows]
            fresh = self._work.lifts[rows] - self._highest(vectors, first, end).astype(np.float64)
            self._exact[rows] &= fresh - self._margin(rows) >= known
            np.minimum(known, fresh, out=known)
            self.bound[rows] = known
            self._seen[rows] = end
            if end == count:
                return
            first = end
            open_rows = np.flatnonzero(known >= level)
            if 4 * len(open_rows) < 3 * len(rows):
                if not len(open_rows):
                    return
                rows, vectors = rows[open_rows], vectors.take(open_rows, axis=0)

    def _highest(self, vectors: Singles, begin: int, end: int) -> Singles:
        """Largest product less lifted half norm over some centres, of each vector."""
        centres, lifts = self._vectors[begin:end], self._lifts[begin:end]
        axis = 0 if end - begin < FEW_CENTRES else 1
        products = centres @ vectors.T if axis == 0 else vectors @ centres.T
        if lifts.max() - lifts.min() <= lifts.max() * EVEN:
            products_most: Singles = products.max(axis=axis)
            products_most -= lifts.max()
            return products_most
        products -= lifts[:, None] if axis == 0 else lifts
        highest: Singles = products.max(axis=axis)
        return highest

    def _margin(self, rows: Rows) -> Doubles:
        return self._work.slacks(rows) + self._slack

    def _settle_block(self, rows: Rows) -> None:
        count = len(self.centres)
        # one centre a line is the faster product, and one number tells of a place in it
        products = self._vectors[:count] @ self._work.take(rows).T
        products -= self._lifts[:count, None]
        # rows are up to date: what is nearest is no farther than their bounds
        doubt = self._work.lifts[rows] - self.bound[rows] - self._margin(rows)
        near: Bools = products >= np.nextafter(doubt.astype(np.float32), np.float32(-np.inf))
        centre, which = np.divmod(np.flatnonzero(near), len(rows))
        by_row = np.argsort(which, kind="stable")
        which, centre = which[by_row], centre[by_row]
        halves = half_squared_pairs(self._matrix, rows[which], self._rows[:count][centre])
        self.bound[rows] = np.minimum.reduceat(halves, np.searchsorted(which, np.arange(len(rows))))
        self._exact[rows] = True

    def _begin(self) -> None:
        """Meet the first centres once, all rows in their order: nothing is known before, so none can be left out."""
        if self._begun or not self.centres:
            return
        self._begun = True
        count = min(len(self.centres), FIRST_CENTRES)
        block = max(PRODUCT_NUMBERS // max(count, self._matrix.shape[1]), 1)

        def meet(begin: int) -> None:
            part = slice(begin, begin + block)
            highest = self._highest(self._work.part(part), 0, count)
            self.bound[part] = self._work.lifts[part] - highest.astype(np.float64)

        each(meet, range(0, len(self._matrix), block), cost=self._matrix.size * count)
        self._seen[:] = count
        self._exact[:] = False


def _descending(missed: npt.NDArray[np.int32]) -> Rows:
    """Order of the highest first; numpy sorts short numbers several times faster."""
    rest = missed.max() - missed
    return np.argsort(rest.astype(np.uint16) if int(rest.max()) < 1 << 16 else rest, kind="stable")
