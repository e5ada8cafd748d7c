"""Numbers made of vectors before the first pick, over many workers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel.kernels.protocol import KernelInputError
from sqlsel.selection.scattered.measure import vectors_of
from sqlsel.selection.scattered.near import Nearness
from sqlsel.selection.scattered.numbers import Numbers

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from typing import Self

    from sqlsel.selection.scattered.measure import Measure
    from sqlsel.selection.scattered.objective import Question
    from sqlsel.selection.scattered.part import Bools, Own, Part
    from sqlsel.selection.scattered.ragged import Ragged


def _nothing() -> Measure:
    return Nearness(np.empty((0, 0), np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class Made(Numbers):
    """Numbers made of the samples' vectors; NaN for rows without one.

    Attributes:
        measure: What makes them.
        least: Candidates below this are ruled out.
        bar: What the summary calls these.
    """

    measure: Measure = field(default_factory=_nothing)
    least: float | None = None
    bar: str | None = None

    @property
    def asks(self) -> bool:
        """Whether the measure has something to ask."""
        return self.measure.asks

    def begin(self, part: Part) -> Own:
        """What the measure knows of the vectors by themselves."""
        vectors = vectors_of(part, self.column)
        if not np.isfinite(vectors.values).all():
            raise KernelInputError(f"{self.name}: a vector holds NaN or infinite numbers")
        return vectors.having(self.measure.begin(vectors.values))

    def ask(self) -> Generator[Question, list[Any], Self]:
        """What the measure asks."""
        measure = yield from self.measure.ask(self.column)
        return replace(self, measure=measure)

    def fact(self, part: Part, own: Own) -> Any:  # noqa: ANN401, ARG002
        """What the measure has to know of all vectors."""
        return self.measure.fact(own.values)

    def learn(self, facts: Sequence[Any]) -> Self:
        """Knowing it."""
        return replace(self, measure=self.measure.learn(facts))

    def settle(self, own: Ragged) -> Own:
        """The numbers of the rows."""
        values = np.full(len(own), np.nan)
        values[np.diff(own.offsets) > 0] = self.measure.settle(own.values)
        return values

    def known(self, part: Part, facts: Sequence[Any]) -> Own:  # noqa: ARG002
        """The numbers, which the vectors of all had a part in."""
        return part.own[self.name]

    def barred(self, own: Own) -> Bools | None:
        """Rows below the least number; one without any reaches none."""
        return None if self.least is None else ~(self.terms(own) >= self.least)
