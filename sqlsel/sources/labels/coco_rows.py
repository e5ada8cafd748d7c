"""One annotation or detection of a COCO file, checked."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlsel.sources.lightly.documents import kind
from sqlsel.sources.lightly.faults import BadFileError

if TYPE_CHECKING:
    from sqlsel.sources.labels.coco import Coco

_NOWHERE = [0, 0, 0, 0]


@dataclass(frozen=True, slots=True)
class Checked:
    """An annotation that can be used.

    Attributes:
        row: ``image_id``, ``category_id``, ``bbox`` and, where it has one, ``score``.
        has_box: Whether the box is its own.
        area: Its area in pixels; None where it does not say.
        keypoint_confidence: Mean confidence of its keypoints; None where it has none.
    """

    row: dict[str, Any]
    has_box: bool
    area: float | None
    keypoint_confidence: float | None


def check_annotation(row: Any, coco: Coco) -> tuple[int | str, Checked]:  # noqa: ANN401 - whatever the JSON holds
    """The image of an annotation, and what it says.

    Raises:
        BadFileError: If it cannot be used; the place is the field.
    """
    if not isinstance(row, dict):
        raise BadFileError(f"should be an object, not {kind(row)}")
    image, category, box = row.get("image_id"), row.get("category_id"), row.get("bbox")
    if type(image) not in (int, str) or image not in coco.images:
        raise BadFileError(f"should be the id of one of the images, not {kind(image)}", "image_id")
    if type(category) is not int or category not in coco.categories:
        raise BadFileError(f"should be the id of one of the categories, not {kind(category)}", "category_id")
    if box is not None:
        _check_box(box)
    plain = {"image_id": image, "category_id": category, "bbox": box or _NOWHERE}
    score, area = row.get("score"), row.get("area")
    if score is not None:
        plain["score"] = _score(score)
    if area is not None and not (_is_number(area) and area >= 0):
        raise BadFileError(f"should be a number from 0 on, not {kind(area)}", "area")
    confidence = _keypoint_confidence(row.get("keypoints")) if coco.is_detections else None
    return image, Checked(plain, bool(box), None if area is None else float(area), confidence)


def _is_number(value: Any) -> bool:  # noqa: ANN401 - whatever the JSON holds
    return type(value) in (int, float) and math.isfinite(value)


def _check_box(box: Any) -> None:  # noqa: ANN401 - whatever the JSON holds
    if not isinstance(box, list) or len(box) != 4 or not all(_is_number(edge) for edge in box):
        found = f"a list of {len(box)}" if isinstance(box, list) and len(box) != 4 else kind(box)
        raise BadFileError(f"should be four numbers (x, y, width, height), not {found}", "bbox")
    if min(box[2:]) < 0:
        raise BadFileError(f"width and height should be 0 or more, not {min(box[2:])}", "bbox")


def _score(score: Any) -> float:  # noqa: ANN401 - whatever the JSON holds
    # single precision may leave 0..1 a little
    if not _is_number(score) or not 0 <= score <= 1 + 1e-6:
        raise BadFileError(f"should be a number from 0 to 1, not {kind(score)}", "score")
    return min(float(score), 1.0)


def _keypoint_confidence(keypoints: Any) -> float | None:  # noqa: ANN401 - whatever the JSON holds
    """Mean of every third number, where models put confidences; None where these are anything else."""
    if not isinstance(keypoints, list) or not keypoints or len(keypoints) % 3:
        return None
    confidences = keypoints[2::3]
    if not all(_is_number(value) and 0 <= value <= 1 for value in confidences):
        return None
    return math.fsum(confidences) / len(confidences)
