"""WEIGHTS in a config."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sqlsel.config.findings import Finding
from sqlsel.config.schema_parts import given_by_either_name
from sqlsel.config.strategies.base import RankingStrategy, SqlRoute
from sqlsel.config.values import AtLeastZero, Part
from sqlsel.words import show

if TYPE_CHECKING:
    from sqlsel.config.outline import Pair
    from sqlsel.config.schema_parts import Schema


class TargetRange(Part):
    """Bounds on the sum of the input over the newly selected samples."""

    min_sum: AtLeastZero = Field(default=0.0, description="The sum should reach this; the summary says if it did not.")
    max_sum: AtLeastZero | None = Field(
        default=None, description="The sum never exceeds this; candidates that would are passed over."
    )


class WeightsStrategy(RankingStrategy):
    """Samples with high values."""

    looks_at = "numbers"
    bounds = ("stopping_condition_max_sum", "target_range")
    not_of_sequences = bounds

    type: Literal["WEIGHTS"] = Field(description="Choose samples with high values.")
    stopping_condition_max_sum: AtLeastZero | None = Field(
        default=None, description="The selection ends with the sample that carries the sum of the values to this."
    )
    target_range: TargetRange | None = Field(
        default=None, description="Bounds on the sum of the values of the newly selected samples."
    )

    @classmethod
    def check_between_fields(cls, pair: Pair) -> list[Finding]:
        """The target range bounds something, and its ends are in order."""
        within = pair.strategy.data.get("target_range")
        if not isinstance(within, dict):
            return []
        path = (*pair.strategy.path, "target_range")
        low, high = within.get("min_sum"), within.get("max_sum")
        if low is None and high is None:
            return [Finding(path, "gives no bound; give 'min_sum', 'max_sum' or both")]
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            return [Finding(path, f"'min_sum' {show(low)} is above 'max_sum' {show(high)}")]
        return []

    @classmethod
    def complete_schema(cls, part: Schema, parts: dict[str, Schema]) -> None:  # noqa: ARG003
        """A target range has at least one bound."""
        fields = ("min_sum", "max_sum")
        parts["TargetRange"]["anyOf"] = [each for name in fields for each in given_by_either_name(name, "number")]

    def sql_route(self, kind: str) -> SqlRoute | None:  # noqa: ARG002
        """Sorting does it where no sum has to be watched."""
        watched = self.stopping_condition_max_sum is not None or self.target_range is not None
        return None if watched else "weights"

    def wanted(self, label: str, queries: str | None) -> str:  # noqa: ARG002
        """High numbers, or low ones with a negative strength."""
        return f"{self._end} {label}"

    def asked(self, queries: str | None) -> str:  # noqa: ARG002
        """High or low values, and the bounds of their sum."""
        within, most = self.target_range, self.stopping_condition_max_sum
        parts = [f"{self._end} values", *([] if most is None else [f"up to a sum of {most:g}"])]
        if within is not None and within.max_sum is None:
            parts.append(f"a sum of at least {within.min_sum:g}")
        elif within is not None:
            parts.append(f"a sum of {within.min_sum:g} to {within.max_sum:g}")
        return ", ".join(parts)

    @property
    def _end(self) -> str:
        return "low" if self.strength < 0 else "high"

    def ends(self, name: str, label: str) -> list[str]:  # noqa: ARG002
        """Where the sum ends the run."""
        within, most = self.target_range, self.stopping_condition_max_sum
        found = [] if most is None else [f"stop when the sum of {label} reaches {most:g}"]
        if within is not None:
            upper = f" and at most {within.max_sum:g}" if within.max_sum is not None else ""
            found.append(f"keep the sum of {label} at least {within.min_sum:g}{upper}")
        return found
