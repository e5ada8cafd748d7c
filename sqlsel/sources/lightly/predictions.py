"""Predictions of a datasource: one JSON file per image and task, read into rows."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from sqlsel.datasets.predictions import SUM_TOLERANCE
from sqlsel.sources.lightly.documents import kind, read_document, require_object, stated_file_name
from sqlsel.sources.lightly.faults import BadFileError
from sqlsel.sources.lightly.spool import Spool
from sqlsel.sources.lightly.tasks import SCHEMA
from sqlsel.sources.lightly.walking import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import pyarrow as pa

    from sqlsel.sources.lightly.faults import Faults
    from sqlsel.sources.lightly.tasks import Task

    Row = tuple[str, str | None, str, int | None, str | None, float | None, list[float] | None, list[float] | None]

# Single precision may leave 0..1 by this much.
_SLACK = 1e-6
_LARGEST = sys.float_info.max
_NUMBERS = frozenset({int, float})


def spool_predictions(
    root: Path, tasks: Iterable[Task], path: Path, faults: Faults, tell: Callable[[int], None]
) -> dict[str, int]:
    """Read the predictions of all tasks into a parquet file with the columns of ``prediction_schema``.

    An image whose list of predictions is empty has one row with ``object_index`` and ``category`` NULL.

    Args:
        root: The datasource.
        tasks: Its tasks.
        path: The parquet file.
        faults: Takes the files that cannot be used.
        tell: Told how many files are read.

    Returns:
        Number of files by task.
    """
    files: dict[str, int] = {}
    read = 0
    with Spool(path, prediction_schema()) as spool:
        for task in tasks:
            before, folder = read, f"{root}/{task.folder}/"
            for name in walk(root / task.folder, faults, f"{task.folder}/"):
                if not name.endswith(".json") or name == SCHEMA:
                    continue
                read += 1
                tell(read)
                try:
                    document = read_document(folder + name)
                    rows = prediction_rows(document, task, name.removesuffix(".json"))
                except BadFileError as fault:
                    faults.add_bad(f"{task.folder}/{name}", fault)
                else:
                    spool.add(rows, len(rows) * len(task.categories))
            files[task.name] = read - before
    return files


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
        return [(place, file_name, task.name, None, None, None, None, None)]
    if task.task_type == "classification" and len(predictions) > 1:
        raise BadFileError(f"a classification is one prediction per image, not {len(predictions)}", "predictions")
    return [(place, file_name, task.name, *_object(entry, index, task)) for index, entry in enumerate(predictions)]


def _object(
    entry: Any,  # noqa: ANN401 - whatever the JSON holds
    index: int,
    task: Task,
) -> tuple[int, str, float | None, list[float] | None, list[float] | None]:
    """Index, category, score, probabilities and box of one prediction. Masks and keypoints are passed over."""
    if not isinstance(entry, dict):
        raise BadFileError(f"should be an object, not {kind(entry)}", f"predictions[{index}]")
    try:
        return (
            index,
            _category(entry.get("category_id"), task),
            _score(entry.get("score")),
            _probabilities(entry.get("probabilities"), len(task.categories)),
            _box(entry.get("bbox")),
        )
    except BadFileError as fault:
        raise BadFileError(fault.message, f"predictions[{index}].{fault.place}") from None


def _category(number: object, task: Task) -> str:
    if type(number) is int and number in task.categories:
        return task.categories[number]
    known = ", ".join(str(known) for known in list(task.categories)[:10])
    more = ", ..." if len(task.categories) > 10 else ""
    raise BadFileError(f"should be an id of {task.folder}/{SCHEMA} ({known}{more}), not {kind(number)}", "category_id")


def _score(score: Any) -> float | None:  # noqa: ANN401 - whatever the JSON holds
    if score is None:
        return None
    if type(score) not in _NUMBERS or not 0 <= score <= 1 + _SLACK:
        raise BadFileError(f"should be a number from 0 to 1, not {kind(score)}", "score")
    return float(score)


def _probabilities(values: Any, number: int) -> list[float] | None:  # noqa: ANN401 - whatever the JSON holds
    if values is None:
        return None
    if not isinstance(values, list):
        raise BadFileError(f"should be a list of numbers, not {kind(values)}", "probabilities")
    if len(values) != number:
        counted = f"{len(values)} probabilities for {number} categories"
        raise BadFileError(f"{counted}; one for each is needed, in the order of the schema", "probabilities")
    if set(map(type, values)) <= _NUMBERS and min(values) >= 0 and abs(sum(values) - 1) <= SUM_TOLERANCE:
        return values
    for index, value in enumerate(values):
        if type(value) not in _NUMBERS or not 0 <= value <= 1 + _SLACK:
            raise BadFileError(f"should be a number from 0 to 1, not {kind(value)}", f"probabilities[{index}]")
    raise BadFileError(f"these sum to {sum(values):.6g}, not to 1", "probabilities")


def _box(box: Any) -> list[float] | None:  # noqa: ANN401 - whatever the JSON holds
    if box is None:
        return None
    if not isinstance(box, list) or len(box) != 4:
        found = f"a list of {len(box)}" if isinstance(box, list) else kind(box)
        raise BadFileError(f"should be four numbers (x, y, width, height), not {found}", "bbox")
    for index, value in enumerate(box):
        if type(value) not in _NUMBERS or not abs(value) <= _LARGEST:
            raise BadFileError(f"should be a number, not {kind(value)}", f"bbox[{index}]")
    return box
