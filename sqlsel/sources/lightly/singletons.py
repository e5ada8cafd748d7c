"""One prediction of a file: a class of the image, an object in it, or the part of it that a category covers."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any

from sqlsel.datasets.predictions import SUM_TOLERANCE
from sqlsel.sources.lightly.documents import kind
from sqlsel.sources.lightly.faults import BadFileError
from sqlsel.sources.lightly.tasks import SCHEMA

if TYPE_CHECKING:
    from sqlsel.sources.lightly.tasks import Task

    # category, score, probabilities, bbox, area, keypoint_confidence
    Values = tuple[str, float | None, list[float] | None, list[float] | None, float | None, float | None]

# Single precision may leave 0..1 by this much.
_SLACK = 1e-6
_LARGEST = sys.float_info.max
_NUMBERS = frozenset({int, float})
_WHOLE = frozenset({int})


def read_singleton(entry: dict[str, Any], task: Task) -> Values:
    """What one entry of ``predictions`` says: category, score, probabilities, box, area and keypoint confidence.

    The area is the number of pixels of the mask in the segmentation tasks, and that of the box in the others; the
    keypoint confidence is the mean of the entry's keypoints. Each is None where the entry does not say it. What belongs
    to another type of task is passed over.

    Args:
        entry: The entry.
        task: Its task.

    Raises:
        BadFileError: If it is not what the format of the task allows; the place is the field.
    """
    box = _box(entry.get("bbox"))
    area = None if box is None else float(box[2] * box[3])
    if task.is_segmentation:
        pixels = _mask(entry.get("segmentation"))
        area = area if pixels is None else pixels
    return (
        _category(entry.get("category_id"), task),
        _score(entry.get("score")),
        _probabilities(entry.get("probabilities"), len(task.categories)),
        box,
        area,
        _keypoints(entry.get("keypoints")) if task.task_type == "keypoint-detection" else None,
    )


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
    # a sum is not finite where a number is not
    if type(box) is list and len(box) == 4 and set(map(type, box)) <= _NUMBERS and abs(sum(box)) <= _LARGEST:
        if box[2] >= 0 and box[3] >= 0:
            return box
    elif not isinstance(box, list) or len(box) != 4:
        found = f"a list of {len(box)}" if isinstance(box, list) else kind(box)
        raise BadFileError(f"should be four numbers (x, y, width, height), not {found}", "bbox")
    for index, value in enumerate(box):
        if type(value) not in _NUMBERS or not abs(value) <= _LARGEST:
            raise BadFileError(f"should be a number, not {kind(value)}", f"bbox[{index}]")
        if index > 1 and value < 0:
            raise BadFileError(f"a width or height should be 0 or more, not {kind(value)}", f"bbox[{index}]")
    return box


def _mask(runs: Any) -> float | None:  # noqa: ANN401 - whatever the JSON holds
    """Number of pixels that a mask covers: its runs are lengths of pixels outside and inside in turn, outside first."""
    if runs is None:
        return None
    if not isinstance(runs, list):
        raise BadFileError(f"should be a list of run lengths, not {kind(runs)}", "segmentation")
    if not set(map(type, runs)) <= _WHOLE or (runs and min(runs) < 0):
        index = next(index for index, run in enumerate(runs) if type(run) is not int or run < 0)
        raise BadFileError(f"should be a whole number from 0 on, not {kind(runs[index])}", f"segmentation[{index}]")
    return float(sum(runs[1::2]))


def _keypoints(values: Any) -> float | None:  # noqa: ANN401 - whatever the JSON holds
    """Mean confidence of keypoints: x, y and confidence of each in turn."""
    if values is None:
        return None
    if not isinstance(values, list) or not values or len(values) % 3:
        found = f"a list of {len(values)}" if isinstance(values, list) else kind(values)
        raise BadFileError(f"should be x, y and confidence of each keypoint in turn, not {found}", "keypoints")
    for index, value in enumerate(values):
        if type(value) not in _NUMBERS or not abs(value) <= _LARGEST:
            raise BadFileError(f"should be a number, not {kind(value)}", f"keypoints[{index}]")
        if index % 3 == 2 and not 0 <= value <= 1 + _SLACK:
            raise BadFileError(f"a confidence should be from 0 to 1, not {kind(value)}", f"keypoints[{index}]")
    return math.fsum(values[2::3]) / (len(values) // 3)
