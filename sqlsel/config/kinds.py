"""The types of input and strategy, their fields, and which input goes with which strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlsel.config.inputs import EmbeddingsInput, MetadataInput, PredictionsInput, RandomInput, ScoresInput, SqlInput
from sqlsel.config.strategies import (
    BalanceStrategy,
    DiversityStrategy,
    SimilarityStrategy,
    ThresholdStrategy,
    TypicalityStrategy,
    WeightsStrategy,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlsel.config.values import Part

INPUTS: dict[str, type[Part]] = {
    "EMBEDDINGS": EmbeddingsInput,
    "SCORES": ScoresInput,
    "METADATA": MetadataInput,
    "PREDICTIONS": PredictionsInput,
    "RANDOM": RandomInput,
    "SQL": SqlInput,
}

STRATEGIES: dict[str, type[Part]] = {
    "DIVERSITY": DiversityStrategy,
    "WEIGHTS": WeightsStrategy,
    "THRESHOLD": ThresholdStrategy,
    "BALANCE": BalanceStrategy,
    "SIMILARITY": SimilarityStrategy,
    "TYPICALITY": TypicalityStrategy,
}

OLD_WORDS = {"DIVERSIFY": "DIVERSITY"}
"""Words of earlier versions of the config, and what they are today."""

GOES_WITH: dict[str, tuple[str, ...]] = {
    "EMBEDDINGS": ("DIVERSITY", "SIMILARITY", "TYPICALITY"),
    "SCORES": ("WEIGHTS", "THRESHOLD"),
    "METADATA": ("WEIGHTS", "THRESHOLD", "BALANCE"),
    "PREDICTIONS": ("WEIGHTS", "THRESHOLD", "BALANCE"),
    "RANDOM": ("WEIGHTS", "THRESHOLD"),
    "SQL": ("WEIGHTS", "THRESHOLD", "BALANCE"),
}
"""For each type of input the types of strategy that can use it."""

PREDICTIONS_GO_WITH: dict[str, tuple[str, ...]] = {
    "CLASS_DISTRIBUTION": ("BALANCE",),
    "CATEGORY_COUNT": ("WEIGHTS", "THRESHOLD"),
}
"""The same for each name of a PREDICTIONS input."""


def all_fields(kinds: Mapping[str, type[Part]]) -> tuple[str, ...]:
    """The fields of all the types, each once."""
    return tuple(dict.fromkeys(name for model in kinds.values() for name in model.model_fields))


def owners(kinds: Mapping[str, type[Part]], field: str) -> tuple[str, ...]:
    """The types that have a field."""
    return tuple(kind for kind, model in kinds.items() if field in model.model_fields)


def usable_strategies(source: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    """The types of strategy that can use an input of type ``kind``."""
    name = source.get("name") if kind == "PREDICTIONS" else None
    return PREDICTIONS_GO_WITH.get(str(name), GOES_WITH[kind])
