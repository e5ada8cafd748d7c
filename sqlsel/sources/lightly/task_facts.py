"""What the predictions of a folder's tasks have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.facts import TaskFacts

if TYPE_CHECKING:
    from sqlsel.sources.lightly.contents import Contents
    from sqlsel.sources.lightly.tasks import Task

_COUNTED = ("category", "probabilities", "keypoint_confidence")


def task_facts(contents: Contents, tasks: tuple[Task, ...]) -> tuple[TaskFacts, ...]:
    """The tasks as the dataset's catalog takes them.

    Args:
        contents: The folder.
        tasks: What its schemas say.
    """
    counts = {task: numbers for task, *numbers in _counts(contents)}
    return tuple(_facts(task, *counts.get(task.name, (0, 0, 0, 0))) for task in tasks)


def _facts(task: Task, rows: int, objects: int, vectors: int, pointed: int) -> TaskFacts:
    return TaskFacts(
        task.name,
        task.task_type,
        tuple(task.categories.values()),
        has_probabilities=0 < objects == vectors,
        has_predictions=rows > 0,
        has_keypoints=0 < objects == pointed,
    )


def _counts(contents: Contents) -> list[tuple[str, int, int, int, int]]:
    """By task: rows, objects, objects with probabilities, and objects with keypoints."""
    predicted = contents.predicted()
    if predicted is None:
        return []
    counted = [sql.count(), *(exp.Count(this=sql.column(name)) for name in _COUNTED)]
    query = exp.select(sql.column("task"), *counted).from_(sql.subquery(predicted, "predicted"))
    rows: list[tuple[str, int, int, int, int]] = contents.engine.rows(query.group_by(sql.column("task")))
    return rows
