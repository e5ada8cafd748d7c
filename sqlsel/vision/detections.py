"""Objects out of a detector's numbers: overlapping ones suppressed, boxes back in pixels of the image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sqlsel.vision.feeding import Placement

    Doubles = NDArray[np.float64]
    Integers = NDArray[np.int64]

MOST = 300
"""Objects of an image that are kept at most, those of the highest scores."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The objects in one image.

    Attributes:
        boxes: (n, 4) float64.
        classes: (n,) int64, numbers of classes.
        scores: (n,) float64, 0..1.
        probabilities: (n, C) float64, rows of sum 1.
    """

    boxes: Doubles
    classes: Integers
    scores: Doubles
    probabilities: Doubles

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Found:
        """Some of the objects."""
        return Found(self.boxes[rows], self.classes[rows], self.scores[rows], self.probabilities[rows])


def suppress(boxes: Doubles, classes: Integers, scores: Doubles, iou: float) -> NDArray[np.intp]:
    """Non-maximum suppression by class.

    The box of the highest score stays and those of its class go that share more than ``iou`` of their union with it,
    again and again. Equal scores count in the order they come in.

    Args:
        boxes: (n, 4) left, top, right, bottom.
        classes: (n,)
        scores: (n,)
        iou: Intersection over union, 0..1.

    Returns:
        Rows that stay, the highest score first, at most 300.
    """
    order = np.argsort(-scores, kind="stable")
    areas = np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0), axis=1)
    kept: list[int] = []
    while len(order) and len(kept) < MOST:
        best, order = int(order[0]), order[1:]
        kept.append(best)
        corners = np.maximum(boxes[best, :2], boxes[order, :2]), np.minimum(boxes[best, 2:], boxes[order, 2:])
        shared = np.prod(np.maximum(corners[1] - corners[0], 0), axis=1)
        union = areas[best] + areas[order] - shared
        overlap = shared > iou * union
        order = order[~(overlap & (classes[order] == classes[best]))]
    return np.array(kept, dtype=np.intp)


def in_pixels(found: Found, placement: Placement) -> Found:
    """The objects with their boxes as x, y, width, height in pixels of the image, cut at its edges.

    Those that lie outside are gone.

    Args:
        found: Boxes are left, top, right, bottom in pixels of the model's input.
        placement: Where the image lies in that.
    """
    scale, shift = np.array(placement.scale * 2), np.array(placement.shift * 2)
    corners = np.clip((found.boxes - shift) / scale, 0, np.array(placement.size * 2, dtype=np.float64))
    sizes = corners[:, 2:] - corners[:, :2]
    boxes = np.concatenate([corners[:, :2], sizes], axis=1)
    moved = Found(boxes, found.classes, found.scores, found.probabilities)
    return moved.take((sizes > 0).all(axis=1))


def shares(scores: Doubles) -> Doubles:
    """Class scores, (n, C), as probabilities: divided by their sum, the same for all where that is 0."""
    total = scores.sum(axis=1, keepdims=True)
    even = np.full_like(scores, 1 / max(scores.shape[1], 1))
    divided: Doubles = np.divide(scores, total, out=even, where=total > 0)
    return divided


def spread(classes: Integers, scores: Doubles, number: int) -> Doubles:
    """Probabilities where there are scores and classes alone: the class has the score, the others share the rest."""
    if number == 1:
        return np.ones((len(scores), 1))
    rest = np.repeat(((1 - scores) / (number - 1))[:, None], number, axis=1)
    rest[np.arange(len(scores)), classes] = scores
    return rest


def softmax(rows: Doubles) -> Doubles:
    """Probabilities of each row: as they are where they are some already (sum 1 within 0.001), else the softmax."""
    given = (rows >= 0).all(axis=1) & (np.abs(rows.sum(axis=1) - 1) <= 1e-3)
    raised = np.exp(rows - rows.max(axis=1, keepdims=True))
    soft: Doubles = raised / raised.sum(axis=1, keepdims=True)
    return np.where(given[:, None], rows, soft)
