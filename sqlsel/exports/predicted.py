"""What a dataset's predictions say about the images of a tag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlsel.errors import UsageError
from sqlsel.words import did_you_mean, listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlsel.engines.base import Engine
    from sqlsel.exports.chosen import Chosen
    from sqlsel.facts import TaskFacts


@dataclass(frozen=True, slots=True)
class Predicted:
    """One class or one object.

    Attributes:
        number: Its number in the image, from 0.
        category: Its class; the most probable where there are probabilities.
        score: Its score, else the highest probability; None where there is neither.
        bbox: x, y, width and height in pixels, from the top left; None where there is no box.
        area: Its area in square pixels; None where nobody tells.
    """

    number: int
    category: str
    score: float | None
    bbox: tuple[float, float, float, float] | None
    area: float | None


def predicted(engine: Engine, chosen: Chosen, task: TaskFacts, *, all_objects: bool) -> dict[Any, list[Predicted]]:
    """By sample id, what a task says of the images of a tag; images without a prediction are left out.

    Args:
        engine: The session to read through.
        chosen: The images.
        task: The task.
        all_objects: Whether, where single objects of this task were chosen, all others come along.
    """
    only = (
        {} if all_objects or chosen.objects_of != task.name else {one.sample_id: one.objects for one in chosen.images}
    )
    found: dict[Any, list[Predicted]] = {}
    wanted = {image.sample_id for image in chosen.images}
    for sample_id, number, category, score, probabilities, bbox, area in engine.rows(_query(engine, chosen, task.name)):
        if sample_id not in wanted:
            continue
        objects = found.setdefault(sample_id, [])
        kept = only.get(sample_id)
        if number is None or (kept is not None and number not in kept):
            continue
        known, sure = _most_probable(category, score, probabilities or (), task.categories)
        if known is not None:
            objects.append(Predicted(number, known, sure, tuple(bbox) if bbox else None, area))
    return found


def _most_probable(
    category: str | None, score: float | None, probabilities: Sequence[float], categories: Sequence[str]
) -> tuple[str | None, float | None]:
    """Class and score as they are stated, else those of the highest probability."""
    if not probabilities:
        return category, score
    best = max(range(len(probabilities)), key=probabilities.__getitem__)
    return categories[best] if category is None else category, probabilities[best] if score is None else score


def _query(engine: Engine, chosen: Chosen, task: str) -> Any:  # noqa: ANN401 - a query
    from sqlglot import exp

    from sqlsel import nodes as sql
    from sqlsel.datasets.tables import PREDICTIONS
    from sqlsel.datasets.tags import tag_query

    names = ("sample_id", "object_index", "category", "score", "probabilities", "bbox", "area")
    columns = [sql.column(name, "p") for name in names]
    query = exp.select(*columns).from_(sql.table(PREDICTIONS, chosen.dataset, engine.catalog, alias="p"))
    tagged = sql.subquery(tag_query(engine, chosen.dataset, chosen.tag), "t")
    query = query.join(tagged, on=sql.column("sample_id", "t").eq(sql.column("sample_id", "p")))
    query = query.where(sql.column("task", "p").eq(sql.text(task)))
    return query.order_by(*(sql.ascending(sql.column(name, "p")) for name in names[:2]))


def tasks_of(engine: Engine, chosen: Chosen, task: str | None) -> list[TaskFacts]:
    """The tasks to write: the one that is named, or all with predictions, by name.

    Raises:
        UsageError: If there is no such task, or it has scores only.
    """
    from sqlsel.datasets.catalog import DatasetCatalog

    facts = DatasetCatalog(engine).facts(chosen.dataset).tasks
    known = {name: one for name, one in sorted(facts.items()) if one.has_predictions}
    if task is None:
        return list(known.values())
    if task not in known:
        has = f"there is: {listing(known)}" if known else "the dataset has no predictions"
        raise UsageError(
            f"no task {task!r} with predictions in dataset {chosen.dataset!r}{did_you_mean(task, known)}", hint=has
        )
    return [known[task]]


def the_task(engine: Engine, chosen: Chosen, task: str | None, format_name: str) -> TaskFacts:
    """The one task with boxes to write: the one that is named or whose objects were chosen, or the only one.

    Raises:
        UsageError: If there is none, or several.
    """
    asked = task or chosen.objects_of
    found = [one for one in tasks_of(engine, chosen, asked) if has_boxes(one)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            f"{format_name} holds one task, and dataset {chosen.dataset!r} has several: "
            f"{listing(one.name for one in found)}",
            hint="say which: --task TASK (task=... in Python)",
        )
    raise UsageError(
        f"{format_name} holds boxes, and {f'task {asked!r}' if asked else f'dataset {chosen.dataset!r}'} has none",
        hint="classes of whole images can be written for labelstudio, or as rows with csv, json, jsonl and parquet",
    )


def has_boxes(task: TaskFacts) -> bool:
    """Whether a task is about objects with boxes, not about whole images."""
    return task.task_type not in ("classification", "semantic-segmentation")


def boxed(objects: Iterable[Predicted]) -> list[Predicted]:
    """The objects that have a box."""
    return [one for one in objects if one.bbox is not None]
