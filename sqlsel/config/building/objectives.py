"""The objectives: one function for each strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from sqlsel.config.building.arguments import BOUNDS, builder, objective
from sqlsel.config.building.inputs import ClassInput, NumberInput, random_number, score
from sqlsel.config.values import Part
from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from os import PathLike

    from sqlsel.config.models import Objective
    from sqlsel.config.strategies.balance import CountOf, Distribution

    Shares = Mapping[str, float] | Mapping[str, Mapping[str, Any]]


@builder
def diversity(
    embedding: str | None = None,
    *,
    task: str | None = None,
    min_distance: float | None = None,
    strength: float = 1.0,
) -> Objective:
    """Samples far from each other.

    Args:
        embedding: Which of the samples' embeddings to look at; needed where the dataset has several.
        task: Look at the embeddings of this task's objects instead.
        min_distance: No two chosen samples are nearer to each other than this Euclidean distance; vectors of unit
            length are at most 2 apart.
        strength: How much this counts beside the other objectives; negative turns it round.
    """
    source = {"type": "EMBEDDINGS", "embedding": embedding, "task": task}
    return objective("diversity", source, {"type": "DIVERSITY", "strength": strength, "min_distance": min_distance})


@builder
def typicality(
    embedding: str | None = None,
    *,
    task: str | None = None,
    neighbors: int = 20,
    min_typicality: float | None = None,
    strength: float = 1.0,
) -> Objective:
    """Samples in dense regions; with a negative strength outliers.

    Args:
        embedding: Which of the samples' embeddings to look at; needed where the dataset has several.
        task: Look at the embeddings of this task's objects instead.
        neighbors: How many nearest neighbours are looked at, at least 2.
        min_typicality: Samples below this typicality, above 0 and up to 1, are never chosen.
        strength: How much this counts beside the other objectives; negative turns it round.
    """
    source = {"type": "EMBEDDINGS", "embedding": embedding, "task": task}
    wanted = {"type": "TYPICALITY", "strength": strength, "neighbors": neighbors, "min_typicality": min_typicality}
    return objective("typicality", source, wanted)


@builder
def similarity(
    dataset: str | None = None,
    tag: str | None = None,
    *,
    sample_ids: Sequence[Any] | None = None,
    file: str | PathLike[str] | None = None,
    embedding: str | None = None,
    task: str | None = None,
    strength: float = 1.0,
) -> Objective:
    """Samples near the queries.

    Args:
        dataset: The dataset with the queries, by name, by Lightly's id, or as DATABASE.NAME.
        tag: Their tag in it; by default all its samples.
        sample_ids: Ids of the queries, in that dataset or, without one, in the one that is selected from.
        file: A file with the vectors of the queries (parquet, csv, json, jsonl, npy).
        embedding: Which of the samples' embeddings to look at; needed where the dataset has several.
        task: Look at the embeddings of this task's objects instead.
        strength: How much this counts beside the other objectives; negative takes samples unlike the queries.
    """
    source = {"type": "EMBEDDINGS", "embedding": embedding, "task": task, "dataset": dataset, "tag": tag}
    queries = {
        "sample_ids": None if sample_ids is None else list(sample_ids),
        "file": None if file is None else str(file),
    }
    return objective("similarity", {**source, **queries}, {"type": "SIMILARITY", "strength": strength})


@overload
def weights(
    source: str,
    score: str,
    *,
    strength: float = 1.0,
    max_sum: float | None = None,
    target_range: tuple[float | None, float | None] | None = None,
) -> Objective: ...
@overload
def weights(
    source: str | NumberInput,
    *,
    strength: float = 1.0,
    max_sum: float | None = None,
    target_range: tuple[float | None, float | None] | None = None,
) -> Objective: ...
@builder
def weights(
    source: str | NumberInput,
    score: str | None = None,
    *,
    strength: float = 1.0,
    max_sum: float | None = None,
    target_range: tuple[float | None, float | None] | None = None,
) -> Objective:
    """Samples with high values: ``weights("detector", "uncertainty_entropy")``, ``weights("lightly.sharpness")``.

    Args:
        source: A task, with a score behind it; a metadata key; or an input such as ``count("detector")``.
        score: The score of the task.
        strength: How much this counts beside the other objectives; negative takes low values.
        max_sum: The selection ends with the sample that carries the sum of the values to this.
        target_range: The least and the most that the sum may be, of which one may be None.
    """
    wanted = {"type": "WEIGHTS", "strength": strength, "max_sum": max_sum, "target_range": _range(target_range)}
    return objective("weights", _number(source, score), wanted)


@overload
def threshold(
    source: str,
    score: str,
    *,
    above: float | str | datetime | None = None,
    at_least: float | str | datetime | None = None,
    below: float | str | datetime | None = None,
    at_most: float | str | datetime | None = None,
) -> Objective: ...
@overload
def threshold(
    source: str | NumberInput,
    *,
    above: float | str | datetime | None = None,
    at_least: float | str | datetime | None = None,
    below: float | str | datetime | None = None,
    at_most: float | str | datetime | None = None,
) -> Objective: ...
@builder
def threshold(
    source: str | NumberInput,
    score: str | None = None,
    *,
    above: float | str | datetime | None = None,
    at_least: float | str | datetime | None = None,
    below: float | str | datetime | None = None,
    at_most: float | str | datetime | None = None,
) -> Objective:
    """Only samples on one side of a bound: ``threshold("lightly.sharpness", above=20)``.

    Args:
        source: A task, with a score behind it; a metadata key; or an input such as ``count("detector")``.
        score: The score of the task.
        above: Keep samples whose value is larger than this; a time in ISO 8601 for metadata with times.
        at_least: Keep samples whose value is this or larger.
        below: Keep samples whose value is smaller than this.
        at_most: Keep samples whose value is this or smaller.

    Raises:
        UsageError: If not exactly one bound is given.
    """
    given = {"above": above, "at_least": at_least, "below": below, "at_most": at_most}
    bounds = [(name, value) for name, value in given.items() if value is not None]
    if len(bounds) != 1:
        raise UsageError(
            f"sqlsel.threshold() takes one bound, not {len(bounds) or 'none'}",
            hint="above=, at_least=, below= or at_most=; for a range make two thresholds",
        )
    name, value = bounds[0]
    bound = value.isoformat() if hasattr(value, "isoformat") else value
    wanted = {"type": "THRESHOLD", "threshold": bound, "operation": BOUNDS[name]}
    return objective("threshold", _number(source, score), wanted, {"threshold": name})


@builder
def balance(
    source: str | Sequence[str] | ClassInput,
    target: Shares | Distribution,
    *,
    count: CountOf = "PROBABILITIES",
    strength: float = 1.0,
) -> Objective:
    """A mix of classes as near as possible to a target: ``balance("weather", {"sunny": 0.2, "cloudy": 0.4})``.

    Args:
        source: A metadata key, several whose combinations are the classes, or an input: ``predictions("detector")``.
        target: The share of each class, what is missing to 1 being that of all others; or ``"UNIFORM"`` for equal
            shares, ``"INPUT"`` for the mix of the samples in play.
        count: Of predictions, ``"PREDICTED"`` counts most probable classes instead of adding up probabilities.
        strength: How much this counts beside the other objectives; negative turns it round.
    """
    wanted: dict[str, Any] = {"type": "BALANCE", "strength": strength}
    wanted["distribution" if isinstance(target, str) else "target"] = target
    if count != "PROBABILITIES":
        wanted["count"] = count
    found = source if isinstance(source, Part) else {"type": "METADATA", "key": source}
    return objective("balance", found, wanted, {"distribution": "target"})


@builder
def random(seed: int | None = None, *, strength: float = 1.0) -> Objective:
    """Samples at random; alone a random selection. The numbers are made from the ids and the seed.

    Args:
        seed: Seed of the numbers; by default that of the run.
        strength: How much this counts beside the other objectives.
    """
    return objective("random", random_number(seed), {"type": "WEIGHTS", "strength": strength})


def _number(source: str | NumberInput, name: str | None) -> NumberInput | dict[str, Any]:
    if name is not None:
        if isinstance(source, Part):
            raise UsageError("a score belongs to a task by name", hint=f"weights('task', {name!r})")
        return score(source, name)
    return source if isinstance(source, Part) else {"type": "METADATA", "key": source}


def _range(bounds: tuple[float | None, float | None] | None) -> dict[str, float] | None:
    if bounds is None:
        return None
    least, most = bounds
    return {name: bound for name, bound in (("min_sum", least), ("max_sum", most)) if bound is not None}
