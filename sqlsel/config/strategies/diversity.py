"""DIVERSITY in a config."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from sqlsel.config.strategies.base import RankingStrategy
from sqlsel.config.values import AtLeastZero  # noqa: TC001 - pydantic evaluates the annotations


class DiversityStrategy(RankingStrategy):
    """Samples far from each other."""

    former_words = ("DIVERSIFY",)
    looks_at = "vectors"
    bounds = ("stopping_condition_minimum_distance",)
    advice: ClassVar = {("stopping_condition_minimum_distance", "greater_than_equal"): "leave it out for no minimum"}

    type: Literal["DIVERSITY"] = Field(description="Choose samples that are far from each other.")
    stopping_condition_minimum_distance: AtLeastZero | None = Field(
        default=None,
        description="No two chosen samples are nearer to each other than this Euclidean distance; the selection ends "
        "when no candidate is left that keeps it. Embeddings of unit length are at most 2 apart.",
    )

    @property
    def seldom_ties(self) -> bool:
        """Only copies are equally far, unless near is wanted or all are equal."""
        return self.strength > 0

    def wanted(self, label: str, queries: str | None) -> str:  # noqa: ARG002
        """Far from what is chosen."""
        return f"far from everything chosen before, by {label}"

    def asked(self, queries: str | None) -> str:  # noqa: ARG002
        """Far from each other, and how far."""
        bound = self.stopping_condition_minimum_distance
        return "far from each other" + ("" if bound is None else f", at least {bound:g}")

    def ends(self, name: str, label: str) -> list[str]:  # noqa: ARG002
        """What is too near."""
        bound = self.stopping_condition_minimum_distance
        return [] if bound is None else [f"never take a candidate nearer than {bound:g} to a chosen one ({name})"]
