"""A mix of classes near a target, over many workers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel import kernels
from sqlsel.kernels.balance import RunningBalance
from sqlsel.kernels.mixes import agreements
from sqlsel.kernels.protocol import FLOOR, log_parts
from sqlsel.selection.mixes import Mix, attainable_counts, mix_of, reached_mix
from sqlsel.selection.scattered.plain import Plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlsel.config.strategies.balance import BalanceStrategy
    from sqlsel.kernels.protocol import Running
    from sqlsel.selection.scattered.objective import Chosen
    from sqlsel.selection.scattered.part import Bools, Doubles, Own, Part, Rows


class OfAMix(Plain):
    """The answers of an objective whose standing is the mix of the selection, as sums by class."""

    __slots__ = ()

    def now(self, running: Running, standing: Doubles, terms: Sequence[float]) -> Doubles:  # noqa: ARG002
        """As the kernel has it."""
        return self.at(running)

    def at(self, running: Running) -> Doubles:
        """As the kernel has it."""
        assert isinstance(running, RunningBalance)
        return running.mix

    def key(self, running: Running, standing: Any, part: Part, row: int) -> tuple[float, float]:  # noqa: ANN401
        """Parts rank, and no key."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, eq=False)
class Mixed(OfAMix):
    """The classes of an input column, one a row.

    Attributes:
        name: Name of the objective.
        column: The input.
        strategy: What is wanted.
        names: Every class in play, sorted; known after :meth:`learn`, like the rest.
        before: ``(len(names),)`` preselected of each.
        mix: The columns of the mix, and their target.
    """

    name: str
    column: str
    strategy: BalanceStrategy
    names: tuple[str, ...] = ()
    before: Doubles | None = None
    mix: Mix | None = None

    def begin(self, part: Part) -> Doubles:
        """Nothing but the classes themselves."""
        return np.zeros(len(part))

    def fact(self, part: Part, own: Own) -> tuple[Counter[str], Counter[str]]:  # noqa: ARG002
        """How many rows and preselected rows each class has."""
        return self._counts(part, np.ones(len(part), dtype=np.bool_)), self._counts(part, part.preselected)

    def learn(self, facts: Sequence[Any]) -> Mixed:
        """Knowing all classes."""
        everything, preselected = (sum((fact[side] for fact in facts), Counter[str]()) for side in (0, 1))
        names = tuple(sorted(everything))
        mix = mix_of(self.strategy, names, _numbers(everything, names))
        return replace(self, names=names, before=_numbers(preselected, names), mix=mix)

    def count(self, part: Part, own: Own, candidates: Bools) -> Counter[str]:  # noqa: ARG002
        """How many candidates each class has."""
        return self._counts(part, candidates)

    def _counts(self, part: Part, rows: Bools) -> Counter[str]:
        classes = part.classes[self.column]
        numbers = np.bincount(classes.codes[rows & (classes.codes >= 0)], minlength=len(classes.names))
        return Counter({name: int(count) for name, count in zip(classes.names, numbers, strict=True) if count})

    def scores(self, part: Part, own: Own, standing: Doubles, *, alone: bool) -> Doubles:  # noqa: ARG002
        """Parts of the mix with each row in it."""
        classes = part.classes[self.column]
        by_class = self._parts(standing, self._columns_of(classes.names))
        return np.append(by_class, self._parts(standing, np.array([-1])))[classes.codes]

    def span(self, part: Part, own: Own, rows: Rows, standing: Doubles) -> Rows:  # noqa: ARG002
        """The columns of the mix that the rows are of, -1 for none."""
        classes = part.classes[self.column]
        columns = np.append(self._columns_of(classes.names), -1)
        return np.unique(columns[classes.codes[rows]])

    def joint(self, spans: Sequence[Any]) -> Rows:
        """All columns of them."""
        return np.unique(np.concatenate(spans))

    def rise(self, before: Doubles, now: Doubles, span: Rows) -> float:
        """How far the part of one of these has risen, exactly."""
        return float((self._parts(now, span) - self._parts(before, span)).max())

    def start(self, chosen: Part) -> Doubles:
        """The mix of the preselected."""
        return np.asarray(self._rows(chosen).sum(axis=0))

    def kernel(self, part: Part, standing: Any) -> kernels.Objective:  # noqa: ANN401, ARG002
        """The kernel's objective; the mix of everything chosen follows from the rows, which count whole."""
        assert self.mix is not None
        return kernels.Balance(self.name, self._rows(part), self.mix.target, self.strategy.strength)

    def classes(self) -> str | None:
        """Its own: of one class, all rows rise by the same."""
        return self.column

    def known(self, part: Part, facts: Sequence[Any]) -> Counter[str]:  # noqa: ARG002
        """How many rows each class has."""
        return sum((fact[0] for fact in facts), Counter[str]())

    def reached(self, chosen: Chosen) -> Mapping[str, Any]:
        """The shares of the classes."""
        assert self.mix is not None
        assert self.before is not None
        width = len(self.mix.classes)
        candidates = _numbers(sum(chosen.counted, Counter[str]()), self.names)
        supply, before = (
            np.bincount(self.mix.listed, weights=side, minlength=width).astype(np.float64)
            for side in (candidates, self.before)
        )
        attainable = attainable_counts(before, supply, len(chosen.terms))
        return reached_mix(self.mix, self._rows(chosen.part).sum(axis=0), supply, attainable)

    def _rows(self, part: Part) -> Doubles:
        assert self.mix is not None
        classes = part.classes[self.column]
        columns = np.append(self._columns_of(classes.names), -1)[classes.codes]
        rows = np.zeros((len(part), len(self.mix.classes)))
        filled = np.flatnonzero(columns >= 0)
        rows[filled, columns[filled]] = 1.0
        return rows

    def _columns_of(self, names: Sequence[str]) -> Rows:
        assert self.mix is not None
        places = dict(zip(self.names, self.mix.listed.tolist(), strict=True))
        return np.array([places[name] for name in names], dtype=np.int64)

    def _parts(self, mix: Doubles, columns: Rows) -> Doubles:
        assert self.mix is not None
        rows = np.zeros((len(columns), len(self.mix.classes)))
        filled = np.flatnonzero(columns >= 0)
        rows[filled, columns[filled]] = 1.0
        return log_parts(1.0 / np.maximum(-agreements(rows, mix, self.mix.target), FLOOR), self.strategy.strength)


def _numbers(counts: Counter[str], names: Sequence[str]) -> Doubles:
    return np.array([counts[name] for name in names], dtype=np.float64)
