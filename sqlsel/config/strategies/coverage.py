"""COVERAGE in a config."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Discriminator, Field, Tag

from sqlsel.config.findings import Finding
from sqlsel.config.inputs import MetadataInput, ScoresInput
from sqlsel.config.strategies.base import RankingStrategy
from sqlsel.config.values import Count, tag_of_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlsel.config.inputs import Input
    from sqlsel.config.outline import Pair
    from sqlsel.config.schema_parts import Schema

REFERENCE = 20_000
"""How many samples are looked at unless the config says otherwise."""


class CoverageStrategy(RankingStrategy):
    """Samples such that every sample is near one of them."""

    looks_at = "vectors"
    keeps_null = frozenset({"reference_samples"})
    advice: ClassVar = {
        ("reference_samples", "greater_than_equal"): "null looks at all samples",
        ("weight", "union_tag_invalid"): "allowed types: METADATA, SCORES",
        ("weight", "union_tag_not_found"): "allowed types: METADATA, SCORES",
    }

    type: Literal["COVERAGE"] = Field(description="Choose samples such that every sample is near a chosen one.")
    reference_samples: Count | None = Field(
        default=REFERENCE,
        description="Where more samples than this are in play, that many of them, drawn by the seed, stand for all; "
        "null for all of them.",
    )
    weight: (
        Annotated[
            Annotated[MetadataInput, Tag("<METADATA>")] | Annotated[ScoresInput, Tag("<SCORES>")],
            Discriminator(tag_of_type),
        ]
        | None
    ) = Field(
        default=None,
        description="A METADATA or SCORES input that gives each sample a number of at least 0: how much it matters "
        "that the sample is near a chosen one. By default all samples matter alike.",
    )

    @classmethod
    def check_between_fields(cls, pair: Pair) -> list[Finding]:
        """A weight is one number a sample."""
        weight = pair.strategy.data.get("weight")
        keys = weight.get("key") if isinstance(weight, dict) else None
        if not isinstance(keys, list | tuple) or len(keys) < 2:
            return []
        return [Finding((*pair.strategy.path, "weight", "key"), "names several keys; a weight is one number: name one")]

    @classmethod
    def complete_schema(cls, part: Schema, parts: dict[str, Schema]) -> None:  # noqa: ARG003
        """The same."""
        part["properties"]["weight"]["not"] = {
            "type": "object",
            "properties": {"key": {"type": "array", "minItems": 2}},
            "required": ["key"],
        }

    @property
    def more_inputs(self) -> Mapping[str, Input]:
        """The weight."""
        return {} if self.weight is None else {"weight": self.weight}

    def wanted(self, label: str, queries: str | None) -> str:  # noqa: ARG002
        """Near everything, and how that is measured."""
        looked = "" if self.reference_samples is None else f", looking at {self.reference_samples:,} of them at most"
        return f"every sample near a chosen one, by {label}{self._counted()}{looked}"

    def asked(self, queries: str | None) -> str:  # noqa: ARG002
        """Near everything."""
        return f"every sample near a chosen one{self._counted()}"

    def _counted(self) -> str:
        if self.weight is None:
            return ""
        if isinstance(self.weight, MetadataInput):
            return f", counted by metadata {self.weight.name}"
        return f", counted by score {self.weight.score} of task {self.weight.task}"
