"""Numbers that follow from vectors alone, before the first pick: what every vector is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from sqlsel.selection.scattered.ragged import Ragged

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from sqlsel.selection.scattered.objective import Question
    from sqlsel.selection.scattered.part import Doubles, Part, Singles


class Measure(Protocol):
    """What makes the number of a vector. Workers hold ``(M, ...)`` for the vectors that they have."""

    def begin(self, matrix: Singles) -> Doubles:
        """What a worker knows of its vectors by themselves."""

    @property
    def asks(self) -> bool:
        """Whether it has something to ask."""

    def ask(self, column: str) -> Generator[Question, list[Any], Measure]:
        """Ask all workers; returns the measure that knows their answers."""

    def fact(self, own: Doubles) -> Any:  # noqa: ANN401
        """What has to be known of all vectors before any has its number."""

    def learn(self, facts: Sequence[Any]) -> Measure:
        """The measure that knows it."""

    def settle(self, own: Doubles) -> Doubles:
        """``(M,)`` the numbers, of at least 0."""


def vectors_of(part: Part, column: str) -> Ragged:
    """The vectors of rows: those of their objects, or their own, where each has one or none."""
    if column in part.objects:
        return part.objects[column]
    vectors = part.vectors[column]
    rows = vectors.rows if vectors.present.all() else vectors.rows[vectors.present]
    return Ragged.of([rows], [vectors.present.astype(np.int64)])
