"""Nearness to some queries over many workers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel.kernels.decay import decay_by
from sqlsel.kernels.queried import halves_to_nearest
from sqlsel.kernels.sums import exact_sum
from sqlsel.selection.reading import of_unit_length, to_unit_length
from sqlsel.selection.scattered.measure import vectors_of

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from sqlsel.selection.scattered.objective import Question
    from sqlsel.selection.scattered.part import Doubles, Own, Part, Singles


@dataclass(frozen=True, slots=True, eq=False)
class Nearness:
    """How near a vector is to the nearest query.

    Attributes:
        queries: ``(q, d)`` float32.
        of_file: Whether they come from a file, and are brought to unit length where all vectors are.
        mean: The mean distance over all vectors; known after :meth:`learn`.
    """

    queries: Singles
    of_file: bool = False
    mean: float = 0.0

    def begin(self, matrix: Singles) -> Doubles:
        """The distances, where nothing has to be asked for them."""
        return np.empty(len(matrix)) if self.of_file else _distances(matrix, self.queries)

    @property
    def asks(self) -> bool:
        """Vectors of a file are scaled as the samples' are."""
        return self.of_file

    def ask(self, column: str) -> Generator[Question, list[Any], Nearness]:
        """Whether all vectors have unit length."""
        if not self.of_file:
            return self
        answers = yield partial(_are_unit, column)
        queries = to_unit_length(self.queries) if all(answers) else self.queries
        yield partial(_measured, column, queries)
        return self

    def fact(self, own: Doubles) -> tuple[Fraction, int]:
        """Their sum, and how many there are."""
        return exact_sum(own), len(own)

    def learn(self, facts: Sequence[Any]) -> Nearness:
        """Knowing their mean; one vector alone has none."""
        number = sum(fact[1] for fact in facts)
        total = sum((fact[0] for fact in facts), Fraction(0))
        # the queries have done their part
        return replace(self, mean=float(total / number) if number > 1 else 0.0, queries=self.queries[:0])

    def settle(self, own: Doubles) -> Doubles:
        """The nearer, the higher."""
        return decay_by(own, self.mean)


def _distances(matrix: Singles, queries: Singles) -> Doubles:
    return np.sqrt(2.0 * halves_to_nearest(matrix, queries)) if len(matrix) else np.empty(0)


def _are_unit(column: str, part: Part, own: Own) -> tuple[Own, bool]:
    means = None if column in part.objects else part.vectors[column].of_unit_vectors
    return own, of_unit_length(vectors_of(part, column).values) if means is None else means


def _measured(column: str, queries: Singles, part: Part, own: Own) -> tuple[Own, None]:  # noqa: ARG001
    vectors = vectors_of(part, column)
    return vectors.having(_distances(vectors.values, queries)), None
