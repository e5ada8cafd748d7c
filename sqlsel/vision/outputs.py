"""What kind of model it is, by the shapes of what it gives, and how its numbers are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sqlsel.errors import UsageError
from sqlsel.vision.detections import MOST, Found, shares, softmax, spread, suppress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

Style = Literal["classes", "yolo", "yolo-objectness", "end-to-end", "boxes"]

# Coefficients of a mask that segmenting YOLO models give behind the classes.
_MASK = 32
# What 16 bits may add to a score of 1.
_ROUNDING = 1e-3


@dataclass(frozen=True, slots=True)
class Reading:
    """How the outputs of a model are read.

    Attributes:
        style: ``classes``: a number for each class. ``yolo``: boxes by centre and size, and class scores.
            ``yolo-objectness``: likewise, with an objectness before the class scores. ``end-to-end``: corners, score,
            class. ``boxes``: an output of corners, one of labels and one of scores (torchvision).
        outputs: Numbers of the outputs: of the one that is read, or of boxes, labels and scores.
        number: Number of classes; None where the outputs do not tell.
        by_column: Whether each object is a column, not a row.
    """

    style: Style
    outputs: tuple[int, ...]
    number: int | None
    by_column: bool = False

    @property
    def detects(self) -> bool:
        """Whether it finds objects; otherwise it names one class an image."""
        return self.style != "classes"


@dataclass(frozen=True, slots=True)
class Limits:
    """What counts as an object.

    Attributes:
        confidence: The lowest score.
        iou: The most that two objects of a class share of their union.
        number: Number of classes.
        first_label: Which label is the first class, for ``boxes`` and ``end-to-end``.
    """

    confidence: float
    iou: float
    number: int
    first_label: int


def reading_of(
    file: object,
    names: Sequence[str],
    given: Sequence[NDArray[Any]],
    number: int | None,
    properties: Mapping[str, str],
) -> Reading:
    """How the outputs of a model are read.

    Args:
        file: The model's file, for messages.
        names: Names of its outputs.
        given: What it gave for one batch.
        number: Number of class names, if there are any.
        properties: The model's metadata properties.

    Raises:
        UsageError: If the outputs are none that are known, or do not fit the number of names.
    """
    first = given[0]
    boxes = _box_outputs(names, given)
    if boxes is not None:
        return Reading("boxes", boxes, number)
    if (first.ndim == 2 or (first.ndim == 4 and first.shape[2:] == (1, 1))) and first.shape[1] > 1:
        return Reading("classes", (0,), first.shape[1])
    if first.ndim == 3:
        found = _yolo(first.shape, number, end_to_end=properties.get("end2end", "").lower() == "true")
        if found is not None:
            return found
    listed = ", ".join(f"{name} {list(array.shape)}" for name, array in zip(names, given, strict=True))
    said = f" and {number} class names" if number is not None else ""
    raise UsageError(
        f"{file}: these outputs are not understood: {listed}{said}",
        hint="known are [n, classes], YOLO's [n, 4 + classes, boxes] and [n, boxes, 5 + classes], end-to-end "
        "[n, boxes, 6], and boxes, labels and scores; give as many names with --classes as the model has classes",
    )


def _yolo(shape: tuple[int, ...], number: int | None, *, end_to_end: bool) -> Reading | None:
    _, rows, columns = shape
    if columns == 6 and (end_to_end or number not in {None, 1, 2}):
        return Reading("end-to-end", (0,), number)
    if number is None:
        if columns < rows:
            return Reading("yolo-objectness", (0,), columns - 5) if columns > 6 else None
        return Reading("yolo", (0,), rows - 4, by_column=True) if rows > 4 else None
    for by_column, width in ((True, rows), (False, columns)):
        if width in {4 + number, 4 + number + _MASK}:
            return Reading("yolo", (0,), number, by_column=by_column)
        if width in {5 + number, 5 + number + _MASK}:
            return Reading("yolo-objectness", (0,), number, by_column=by_column)
    return None


def _box_outputs(names: Sequence[str], given: Sequence[NDArray[Any]]) -> tuple[int, int, int] | None:
    """Numbers of the outputs with boxes, labels and scores, by their names or by their shapes."""
    if len(given) < 3 or any("num_detections" in name for name in names):
        return None
    named = [[i for i, name in enumerate(names) if word in name.lower()] for word in ("box", "label", "score")]
    if all(len(each) == 1 for each in named):
        return named[0][0], named[1][0], named[2][0]
    boxes = [i for i, array in enumerate(given) if array.ndim in {2, 3} and array.shape[-1] == 4]
    flat = [i for i, array in enumerate(given) if boxes and array.shape == given[boxes[0]].shape[:-1]]
    labels = [i for i in flat if given[i].dtype.kind in "iu"]
    scores = [i for i in flat if given[i].dtype.kind == "f"]
    return (boxes[0], labels[0], scores[0]) if len(boxes) == len(labels) == len(scores) == 1 else None


def read_classes(given: Sequence[NDArray[Any]], reading: Reading) -> NDArray[np.float64]:
    """(images, C) probabilities."""
    rows = given[reading.outputs[0]].astype(np.float64)
    return softmax(rows.reshape(len(rows), -1))


def read_objects(given: Sequence[NDArray[Any]], reading: Reading, image: int, limits: Limits) -> Found:
    """The objects in one image of a batch, the highest score first; boxes are corners in pixels of the model's input.

    Raises:
        UsageError: If scores are not between 0 and 1, or a label has no name.
    """
    if reading.style == "boxes":
        return _from_boxes(given, reading, image, limits)
    rows = given[reading.outputs[0]][image].astype(np.float64)
    rows = rows.T if reading.by_column else rows
    if reading.style == "end-to-end":
        return _labelled(rows[:, :4], rows[:, 5], rows[:, 4], limits)
    begin = 5 if reading.style == "yolo-objectness" else 4
    classes = rows[:, begin : begin + limits.number]
    objectness = rows[:, 4] if begin == 5 else np.ones(len(rows))
    classes, objectness = _checked(classes), _checked(objectness)
    labels = classes.argmax(axis=1)
    scores = objectness * classes[np.arange(len(rows)), labels]
    likely = np.flatnonzero(scores >= limits.confidence)
    half = rows[likely, 2:4] / 2
    corners = np.concatenate([rows[likely, :2] - half, rows[likely, :2] + half], axis=1)
    found = Found(corners, labels[likely], scores[likely], shares(classes[likely]))
    return found.take(suppress(corners, found.classes, found.scores, limits.iou))


def _from_boxes(given: Sequence[NDArray[Any]], reading: Reading, image: int, limits: Limits) -> Found:
    boxes, labels, scores = (given[output] for output in reading.outputs)
    if boxes.ndim == 3:
        boxes, labels, scores = boxes[image], labels[image], scores[image]
    return _labelled(boxes.astype(np.float64), labels, scores.astype(np.float64), limits)


def _labelled(boxes: NDArray[np.float64], labels: NDArray[Any], scores: NDArray[np.float64], limits: Limits) -> Found:
    scores = _checked(scores)
    likely = scores >= limits.confidence
    classes = labels[likely].astype(np.int64) - limits.first_label
    strange = classes[(classes < 0) | (classes >= limits.number)]
    if len(strange):
        raise UsageError(
            f"the model gives label {strange[0] + limits.first_label}, and {limits.number} class names begin at label "
            f"{limits.first_label}",
            hint="give all names with --classes, and with --first-label which label is the first of them",
        )
    found = Found(boxes[likely], classes, scores[likely], spread(classes, scores[likely], limits.number))
    return found.take(np.argsort(-found.scores, kind="stable")[:MOST])


def _checked(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    if scores.size and not (scores.min() >= -_ROUNDING and scores.max() <= 1 + _ROUNDING):
        raise UsageError(
            f"the model's scores go from {scores.min():.3g} to {scores.max():.3g}, not from 0 to 1",
            hint="export it with the sigmoid that turns them into scores",
        )
    return np.clip(scores, 0, 1)
