"""THRESHOLD in a config."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sqlsel.config.findings import Finding
from sqlsel.config.moments import Bound, is_moment, seconds
from sqlsel.config.schema_parts import side_is, strategy_with, when
from sqlsel.config.strategies.base import StrategyPart
from sqlsel.words import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlsel.config.outline import Pair
    from sqlsel.config.schema_parts import Schema

Operation = Literal["SMALLER", "SMALLER_EQUAL", "BIGGER", "BIGGER_EQUAL"]

WITH_TIMES = "METADATA"
"""The type of input that may give times."""


class ThresholdStrategy(StrategyPart):
    """Only samples on one side of a bound; applied before all other objectives."""

    looks_at = "numbers"

    type: Literal["THRESHOLD"] = Field(description="Choose only among samples on one side of a bound.")
    threshold: Bound = Field(
        description="The bound that values are compared to: a number, or a time in ISO 8601 for metadata with times."
    )
    operation: Operation = Field(description="How the value of a sample must compare to the bound for it to stay.")

    @property
    def bound(self) -> float:
        """The threshold as the number that values are compared to; of a time, the seconds since 1970-01-01 UTC."""
        return seconds(self.threshold) if isinstance(self.threshold, str) else float(self.threshold)

    @classmethod
    def check_between_fields(cls, pair: Pair) -> list[Finding]:
        """A time goes with metadata only."""
        threshold = pair.strategy.data.get("threshold")
        if not isinstance(threshold, str) or not is_moment(threshold) or pair.input.kind in {None, WITH_TIMES}:
            return []
        message = f"must be a number, not {show(threshold)}; a time goes with {WITH_TIMES}"
        return [Finding((*pair.strategy.path, "threshold"), message)]

    @classmethod
    def objective_conditions(cls, inputs: Sequence[str]) -> list[Schema]:
        """The same."""
        number = strategy_with({"threshold": {"type": "number"}})
        return [when(side_is("input", "type", kind), number) for kind in inputs if kind != WITH_TIMES]
