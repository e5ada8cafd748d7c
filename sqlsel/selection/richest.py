"""The share that each class could have had at most, for rows that mix classes: that of the rows richest in it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Doubles = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Richest:
    """For each class the rows that have the most of it; of those that have as much, the ones with the least in all.

    Attributes:
        numbers: By class, ``(k,)`` what the rows have of it, from the most.
        totals: By class, ``(k,)`` what they have in all.
        whole: Whether these are all rows that there are.
    """

    numbers: Sequence[Doubles]
    totals: Sequence[Doubles]
    whole: bool

    @classmethod
    def of(cls, rows: Doubles, count: int) -> Self:
        """Those of ``(N, C)`` rows."""
        totals = rows.sum(axis=1)
        first = [_first(column, totals, count) for column in rows.T]
        numbers = [column[chosen] for column, chosen in zip(rows.T, first, strict=True)]
        return cls(numbers, [totals[chosen] for chosen in first], len(rows) <= count)

    @classmethod
    def joined(cls, several: Sequence[Self], count: int) -> Self:
        """Those of all rows of some."""
        numbers, totals = [], []
        for number in range(len(several[0].numbers)):
            own = np.concatenate([each.numbers[number] for each in several])
            all_of_it = np.concatenate([each.totals[number] for each in several])
            chosen = _first(own, all_of_it, count)
            numbers.append(own[chosen])
            totals.append(all_of_it[chosen])
        return cls(numbers, totals, all(each.whole for each in several))

    def lacks(self, best: Self, count: int) -> bool:
        """Whether a row that is not among these may belong to the best of all, of which so many are asked for."""
        if self.whole or not count:
            return False
        if len(best.numbers[0]) < count:
            return True
        ends = zip(self.numbers, self.totals, best.numbers, best.totals, strict=True)
        return any((-own[-1], total[-1]) < (-most[-1], of_most[-1]) for own, total, most, of_most in ends)

    def shares(self, preselected: Doubles) -> Doubles:
        """The share of each class in a selection of these beside what is preselected, summed without rounding."""
        before = float(preselected.sum())
        found = np.zeros(len(self.numbers))
        for number, (own, totals) in enumerate(zip(self.numbers, self.totals, strict=True)):
            total = before + math.fsum(totals.tolist())
            found[number] = (preselected[number] + math.fsum(own.tolist())) / total if total else 0.0
        return found


def _first(numbers: Doubles, totals: Doubles, count: int) -> Rows:
    """The rows with the highest numbers, in their order, and of equal ones those with the lowest totals."""
    if not count:
        return np.empty(0, dtype=np.int64)
    rows = np.arange(len(numbers))
    if count < len(numbers):
        last = np.partition(numbers, len(numbers) - count)[len(numbers) - count]
        above, level = np.flatnonzero(numbers > last), np.flatnonzero(numbers == last)
        left = count - len(above)
        rows = np.concatenate([above, level[np.argpartition(totals[level], left - 1)[:left]]])
    return rows[np.lexsort((totals[rows], -numbers[rows]))]
