"""The tasks and metadata keys of a dataset in sqlsel's catalog, kept true to the rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import texts
from sqlsel.datasets.predictions import check_predictions
from sqlsel.datasets.tables import PREDICTIONS, SCORES, catalog_table
from sqlsel.errors import IngestError
from sqlsel.facts import TaskFacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlsel.datasets.target import Target
    from sqlsel.facts import MetadataKey


def check_tasks(
    target: Target, stored: Mapping[str, TaskFacts], incoming: Iterable[TaskFacts]
) -> tuple[TaskFacts, ...]:
    """The source's tasks as they fit those of the dataset.

    Where neither side has probabilities the categories of both are joined, the dataset's first. Call it when the
    predictions that the source replaces are gone and before its own are stored.

    Raises:
        IngestError: If predictions of another type or of other categories stay in the dataset.
    """
    return tuple(_fitted(target, stored.get(task.name), task) for task in incoming)


def write_tasks(target: Target, tasks: Iterable[TaskFacts]) -> None:
    """Check the predictions of tasks that a source brought, and write what the tasks are into the catalog."""
    scores = _scores(target)
    for task in tasks:
        if task.has_predictions:
            check_predictions(target, task.name, task.categories)
        objects, unsure, pointless = _predicted(target, task.name)
        sure, pointed = objects > 0 and unsure == 0, objects > 0 and pointless == 0
        own = tuple(scores.get(task.name, ()))
        put_task(target, replace(task, scores=own, has_probabilities=sure, has_keypoints=pointed))


def put_task(target: Target, task: TaskFacts) -> None:
    """Write what a task is into the catalog."""
    table = catalog_table(target.engine.catalog, "tasks")
    here = exp.and_(sql.column("dataset").eq(target.dataset), sql.column("task").eq(task.name))
    target.engine.execute(exp.delete(table).where(here))
    values: dict[str, exp.Expr] = {
        "dataset": sql.text(target.dataset),
        "task": sql.text(task.name),
        "task_type": sql.text(task.task_type) if task.task_type else exp.Null(),
        "categories": texts(task.categories),
        "scores": texts(task.scores),
        "has_probabilities": exp.Boolean(this=task.has_probabilities),
        "has_predictions": exp.Boolean(this=task.has_predictions),
        "has_keypoints": exp.Boolean(this=task.has_keypoints),
    }
    target.engine.execute(_row(table, values))


def write_keys(target: Target, keys: Iterable[MetadataKey]) -> None:
    """Write into the catalog what a source declares of its metadata keys."""
    table = catalog_table(target.engine.catalog, "metadata_keys")
    for key in keys:
        here = exp.and_(sql.column("dataset").eq(target.dataset), sql.column("key").eq(key.key))
        target.engine.execute(exp.delete(table).where(here))
        values: dict[str, exp.Expr] = {
            "dataset": sql.text(target.dataset),
            "key": sql.text(key.key),
            "kind": sql.text(key.kind),
            "categorical": exp.Null() if key.categorical is None else exp.Boolean(this=key.categorical),
        }
        target.engine.execute(_row(table, values))


def write_embedding(target: Target, table_name: str, task: str | None, width: int) -> None:
    """Write a new table of vectors into the catalog."""
    values: dict[str, exp.Expr] = {
        "dataset": sql.text(target.dataset),
        "table_name": sql.text(table_name),
        "task": exp.Null() if task is None else sql.text(task),
        "width": sql.number(width),
    }
    target.engine.execute(_row(catalog_table(target.engine.catalog, "embeddings"), values))


def _fitted(target: Target, stored: TaskFacts | None, task: TaskFacts) -> TaskFacts:
    if stored is None:
        return task
    if not task.has_predictions:
        return TaskFacts(task.name, stored.task_type, stored.categories, (), False, stored.has_predictions)
    here = sql.column("task").eq(task.name)
    left = target.count(PREDICTIONS, here)
    if not left or (stored.task_type == task.task_type and stored.categories == task.categories):
        return task
    if stored.task_type != task.task_type:
        raise _unlike(target, task.name, f"of type {stored.task_type}", f"of type {task.task_type}", left)
    if stored.has_probabilities or task.has_probabilities:
        raise _unlike(target, task.name, _classes(stored.categories), _classes(task.categories), left)
    joined = dict.fromkeys([*stored.categories, *task.categories])
    return TaskFacts(task.name, task.task_type, tuple(joined), (), False, True)


def _unlike(target: Target, task: str, stored: str, incoming: str, left: int) -> IngestError:
    return IngestError(
        f"the predictions of task {task!r} in dataset {target.dataset!r} are {stored}, those of the source {incoming}; "
        f"{left:,} of the former would stay",
        hint="ingest the predictions of all samples together, or under another task name",
    )


def _classes(categories: tuple[str, ...]) -> str:
    listed = ", ".join(repr(name) for name in categories[:10])
    return f"over {len(categories)} classes ({listed}{' …' if len(categories) > 10 else ''})"


def _predicted(target: Target, task: str) -> tuple[int, int, int]:
    """Objects (class vectors) of a task, and how many of them have no probabilities and no keypoints."""
    objects = exp.and_(sql.column("task").eq(task), sql.present(sql.column("object_index")))
    lacking = [sql.count(sql.absent(sql.column(name))) for name in ("probabilities", "keypoint_confidence")]
    query = exp.select(sql.count(), *lacking).from_(target.table(PREDICTIONS)).where(objects)
    number, unsure, pointless = target.engine.rows(query)[0]
    return number, unsure, pointless


def _scores(target: Target) -> dict[str, tuple[str, ...]]:
    """Names of the scores that were ingested by task, sorted; stored ones that were computed are left out."""
    names: dict[str, list[str]] = {}
    marks = exp.select(sql.column("task"), sql.column("score")).where(sql.column("dataset").eq(target.dataset))
    computed = target.engine.rows(marks.from_(catalog_table(target.engine.catalog, "computed_scores")))
    query = exp.select(sql.column("task"), sql.column("score")).distinct().from_(target.table(SCORES))
    for task, score in sorted({*target.engine.rows(query)} - {*computed}):
        names.setdefault(task, []).append(score)
    return {task: tuple(scores) for task, scores in names.items()}


def _row(table: exp.Table, values: Mapping[str, exp.Expr]) -> exp.Insert:
    target = exp.Schema(this=table.copy(), expressions=[sql.name(name) for name in values])
    return exp.Insert(this=target, expression=exp.select(*values.values()))
