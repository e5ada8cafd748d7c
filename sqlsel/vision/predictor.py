"""A classifier or detector of the user's, ready to look at images."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel.errors import UsageError
from sqlsel.vision.class_names import said_class_names, usual_class_names
from sqlsel.vision.detections import Found, in_pixels
from sqlsel.vision.model_input import IMAGENET, ZERO_TO_ONE, feed_of
from sqlsel.vision.outputs import Limits, Reading, read_classes, read_objects, reading_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PIL import Image

    from sqlsel.datasets.imagery import Maker
    from sqlsel.facts import TaskType
    from sqlsel.vision.feeding import Feed, Placement
    from sqlsel.vision.model_input import Wishes
    from sqlsel.vision.onnx_model import Model

_BACKGROUND = ("background", "__background__", "_background_")


@dataclass(frozen=True, slots=True, eq=False)
class Predictor:
    """A model, how it is fed and how its outputs are read.

    Attributes:
        model: The model.
        feed: How it is fed.
        reading: How its outputs are read.
        limits: What counts as an object.
        classes: Names of the classes that predictions are over.
    """

    model: Model
    feed: Feed
    reading: Reading
    limits: Limits
    classes: tuple[str, ...]

    @property
    def task_type(self) -> TaskType:
        """Kind of its predictions."""
        return "object-detection" if self.reading.detects else "classification"

    @property
    def maker(self) -> Maker:
        """What tells its predictions from those of another model."""
        own: Maker = {"model": self.model.path.name, "sha256": self.model.digest, "classes": list(self.classes)}
        if self.reading.detects:
            limits = self.limits
            own |= {"confidence": limits.confidence, "iou": limits.iou, "first_label": limits.first_label}
        return own | self.feed.settings()

    def prepare(self, image: Image.Image) -> tuple[NDArray[Any], Placement]:
        """An image as the model takes it."""
        return self.feed.prepare(image)

    def predict(self, prepared: Sequence[tuple[NDArray[Any], Placement]]) -> list[Found]:
        """The objects in each image, with boxes in its pixels; of a classifier, one without a box for each."""
        given = self.model.run(self.feed.stack([image for image, _ in prepared]))
        if not self.reading.detects:
            return [_whole(row) for row in read_classes(given, self.reading)[: len(prepared)]]
        return [
            in_pixels(read_objects(given, self.reading, number, self.limits), placement)
            for number, (_, placement) in enumerate(prepared)
        ]


def predictor_of(
    model: Model,
    wishes: Wishes,
    *,
    task: str,
    classes: tuple[str, ...] | None,
    confidence: float,
    iou: float,
    first_label: int | None,
) -> Predictor:
    """A model, made out by what it gives for a grey image.

    Args:
        model: The model.
        wishes: How it is fed, where the user says.
        task: The task that its predictions are for.
        classes: Names of its classes; None for those that the model says, or that are usual for the task.
        confidence: The lowest score of an object.
        iou: The most that two objects of a class share of their union.
        first_label: Which label is the first class; None for what is usual.

    Raises:
        UsageError: If the model's outputs are not understood, or its classes have no names.
    """
    names = classes or said_class_names(model.properties)
    feed = feed_of(model, wishes, fit="letterbox", usual=ZERO_TO_ONE)
    given = model.run(_grey(feed))
    outputs = [output.name for output in model.outputs]
    reading = reading_of(model.path, outputs, given, len(names) if names else None, model.properties)
    if not reading.detects:
        feed = feed_of(model, wishes, fit="crop", usual=IMAGENET)
    elif reading.style == "boxes" and given[reading.outputs[0]].ndim == 2:
        feed = _one_at_a_time(model, feed)
    names = names or usual_class_names(task, reading.number)
    names, first = _named(model, reading, names, first_label)
    return Predictor(model, feed, reading, Limits(confidence, iou, len(names), first), names)


def _named(
    model: Model, reading: Reading, names: tuple[str, ...] | None, first_label: int | None
) -> tuple[tuple[str, ...], int]:
    """The names of the classes, and which label is the first of them."""
    if names is None:
        count = "its" if reading.number is None else f"{reading.number}"
        raise UsageError(
            f"{model.path}: the model does not say what its classes are called",
            hint=f"name {count} classes with --classes a,b,c, or --classes FILE with one a line",
        )
    if reading.style == "classes" and reading.number != len(names):
        raise UsageError(
            f"{model.path}: the model has {reading.number} classes, and there are {len(names)} names",
            hint="give one name for each with --classes",
        )
    usual = 0
    if reading.style == "boxes":
        usual = 1
        if names[0].lower() in _BACKGROUND:
            names = names[1:]
    return names, usual if first_label is None else first_label


def _grey(feed: Feed) -> NDArray[Any]:
    shape = (3 if feed.colours != "L" else 1, feed.height, feed.width)
    shape = shape if feed.layout == "NCHW" else (*shape[1:], shape[0])
    image = np.full(shape, 114 if feed.dtype == "uint8" else 0.5, dtype=feed.dtype)
    return feed.stack([image])


def _one_at_a_time(model: Model, feed: Feed) -> Feed:
    if feed.fixed and feed.batch > 1:
        raise UsageError(
            f"{model.path}: the model takes {feed.batch} images at a time and does not tell whose the boxes are",
            hint="export it for one image",
        )
    return replace(feed, batch=1)


def _whole(probabilities: NDArray[np.float64]) -> Found:
    best = np.array([probabilities.argmax()])
    return Found(np.empty((1, 0)), best, probabilities[best], probabilities[None])
