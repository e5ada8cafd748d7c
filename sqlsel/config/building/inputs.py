"""What an objective looks at, where a name alone does not say it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sqlsel.config.building.arguments import builder, fields
from sqlsel.config.fields import check_fields
from sqlsel.config.findings import path_text
from sqlsel.config.inputs import MetadataInput, PredictionsInput, RandomInput, ScoresInput, SqlInput
from sqlsel.errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlsel.config.values import Part

    PartT = TypeVar("PartT", bound=Part)

NumberInput = ScoresInput | MetadataInput | PredictionsInput | RandomInput | SqlInput
"""What WEIGHTS and THRESHOLD can look at."""

ClassInput = MetadataInput | PredictionsInput | SqlInput
"""What BALANCE can look at."""


@builder
def score(task: str, name: str) -> ScoresInput:
    """A score of a task: one number a sample.

    ``weights`` and ``threshold`` take the two names themselves: ``weights("detector", "uncertainty_entropy")``.
    """
    return made("score", ScoresInput, {"type": "SCORES", "task": task, "score": name})


@builder
def metadata(key: str | Sequence[str]) -> MetadataInput:
    """A metadata value of each sample; several keys are one, whose values are their combinations.

    ``weights``, ``threshold`` and ``balance`` take the key itself: ``balance("weather", {"sunny": 0.5})``.
    """
    return made("metadata", MetadataInput, {"type": "METADATA", "key": key})


@builder
def predictions(task: str) -> PredictionsInput:
    """The class probabilities that a task predicts, for ``balance``; of objects their sum over a sample."""
    return made("predictions", PredictionsInput, {"type": "PREDICTIONS", "task": task, "name": "CLASS_DISTRIBUTION"})


@builder
def count(task: str, categories: Sequence[str] | None = None) -> PredictionsInput:
    """The number of objects that a task predicts, of the listed categories or of all; for weights and thresholds."""
    given = {"type": "PREDICTIONS", "task": task, "name": "CATEGORY_COUNT", "categories": categories}
    return made("count", PredictionsInput, given)


@builder
def expression(sql: str) -> SqlInput:
    """The value of an expression in SQL over ``sample_id``, ``file_name``, ``metadata`` and ``scores``.

    Numbers go with weights and thresholds; text, whole numbers, true and false with ``balance``.
    """
    return made("expression", SqlInput, {"type": "SQL", "expression": sql})


@builder
def random_number(seed: int | None = None) -> RandomInput:
    """A random number between 0 and 1 for each sample, by its id and the seed; by default the run's seed."""
    return made("random_number", RandomInput, {"type": "RANDOM", "seed": seed})


def made(name: str, model: type[PartT], arguments: Mapping[str, object]) -> PartT:
    """A part of a config from the arguments of a builder.

    Raises:
        ConfigError: If a value is wrong.
    """
    found = check_fields(model, fields({key: _plain(value) for key, value in arguments.items()}), ())
    if found.model is None:
        problems = tuple(Problem(path_text(each.path), each.message) for each in found.findings)
        raise ConfigError(problems, source=f"sqlsel.{name}()")
    return found.model


def _plain(value: object) -> object:
    """Any sequence but text as the tuple that a model holds."""
    from collections.abc import Sequence

    return tuple(value) if isinstance(value, Sequence) and not isinstance(value, str | bytes) else value
