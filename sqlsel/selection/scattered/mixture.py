"""A mix of classes near a target over many workers, of rows that have several classes each, or probabilities."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel import kernels
from sqlsel.kernels.balance import check_rows
from sqlsel.kernels.mix_regions import Change, Region
from sqlsel.kernels.mixes import agreements
from sqlsel.kernels.protocol import FLOOR, log_parts
from sqlsel.kernels.sums import exact_parts, summed
from sqlsel.selection.mixes import Mix, mix_of, reached_mix
from sqlsel.selection.richest import Richest
from sqlsel.selection.scattered.amounts import Known, united
from sqlsel.selection.scattered.mixed import OfAMix

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence

    from sqlsel.config.strategies.balance import BalanceStrategy
    from sqlsel.selection.scattered.objective import Chosen, Survey
    from sqlsel.selection.scattered.part import Bools, Doubles, Own, Part, Rows

NEAR_TARGET = 0.6
"""A mix is near its target where this many rows, times the root of the number of classes, lie between them."""
DIGITS = 12
"""Binary digits by which sums of rows are told apart."""
MOST_SUMS, MOST_SLICES = 64, 16
MORE_RICHEST = 64


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """What a worker tells of its rows.

    Attributes:
        names: The classes.
        sums: By class, a few numbers that add up to what the rows have of it.
        row_sums: Some sums of rows, and all where they are few.
        rows: How many rows are not all zeros.
    """

    names: tuple[str, ...]
    sums: Sequence[list[float]]
    row_sums: Doubles
    rows: int


def _nothing() -> Mix:
    return Mix((), np.empty(0), np.empty(0, np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class Mixture(OfAMix):
    """The numbers of classes of an input column.

    Attributes:
        name: Name of the objective.
        column: The input.
        strategy: What is wanted.
        alone: Whether there is no other objective.
        names: Every class in play; known after :meth:`learn`, like the rest.
        mix: The columns of the mix, and their target.
        slices: Between which sums rows are told apart.
        row: The mean sum of a row.
    """

    name: str
    column: str
    strategy: BalanceStrategy
    alone: bool
    names: tuple[str, ...] = ()
    mix: Mix = field(default_factory=_nothing)
    slices: Doubles | None = None
    row: float = 0.0
    wide = True

    @property
    def ranks(self) -> bool:
        """By its parts, which all change with each pick."""
        return False

    def begin(self, part: Part) -> Own:
        """Nothing but the numbers themselves, which are checked."""
        check_rows(self.name, part.amounts[self.column].rows, ~part.preselected)
        return np.empty((len(part), 0))

    def fact(self, part: Part, own: Own) -> Fact:  # noqa: ARG002
        """Classes, and sums of columns and rows."""
        amounts = part.amounts[self.column]
        sums = amounts.rows.sum(axis=1)
        shares, exponents = np.frexp(sums[sums > 0])
        rounded = np.unique(np.ldexp(np.round(np.ldexp(shares, DIGITS)), exponents - DIGITS))
        columns = [exact_parts(column) for column in amounts.rows.T]
        return Fact(amounts.names, columns, _some(rounded, MOST_SUMS), int((sums > 0).sum()))

    def learn(self, facts: Sequence[Fact]) -> Mixture:
        """Knowing all classes."""
        names = united([fact.names for fact in facts])
        in_play = _summed(names, ((fact.names, fact.sums) for fact in facts))
        row_sums = _some(np.unique(np.concatenate([fact.row_sums for fact in facts])), MOST_SLICES)
        return replace(
            self,
            names=names,
            mix=mix_of(self.strategy, names, in_play),
            slices=(row_sums[1:] + row_sums[:-1]) / 2.0,
            row=float(in_play.sum()) / max(sum(fact.rows for fact in facts), 1),
        )

    def count(self, part: Part, own: Own, candidates: Bools) -> list[list[float]]:  # noqa: ARG002
        """What the candidates have in each column of the mix."""
        return [exact_parts(column) for column in self._rows(part)[candidates].T]

    def scores(self, part: Part, own: Own, standing: Doubles, *, alone: bool) -> Doubles:  # noqa: ARG002
        """Parts of the mix with each row in it."""
        close = agreements(self._rows(part), standing, self.mix.target)
        return log_parts(1.0 / np.maximum(-close, FLOOR), self.strategy.strength)

    def span(self, part: Part, own: Own, rows: Rows, standing: Doubles) -> Region:  # noqa: ARG002
        """The region that the rows lie in; of rows that only this ranks, those that come first stand for all."""
        mine = part.amounts[self.column].take(rows)
        region = Region.of(self.mix.columns_of(mine.of(self.names)), standing, self.mix.target)
        if self.alone:
            first = region.entropies[0 if self.strategy.strength > 0 else 1]
            region.entropies = first, first
        return region

    def joint(self, spans: Sequence[Region]) -> Region:
        """The region of all of them."""
        region = Region.joined(spans)
        if self.alone:
            first = region.entropies[0 if self.strategy.strength > 0 else 1]
            region.entropies = first, first
        return region

    def rise(self, before: Doubles, now: Doubles, span: Region) -> float:
        """How far the part of a row in the region can have risen."""
        return self._change(before, now).rise(span) if self._moved(before, now) else 0.0

    def closer(self, before: Doubles, now: Doubles, span: Region) -> bool:
        """Look for a better bound."""
        if not self._moved(before, now) or span.sums is None:
            return False
        self._change(before, now).look(span)
        return True

    def reference(self, standing: Doubles) -> Doubles:
        """The mix on its target, where it is near: what is lacking there changes with each pick, and is nothing."""
        target, total = self.mix.target, float(standing.sum())
        wanted = target > 0
        goal = target * (total / float(target.sum()))
        lacking = float((((goal - standing)[wanted]) ** 2 / target[wanted]).sum()) ** 0.5
        near = 0 < lacking < NEAR_TARGET * self.row * math.sqrt(int(wanted.sum()))
        return goal if near and self.strategy.strength > 0 else standing

    def strata(self, part: Part, rows: Rows) -> Rows:
        """By their sums; rows of zeros apart."""
        assert self.slices is not None
        sums = part.amounts[self.column].rows[rows].sum(axis=1)
        return np.where(sums > 0, 1 + np.searchsorted(self.slices, sums), 0).astype(np.int64)

    def start(self, chosen: Part) -> Doubles:
        """The mix of the preselected."""
        return np.asarray(np.nansum(self._rows(chosen), axis=0))

    def kernel(self, part: Part, standing: Doubles) -> kernels.Objective:
        """The kernel's objective, which goes on from the mix."""
        return kernels.Balance(self.name, self._rows(part), self.mix.target, self.strategy.strength, carried=standing)

    def survey(self, picked: int, workers: int) -> Generator[Survey, list[Richest], Richest]:
        """The candidates that are richest in each class: of every worker some more than its part of them."""
        count = 2 * picked // workers + MORE_RICHEST
        while True:
            found = yield partial(_richest, self, min(count, picked))
            best = Richest.joined(found, picked)
            if not any(each.lacks(best, picked) for each in found):
                return best
            count *= 4

    def known(self, part: Part, facts: Sequence[Fact]) -> Known:
        """What all rows have of each class, and what these have."""
        in_play = _summed(self.names, ((fact.names, fact.sums) for fact in facts))
        return Known(self.names, in_play, part.amounts[self.column].of(self.names))

    def reached(self, chosen: Chosen) -> Mapping[str, Any]:
        """The shares of the classes."""
        rows, new = self._rows(chosen.part), len(chosen.terms)
        before = rows[: len(rows) - new].sum(axis=0)
        supply = summed(list(chain(*column)) for column in zip(*chosen.counted, strict=True))
        picked = rows[len(rows) - new :].sum(axis=0)
        return reached_mix(self.mix, before + picked, supply, chosen.surveyed.shares(before))

    def _rows(self, part: Part) -> Doubles:
        return self.mix.columns_of(part.amounts[self.column].of(self.names))

    def _moved(self, before: Doubles, now: Doubles) -> bool:
        return self.strategy.strength != 0 and not np.array_equal(before, now)

    def _change(self, before: Doubles, now: Doubles) -> Change:
        return Change(before, now, self.mix.target, self.strategy.strength)

    def richest(self, part: Part, candidates: Bools, count: int) -> Richest:
        """The candidates that are richest in each class, so many for each."""
        return Richest.of(self._rows(part)[candidates], count)


def _richest(objective: Mixture, count: int, part: Part, candidates: Bools) -> Richest:
    return objective.richest(part, candidates, count)


def _summed(names: Sequence[str], told: Iterable[tuple[Sequence[str], Sequence[list[float]]]]) -> Doubles:
    """By name, the sum of what several told of it."""
    parts: dict[str, list[float]] = {name: [] for name in names}
    for own, sums in told:
        for name, each in zip(own, sums, strict=True):
            parts[name] += each
    return summed(parts.values())


def _some(numbers: Doubles, count: int) -> Doubles:
    """So many of sorted numbers, or all."""
    if len(numbers) <= count:
        return numbers
    return numbers[np.linspace(0, len(numbers) - 1, count).astype(np.int64)]
