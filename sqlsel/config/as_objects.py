"""A dataset seen by its objects: each object of a task is a sample, and has what its image has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlsel.facts import MetadataKey, TaskFacts

if TYPE_CHECKING:
    from sqlsel.facts import DatasetFacts, KeyKind

OBJECT = "object"
"""The first part of the keys that every object has of its own."""

_OF_EVERY_OBJECT: dict[str, KeyKind] = {"image": "text"}
_OF_PREDICTIONS: dict[str, KeyKind] = {
    "category": "text",
    "score": "number",
    "x": "number",
    "y": "number",
    "width": "number",
    "height": "number",
    "area": "number",
}


def tasks_with_objects(facts: DatasetFacts) -> tuple[str, ...]:
    """The tasks of a dataset that have objects: predicted ones, or such that have embeddings only."""
    predicted = (
        task.name for task in facts.tasks.values() if task.has_predictions and task.task_type != "classification"
    )
    return tuple(dict.fromkeys([*predicted, *facts.object_embeddings]))


def objects_as_samples(facts: DatasetFacts, task: str, count: int) -> DatasetFacts:
    """The facts of a dataset whose samples are the objects of a task.

    The task has one prediction a sample then, that of the object. All other tasks, the metadata and the samples' own
    embeddings are those of the image. The keys ``object.image``, ``object.category``, ``object.score`` and, of the box,
    ``object.x``, ``object.y``, ``object.width``, ``object.height`` and ``object.area`` are added; a metadata key of the
    same name goes before.

    Args:
        facts: What the dataset holds.
        task: One of its ``tasks_with_objects``.
        count: How many objects the task has.
    """
    stored = facts.tasks.get(task) or TaskFacts(task, None)
    own = replace(stored, task_type="object")
    kinds = {**_OF_EVERY_OBJECT, **(_OF_PREDICTIONS if own.has_predictions else {})}
    keys = {f"{OBJECT}.{name}": MetadataKey((OBJECT, name), kind, of_object=True) for name, kind in kinds.items()}
    tasks = {**facts.tasks, task: own}
    return replace(facts, n_samples=count, tasks=tasks, keys={**facts.keys, **keys, **facts.keys}, objects_of=task)
