"""The types of input and strategy, their fields, and which input goes with which strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from sqlsel.config.inputs import EmbeddingsInput, MetadataInput, PredictionsInput, RandomInput, ScoresInput, SqlInput
from sqlsel.config.strategies import MODELS, RankingStrategy, StrategyPart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlsel.config.strategies import Values
    from sqlsel.config.values import Part

INPUTS: dict[str, type[Part]] = {
    "EMBEDDINGS": EmbeddingsInput,
    "SCORES": ScoresInput,
    "METADATA": MetadataInput,
    "PREDICTIONS": PredictionsInput,
    "RANDOM": RandomInput,
    "SQL": SqlInput,
}

STRATEGIES: dict[str, type[StrategyPart]] = {
    get_args(model.model_fields["type"].annotation)[0]: model for model in MODELS
}
"""The models by their words."""

OLD_WORDS = {former: kind for kind, model in STRATEGIES.items() for former in model.former_words}
"""Words of earlier versions of the config, and what they are today."""

GIVES: dict[str, tuple[Values, ...]] = {
    "EMBEDDINGS": ("vectors",),
    "SCORES": ("numbers",),
    "METADATA": ("numbers", "classes"),
    "PREDICTIONS": ("numbers", "classes"),
    "RANDOM": ("numbers",),
    "SQL": ("numbers", "classes"),
}
"""For each type of input the values that it can give."""

PREDICTIONS_GIVE: dict[str, tuple[Values, ...]] = {"CLASS_DISTRIBUTION": ("classes",), "CATEGORY_COUNT": ("numbers",)}
"""The same for each name of a PREDICTIONS input."""


def looking_at(*values: Values) -> tuple[str, ...]:
    """The types of strategy that look at any of these values."""
    return tuple(kind for kind, model in STRATEGIES.items() if model.looks_at in values)


GOES_WITH = {kind: looking_at(*values) for kind, values in GIVES.items()}
"""For each type of input the types of strategy that can use it."""

PREDICTIONS_GO_WITH = {name: looking_at(*values) for name, values in PREDICTIONS_GIVE.items()}
"""The same for each name of a PREDICTIONS input."""

COMPARING = tuple(
    kind for kind, model in STRATEGIES.items() if issubclass(model, RankingStrategy) and model.needs_queries
)
"""The types of strategy that compare with queries."""


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
