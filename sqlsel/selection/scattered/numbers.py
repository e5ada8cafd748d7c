"""A fixed number a row over many workers: given, or made of the distance to something."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel import kernels
from sqlsel.kernels.protocol import Play, log_parts, sum_rise
from sqlsel.kernels.sums import exact_sum
from sqlsel.kernels.weights import Carried, RunningWeights, check_weights, lowest_of
from sqlsel.selection.scattered.plain import Plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlsel.kernels.outcome import StopReason
    from sqlsel.kernels.protocol import Running
    from sqlsel.selection.scattered.objective import Chosen
    from sqlsel.selection.scattered.part import Bools, Doubles, Own, Part, Rows


@dataclass(frozen=True, slots=True)
class Numbers(Plain):
    """The numbers of an input column, or of a subclass's making.

    Attributes:
        name: Name of the objective.
        column: The input.
        strength: Exponent of the value.
        alone: Whether there is no other objective: the numbers themselves rank then.
        max_sum: Where the run ends.
        target_range: What the sum may not exceed.
        lowest: The lowest number of all rows; known after :meth:`learn`.
    """

    name: str
    column: str
    strength: float
    alone: bool
    max_sum: float | None = None
    target_range: tuple[float, float] | None = None
    lowest: float = 0.0

    @property
    def reason(self) -> StopReason:
        """The name of its hard bound."""
        return "target_range"

    def begin(self, part: Part) -> Own:
        """The numbers, checked."""
        values = part.numbers[self.column]
        check_weights(self.name, values, Play(~part.preselected, part.preselected, alone=True))
        return values

    def fact(self, part: Part, own: Own) -> Any:  # noqa: ANN401, ARG002
        """The lowest of them, if there is any."""
        return lowest_of(own) if len(own) and not np.isnan(own).all() else None

    def learn(self, facts: Sequence[Any]) -> Numbers:
        """Knowing the lowest of all."""
        return replace(self, lowest=min((fact for fact in facts if fact is not None), default=0.0))

    def terms(self, own: Own) -> Doubles:
        """The number of each row."""
        found: Doubles = own
        return found

    def count(self, part: Part, own: Own, candidates: Bools) -> tuple[Fraction, int]:  # noqa: ARG002
        """Their sum over the candidates, and how many there are."""
        terms = self.terms(own)
        known = terms[candidates & ~np.isnan(terms)]
        return exact_sum(known), len(known)

    def scores(self, part: Part, own: Own, standing: Carried, *, alone: bool) -> Doubles:  # noqa: ARG002
        """Parts of the sum with each number; alone, the numbers."""
        if alone:
            return np.asarray(np.sign(self.strength) * own)
        return log_parts(standing.total + self._shifted(own), self.strength)

    def kept_out(self, own: Own, standing: Carried) -> Bools | None:
        """Rows that would carry the sum above the range."""
        return None if self.target_range is None else standing.new + own > self.target_range[1]

    def span(self, part: Part, own: Own, rows: Rows, standing: Any) -> tuple[float, float]:  # noqa: ANN401, ARG002
        """The lowest and the highest."""
        values = self._shifted(own[rows])
        return float(values.min()), float(values.max())

    def rise(self, before: Carried, now: float, span: tuple[float, float]) -> float:
        """How far the part of a number in the span can have risen."""
        return sum_rise(before.total, now, span, self.strength)

    def start(self, chosen: Part) -> Carried:
        """The sum of the preselected."""
        return Carried(self.lowest, float(np.nansum(self._shifted(chosen.own[self.name]))), 0.0)

    def kernel(self, part: Part, standing: Carried) -> kernels.Objective:
        """The kernel's weights, with what was added up before."""
        return kernels.Weights(
            self.name,
            part.own[self.name],
            self.strength,
            max_sum=self.max_sum,
            target_range=self.target_range,
            carried=standing,
        )

    def now(self, running: Running, standing: Carried, terms: Sequence[float]) -> Carried:
        """The sums with the new picks."""
        assert isinstance(running, RunningWeights)
        new = standing.new
        for term in terms:
            new += term
        return Carried(self.lowest, running.total, new)

    def at(self, running: Running) -> float:
        """The sum."""
        assert isinstance(running, RunningWeights)
        return running.total

    def key(self, running: Running, standing: Any, part: Part, row: int) -> tuple[float, float]:  # noqa: ANN401, ARG002
        """The number, which ranks exactly."""
        return float(np.sign(self.strength) * part.own[self.name][row]), 0.0

    def known(self, part: Part, facts: Sequence[Any]) -> Any:  # noqa: ANN401, ARG002
        """What the rows have by themselves."""
        return None

    def reached(self, chosen: Chosen) -> Mapping[str, Any]:
        """Their mean over the picks and over the candidates, and their sum over the picks."""
        known = chosen.terms[~np.isnan(chosen.terms)]
        total = sum((counted[0] for counted in chosen.counted), Fraction(0))
        number = sum(counted[1] for counted in chosen.counted)
        return {
            "mean": float(known.mean()) if len(known) else None,
            "pool_mean": float(total / number) if number else None,
            "sum": float(known.sum()),
        }

    def _shifted(self, values: Doubles) -> Doubles:
        return values if self.alone or self.lowest >= 0 else values - self.lowest
