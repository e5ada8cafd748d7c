"""Predictions of a datasource: one JSON file per image and task, read into rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlsel.sources.lightly.documents import kind, read_document, require_object, stated_file_name
from sqlsel.sources.lightly.faults import BadFileError
from sqlsel.sources.lightly.singletons import read_singleton
from sqlsel.sources.lightly.tasks import SCHEMA
from sqlsel.sources.lightly.walking import stem, walk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pyarrow as pa

    from sqlsel.sources.labels.model import Labels
    from sqlsel.sources.lightly.faults import Faults
    from sqlsel.sources.lightly.spool import Spool
    from sqlsel.sources.lightly.tasks import Task

    Row = tuple[Any, ...]

# What an image has whose list of predictions is empty, behind its task.
_NOTHING = (None,) * 7


def spool_predictions(root: Path, task: Task, spool: Spool, faults: Faults, tell: Callable[[int], None]) -> int:
    """Add the predictions of a task to a spool with the columns of ``prediction_schema``.

    An image whose list of predictions is empty has one row with ``object_index`` and ``category`` NULL.

    Args:
        root: The datasource.
        task: The task.
        spool: Takes the rows.
        faults: Takes the files that cannot be used.
        tell: Told how many files are read.

    Returns:
        Number of files.
    """
    read, folder, before = 0, f"{root}/{task.folder}/", faults.count
    for name in walk(root / task.folder, faults, f"{task.folder}/"):
        if not name.endswith(".json") or name == SCHEMA:
            continue
        read += 1
        tell(read)
        try:
            rows = prediction_rows(read_document(folder + name), task, name.removesuffix(".json"))
        except BadFileError as fault:
            faults.add_bad(f"{task.folder}/{name}", fault)
        else:
            spool.add(rows, len(rows) * len(task.categories))
    faults.by_task[task.name] = faults.count - before
    return read


def spool_labels(labels: Labels, spool: Spool, faults: Faults, temporary: Path, tell: Callable[[int], None]) -> int:
    """Add labels to a spool likewise; ``temporary`` is a folder for files. Returns the number of images and faults."""
    read, before, name = 0, faults.count, labels.task.name
    for read, (file_name, objects) in enumerate(labels.read(faults, temporary), start=1):
        tell(read)
        place = stem(file_name)
        rows: list[Row] = [(place, file_name, name, index, *values) for index, values in enumerate(objects)]
        spool.add(rows or [(place, file_name, name, *_NOTHING)])
    faults.by_task[name] = faults.count - before
    return read + faults.by_task[name]


def prediction_schema() -> pa.Schema:
    """``place`` (path of the file without ``.json``), ``file_name`` (as the file states it), and what was predicted."""
    import pyarrow as pa

    numbers = pa.list_(pa.float64())
    return pa.schema(
        {
            "place": pa.string(),
            "file_name": pa.string(),
            "task": pa.string(),
            "object_index": pa.int32(),
            "category": pa.string(),
            "score": pa.float64(),
            "probabilities": numbers,
            "bbox": numbers,
            "area": pa.float64(),
            "keypoint_confidence": pa.float64(),
        }
    )


def prediction_rows(document: object, task: Task, place: str) -> list[Row]:
    """The rows of one file.

    Args:
        document: What the file holds.
        task: Its task.
        place: Its path without ``.json``, relative to the task.

    Raises:
        BadFileError: If it is not what the format of the task allows.
    """
    content = require_object(document)
    file_name = stated_file_name(content, place)
    predictions = content.get("predictions")
    if not isinstance(predictions, list):
        raise BadFileError(f"should be a list, empty if nothing was found, not {kind(predictions)}", "predictions")
    if not predictions:
        return [(place, file_name, task.name, *_NOTHING)]
    objects = [_object(entry, index, task) for index, entry in enumerate(predictions)]
    _check_number(objects, task)
    return [(place, file_name, task.name, *found) for found in objects]


def _object(entry: Any, index: int, task: Task) -> tuple[Any, ...]:  # noqa: ANN401 - whatever the JSON holds
    """The index of one prediction, and what it says."""
    if not isinstance(entry, dict):
        raise BadFileError(f"should be an object, not {kind(entry)}", f"predictions[{index}]")
    try:
        return (index, *read_singleton(entry, task))
    except BadFileError as fault:
        raise BadFileError(fault.message, f"predictions[{index}].{fault.place}") from None


def _check_number(objects: list[tuple[Any, ...]], task: Task) -> None:
    """Refuse more than one class for an image, and a category twice where its mask covers all of it."""
    if task.task_type == "classification" and len(objects) > 1:
        raise BadFileError(f"a classification is one prediction per image, not {len(objects)}", "predictions")
    if task.task_type != "semantic-segmentation":
        return
    seen: set[str] = set()
    for index, category, *_ in objects:
        if category in seen:
            message = f"a semantic segmentation has one mask per category, and {category!r} has two"
            raise BadFileError(message, f"predictions[{index}].category_id")
        seen.add(category)
