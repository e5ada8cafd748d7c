"""What the samples of a dataset have: every metadata key, score and predicted class, as a column each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlsel.config import MetadataInput, PredictionsInput, ScoresInput, computed_scores
from sqlsel.plan import Request
from sqlsel.plan.inputs import input_step
from sqlsel.plan.look import Look

if TYPE_CHECKING:
    from sqlsel.config import Input
    from sqlsel.facts import DatasetFacts, MetadataKey
    from sqlsel.plan.model import InputStep

Group = Literal["metadata", "score", "class"]
Kind = Literal["number", "time", "category"]


@dataclass(frozen=True, slots=True)
class Column:
    """One value that each sample has, or lacks.

    Attributes:
        group: What it is.
        name: How it is called: the key, ``task/score``, or the task.
        kind: Numbers, seconds since 1970, or texts.
        whole: Whether the numbers are whole, so that few different ones are shown one by one.
        step: What computes it, under the name ``step.column``.
    """

    group: Group
    name: str
    kind: Kind
    step: InputStep
    whole: bool = False


def columns_of(facts: DatasetFacts) -> tuple[Column, ...]:
    """Every column of a dataset: scores by task, classes by task, then metadata in the order of the keys.

    Keys whose values are lists or structs are left out. Scores that are not stored and can be computed from the
    predictions are there too.
    """
    found: list[Column] = []
    for task in facts.tasks.values():
        for score in dict.fromkeys((*task.scores, *computed_scores(task))):
            source = ScoresInput.model_construct(type="SCORES", task=task.name, score=score)
            step = _step(source, facts, len(found), categorical=False)
            found.append(Column("score", f"{task.name}/{score}", "number", step))
    for task in facts.tasks.values():
        if task.has_predictions and task.task_type in ("classification", "object"):
            classes = PredictionsInput.model_construct(
                type="PREDICTIONS", task=task.name, name="CLASS_DISTRIBUTION", categories=None
            )
            found.append(Column("class", task.name, "category", _step(classes, facts, len(found), categorical=True)))
    for key in facts.keys.values():
        if not _is_own_class(key, facts) and key.kind != "other":
            found.append(_of_key(key, facts, len(found)))
    return tuple(found)


def _is_own_class(key: MetadataKey, facts: DatasetFacts) -> bool:
    """Whether a key of objects says again which class they are predicted to be."""
    task = facts.tasks.get(facts.objects_of or "")
    return key.of_object and key.path[-1] == "category" and task is not None and task.has_predictions


def _of_key(key: MetadataKey, facts: DatasetFacts, number: int) -> Column:
    categorical = key.kind in ("text", "boolean") or bool(key.categorical)
    source = MetadataInput.model_construct(type="METADATA", key=key.key)
    step = _step(source, facts, number, categorical=categorical)
    if categorical:
        return Column("metadata", key.key, "category", step)
    kind: Kind = "time" if key.kind == "timestamp" else "number"
    return Column("metadata", key.key, kind, step, whole=key.kind == "integer")


def _step(source: Input, facts: DatasetFacts, number: int, *, categorical: bool) -> InputStep:
    look = Look(source, "classes" if categorical else "numbers", predicted=categorical)
    return input_step(look, f"value_{number + 1}", facts, Request())
