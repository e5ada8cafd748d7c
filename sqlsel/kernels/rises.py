"""What rows would add to the cover of reference vectors, at most: brought up to date on demand."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.cosines import BLOCK_COLUMNS, ROUNDOFF

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlsel.kernels.cosines import Cosines
    from sqlsel.kernels.protocol import Doubles, Rows, Singles
    from sqlsel.kernels.sampled import Sample

    Groups = Sequence[tuple[int, Singles]]

SEEN_BYTES = 1 << 27
SUMMED = (BLOCK_COLUMNS + 8) * ROUNDOFF
"""Share of a sum that is lost, at most, where it is added up in single precision."""
MANY = 1 << 12
"""So many rows are worth a look at what is enough for them."""
STEPS = 8
WORTH_A_CUT = 0.8
ALMOST_ALL = 0.9


class Rises:
    """For each row the rise under a cover that it has seen: as long as that is no higher than the cover, a bound.

    A row need not see all of the cover. Reference vectors whose cover has hardly risen take little off any row, so that
    rows which cannot be the next pick are spared them until they have risen further.
    """

    def __init__(self, cosines: Cosines, weights: Doubles, rows: Rows, n_rows: int, sample: Sample) -> None:
        self._cosines = cosines
        self._weights = weights.astype(np.float32)
        # a pair errs once where it counts first and twice, at most, where the cover passes it
        self._pairs_err = 3.0 * (cosines.error + ROUNDOFF) * float(weights.sum())
        self._rows = rows
        self._sample = sample
        self._rises: Doubles = np.zeros(n_rows)
        self._slacks: Doubles = np.zeros(n_rows)
        self._numbers = count()
        self._seen: dict[int, Singles] = {}
        self._now = -1
        self._seen_of: Rows = np.full(n_rows, -1, dtype=np.int64)

    def raised(self, cover: Doubles) -> None:
        """Follow a pick: the cover has risen, or is known for the first time."""
        first = not self._seen
        self._now = self._keep(cover.astype(np.float32))
        if first:
            self._fresh(self._rows)

    def upper(self, rows: Rows) -> Doubles:
        """What rows would add, at most."""
        upper: Doubles = self._rises[rows] + self._slacks[rows]
        return upper

    def lower(self, rows: Rows) -> Doubles:
        """What rows would add, at least; 0 for rows that have not seen all of the cover."""
        lower = np.maximum(self._rises[rows] - self._slacks[rows], 0.0)
        return np.where(self._seen_of[rows] == self._now, lower, 0.0)

    def refresh(self, rows: Rows, level: float) -> None:
        """Let rows see the cover; those that fall below the level need not see all of it."""
        rows = rows[self._seen_of[rows] != self._now]
        if not len(rows):
            return
        seen = self._seen_of[rows]
        left = []
        for number, size in zip(*(side.tolist() for side in np.unique(seen, return_counts=True)), strict=True):
            group = rows[seen == number]
            left.append(self._show(group, number, level) if size >= MANY and number in self._seen else group)
        self._show_all(np.concatenate(left))

    def _show(self, rows: Rows, number: int, level: float) -> Rows:
        """Let rows see the reference vectors that take the most off first; returns those few that need more."""
        now, seen = self._seen[self._now], self._seen[number]
        columns, taken = self._heaviest_first(np.flatnonzero(now > seen), seen)
        while len(rows) >= MANY:
            end = _enough(taken, self.upper(rows) - level) if level > -np.inf and len(taken) else len(columns)
            part, columns = columns[:end], columns[end:]
            self._take_off(rows, part, [(0, seen)])
            if not len(columns):
                self._seen_of[rows] = self._now
                return rows[:0]
            seen, taken = seen.copy(), taken[end:] - taken[end - 1]
            seen[part] = now[part]
            self._seen_of[rows] = self._keep(seen)
            rows = rows[self.upper(rows) >= level]
        return rows

    def _show_all(self, rows: Rows) -> None:
        """Let rows see all of the cover, together what was different for each before."""
        rows = rows[np.argsort(self._seen_of[rows], kind="stable")]
        numbers, begins = np.unique(self._seen_of[rows], return_index=True)
        groups = [
            (begin, self._seen.get(number)) for number, begin in zip(numbers.tolist(), begins.tolist(), strict=True)
        ]
        known = [(begin, old) for begin, old in groups if old is not None]
        now = self._seen[self._now]
        lowest = known[0][1].copy() if known else now
        for _, old in known[1:]:
            np.minimum(lowest, old, out=lowest)
        columns = np.flatnonzero(now > lowest)
        if len(known) < len(groups) or len(columns) > ALMOST_ALL * self._cosines.count:
            self._fresh(rows)
        elif len(rows):
            self._take_off(rows, columns, known)
            self._seen_of[rows] = self._now

    def _take_off(self, rows: Rows, columns: Rows, groups: Groups) -> None:
        high = self._seen[self._now][columns]
        self._rises[rows] -= self._sums(rows, columns, [(begin, old[columns]) for begin, old in groups], high)
        self._slacks[rows] += SUMMED * float(high.astype(np.float64) @ self._weights[columns])

    def _heaviest_first(self, columns: Rows, low: Singles) -> tuple[Rows, Doubles]:
        """Columns in the order of what they take off, and how much the first of them do together."""
        falls = self._sample.falls(columns, low[columns], self._seen[self._now][columns]) * self._weights[columns]
        order = np.argsort(-falls, kind="stable")
        return columns[order], np.cumsum(falls[order])

    def _fresh(self, rows: Rows) -> None:
        low = self._seen[self._now]
        self._rises[rows] = found = self._sums(rows, slice(None), [(0, low)], None)
        base = float(low.astype(np.float64) @ self._weights)
        self._slacks[rows] = self._pairs_err + SUMMED * (np.maximum(found, 0.0) + base)
        self._seen_of[rows] = self._now

    def _sums(self, rows: Rows, columns: Rows | slice, groups: Groups, high: Singles | None) -> Doubles:
        """By row the sum over some columns of weight * (how far the cosine is above ``low``, up to ``high``).

        Each group of rows has a ``low`` of its own, from a row on.
        """
        weights = self._weights[columns]
        begins = [begin for begin, _ in groups] + [len(rows)]
        found = np.empty(len(rows))
        for (begin, low), end in zip(groups, begins[1:], strict=True):
            found[begin:end] = -float(low.astype(np.float64) @ weights.astype(np.float64))

        def add(part: slice, run: slice, block: Singles) -> None:
            for (begin, low), end in zip(groups, begins[1:], strict=True):
                own = block[max(begin - part.start, 0) : max(end - part.start, 0)]
                np.maximum(own, low[run], out=own)
            if high is not None:
                np.minimum(block, high[run], out=block)
            found[part] += block @ weights[run]

        self._cosines.visit(rows, columns, add)
        return found

    def _keep(self, cover: Singles) -> int:
        # the oldest go first; rows that have seen one of them see everything anew
        older = [number for number in self._seen if number != self._now]
        most = max(SEEN_BYTES // max(cover.nbytes, 1), 2)
        for number in older[: max(len(self._seen) + 1 - most, 0)]:
            del self._seen[number]
        number = next(self._numbers)
        self._seen[number] = cover
        return number


def _enough(taken: Doubles, above: Doubles) -> int:
    """How many columns first are the least work in all, where rows that lose so much need not see the others."""
    ends = -(-len(taken) * np.arange(1, STEPS + 1) // STEPS)
    left = 1.0 - np.sort(above).searchsorted(taken[ends - 1]) / len(above)
    work = ends + (len(taken) - ends) * left
    best = int(np.argmin(work))
    return int(ends[best]) if work[best] < WORTH_A_CUT * len(taken) else len(taken)
