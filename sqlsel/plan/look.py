"""How objectives and limits look at an input, which tells who can share a column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlsel.config import Input, Objective, Values


@dataclass(frozen=True, slots=True)
class Look:
    """An input as something looks at it; equal looks share a column.

    Attributes:
        input: The input.
        values: What it has to give.
        predicted: Whether classes are the most probable ones of predictions.
    """

    input: Input
    values: Values
    predicted: bool = False

    @classmethod
    def of(cls, objective: Objective) -> Look:
        """How an objective looks at its input."""
        return cls(objective.input, objective.strategy.looks_at, objective.strategy.predicted)

    @classmethod
    def more_of(cls, objective: Objective) -> dict[str, Look]:
        """By field of its strategy, how an objective looks at further inputs."""
        return {field: cls(source, "numbers") for field, source in objective.strategy.more_inputs.items()}
