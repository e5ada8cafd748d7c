"""COCO made of predictions, for datasets that were not read from a COCO file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlsel.exports.boxes import Boxes
    from sqlsel.exports.predicted import Predicted


def coco_made(boxes: Boxes, description: str) -> Iterator[str]:
    """A COCO document in pieces: images and annotations are numbered from 1, categories in the order of the task.

    Boxes are as they are stored, ``score`` and ``area`` where they are known, else ``area`` is that of the box.
    labelformat's writer is not used here: it gives annotations no ids, without which COCO's own tools do not read them.
    """
    numbers = {name: number for number, name in enumerate(boxes.task.categories, start=1)}
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, one in enumerate(boxes.images, start=1):
        width, height = one.size
        images.append({"id": number, "file_name": one.image.file_name, "width": width, "height": height})
        for found in one.objects:
            annotations.append({"id": len(annotations) + 1, "image_id": number, **_annotation(found, numbers)})
    categories = [{"id": number, "name": name} for name, number in numbers.items()]
    yield json.dumps({"info": {"description": description}, "licenses": []})[:-1]
    for key, entries in (("images", images), ("annotations", annotations), ("categories", categories)):
        yield f',\n "{key}": ['
        yield ",".join(f"\n  {json.dumps(entry, ensure_ascii=False)}" for entry in entries)
        yield "\n ]"
    yield "}\n"


def _annotation(found: Predicted, numbers: dict[str, int]) -> dict[str, Any]:
    bbox = list(found.bbox or ())
    area = bbox[2] * bbox[3] if found.area is None else found.area
    scored = {} if found.score is None else {"score": found.score}
    return {"category_id": numbers[found.category], "bbox": bbox, "area": area, "iscrowd": 0, **scored}
