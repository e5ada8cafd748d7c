"""One line of a YOLO label file."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sqlsel.sources.lightly.faults import BadFileError
from sqlsel.words import show

if TYPE_CHECKING:
    from sqlsel.sources.lightly.singletons import Values

_BOX = 5
_POLYGON = 7
# Models draw boxes that reach out of the image a little.
_LARGEST_SHARE = 1.5


def read_line(line: str, categories: dict[int, str], size: tuple[int, int], shape: tuple[int, int] = (0, 0)) -> Values:
    """One object: a class, a box (center, width, height) or a polygon as shares of the image, and perhaps a score.

    Args:
        line: Numbers with blanks between them.
        categories: Names of the classes by number.
        size: Width and height of the image in pixels.
        shape: How many keypoints follow the box, and of how many numbers each: 2, or 3 with a confidence.

    Returns:
        Category, score, no probabilities, box and area in pixels, and the mean confidence of the keypoints, which only
        lines with a score have: where there is none, the third number says if the point is visible.

    Raises:
        BadFileError: If it is no such line.
    """
    first, *rest = line.split()
    numbers = _numbers(rest)
    category = categories.get(int(first)) if first.isdecimal() else None
    if category is None:
        raise BadFileError(f"should begin with the number of a class (0 to {max(categories)}), not {show(first)}")
    if len(numbers) < _BOX - 1:
        raise BadFileError(
            f"should have a class, a box of four numbers and perhaps a score, not {len(rest) + 1} fields"
        )
    if math.prod(shape):
        return (category, *_posed(numbers, size, shape))
    score = _score(numbers.pop()) if len(numbers) % 2 else None
    if max(numbers) > _LARGEST_SHARE:
        raise BadFileError(f"should be shares of the image (0 to 1), not pixels such as {max(numbers):g}")
    box, area = (_box if len(numbers) < _POLYGON - 1 else _polygon)(numbers, size)
    return category, score, None, box, area, None


def _posed(numbers: list[float], size: tuple[int, int], shape: tuple[int, int]) -> tuple[Any, ...]:
    """What follows the class of an object with keypoints."""
    end = _BOX - 1 + math.prod(shape)
    if len(numbers) not in (end, end + 1):
        raise BadFileError(f"should have a class, a box, {shape[0]} keypoints and perhaps a score: {end + 1} fields")
    score = _score(numbers[end]) if len(numbers) > end else None
    box, area = _box(numbers[: _BOX - 1], size)
    if score is None or shape[1] != 3:
        return score, None, box, area, None
    confidences = [_score(number) for number in numbers[_BOX + 1 : end : 3]]
    return score, None, box, area, math.fsum(confidences) / shape[0]


def _numbers(fields: list[str]) -> list[float]:
    numbers = []
    for field in fields:
        try:
            number = float(field)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise BadFileError(f"should be numbers, not {show(field)}")
        numbers.append(number)
    return numbers


def _score(score: float) -> float:
    if not 0 <= score <= 1 + 1e-6:
        raise BadFileError(f"a score should be from 0 to 1, not {show(score)}")
    return score


def _box(numbers: list[float], size: tuple[int, int]) -> tuple[list[float], float]:
    from labelformat.model.bounding_box import BoundingBox, BoundingBoxFormat

    center = [share * edge for share, edge in zip(numbers, size * 2, strict=True)]
    if min(center[2:]) < 0:
        raise BadFileError("a width or height should be 0 or more")
    box = BoundingBox.from_format(center, BoundingBoxFormat.CXCYWH).to_format(BoundingBoxFormat.XYWH)
    return [float(edge) for edge in box], center[2] * center[3]


def _polygon(numbers: list[float], size: tuple[int, int]) -> tuple[list[float], float]:
    """The box around a polygon, and the area in it."""
    xs, ys = ([share * edge for share in numbers[place::2]] for place, edge in enumerate(size))
    crossed = zip(xs, ys, xs[1:] + xs[:1], ys[1:] + ys[:1], strict=True)
    area = abs(math.fsum(x * below - right * y for x, y, right, below in crossed)) / 2
    return [min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)], area
