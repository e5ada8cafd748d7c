"""TYPICALITY in a config."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, Strict

from sqlsel.config.strategies.base import RankingStrategy
from sqlsel.config.values import Neighbors  # noqa: TC001 - pydantic evaluates the annotations

Typicality = Annotated[float, Strict(), Field(gt=0, le=1, allow_inf_nan=False)]


class TypicalityStrategy(RankingStrategy):
    """Samples in dense regions."""

    looks_at = "vectors"
    bounds = ("stopping_condition_minimum_typicality",)
    advice: ClassVar = {
        ("stopping_condition_minimum_typicality", "less_than_equal"): "no sample has a typicality above 1",
        ("stopping_condition_minimum_typicality", "greater_than"): "leave it out for no minimum",
    }

    type: Literal["TYPICALITY"] = Field(description="Choose samples that have near neighbours.")
    num_nearest_neighbors: Neighbors = Field(default=20, description="How many nearest neighbours are looked at.")
    stopping_condition_minimum_typicality: Typicality | None = Field(
        default=None, description="Samples with a typicality below this are never chosen; typicality lies in 0..1."
    )

    def wanted(self, label: str, queries: str | None) -> str:  # noqa: ARG002
        """Near the neighbours."""
        return f"near its {self.num_nearest_neighbors} nearest neighbours, by {label}"

    def asked(self, queries: str | None) -> str:  # noqa: ARG002
        """Near the neighbours."""
        return f"near the {self.num_nearest_neighbors} nearest neighbours"

    def ends(self, name: str, label: str) -> list[str]:  # noqa: ARG002
        """What is not typical enough."""
        least = self.stopping_condition_minimum_typicality
        return [] if least is None else [f"leave out candidates of a typicality below {least:g}"]
