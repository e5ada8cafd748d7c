"""Label Studio: tasks to import, with predictions as pre-annotations, and a labelling config that fits them.

The format is that of https://labelstud.io/guide/tasks and https://labelstud.io/guide/predictions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from sqlsel.errors import UsageError
from sqlsel.exports.options import LOCAL_FILES
from sqlsel.exports.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlsel.exports.chosen import Chosen, ChosenImage
    from sqlsel.exports.options import ExportOptions
    from sqlsel.exports.predicted import Predicted
    from sqlsel.exports.sizes import Size
    from sqlsel.facts import TaskFacts

_CLOUD = ("s3://", "gs://", "azure-blob://")
_CHOICE, _BOX, _IMAGE = "choice", "label", "image"


@dataclass(frozen=True, slots=True)
class Layer:
    """What one task of the dataset says.

    Attributes:
        task: The task.
        boxes: Whether it is about objects with boxes; else about classes of whole images.
        model_version: Who predicted.
        found: By sample id, what was predicted.
    """

    task: TaskFacts
    boxes: bool
    model_version: str
    found: Mapping[Any, Sequence[Predicted]]


def label_studio_tasks(
    chosen: Chosen, layers: Sequence[Layer], sizes: Mapping[str, Size], options: ExportOptions
) -> Iterator[dict[str, Any]]:
    """One task an image, in the order of the tag.

    ``data`` has the link to the image, and ``sample_id``, ``file_name``, ``rank``, ``gain`` and ``metadata`` to sort
    and filter by. Each task of the dataset is a prediction with its ``model_version`` and, where objects have scores,
    their mean as ``score``: a class is one of ``choices``, an object a rectangle in percent of width and height, which
    ends where the image ends.

    Args:
        chosen: The images.
        layers: What is predicted.
        sizes: By file name, width and height in pixels.
        options: The links, and the names of the controls.
    """
    for number, image in enumerate(chosen.images, start=1):
        data = {
            "image": image_url(image.file_name, options.image_url or LOCAL_FILES),
            "sample_id": image.sample_id,
            "file_name": image.file_name,
            "rank": image.rank,
            "gain": image.gain,
            "metadata": image.metadata,
        }
        size = sizes.get(image.file_name)
        predictions = [
            _prediction(layer, layer.found[image.sample_id], f"{number}-{layer.task.name}", size, options)
            for layer in layers
            if image.sample_id in layer.found
        ]
        known = {key: value for key, value in data.items() if value not in (None, {})}
        yield {"data": plain(known), "predictions": predictions}


def image_url(file_name: str, prefix: str) -> str:
    """The link to an image: the prefix and the file name, whose special characters are escaped where it is a URL."""
    return f"{prefix}{file_name if prefix.startswith(_CLOUD) else quote(file_name)}"


def _prediction(
    layer: Layer, objects: Sequence[Predicted], name: str, size: Size | None, options: ExportOptions
) -> dict[str, Any]:
    shapes = [(one, shape) for one in objects if (shape := _shape(layer, one, size)) is not None]
    names = _names(layer, options)
    result = [{"id": f"{name}-{one.number}", **names, **shape, **_score(one.score)} for one, shape in shapes]
    scores = [one.score for one, _ in shapes if one.score is not None]
    mean = {"score": sum(scores) / len(scores)} if scores else {}
    return {"model_version": layer.model_version, **mean, "result": result}


def _shape(layer: Layer, one: Predicted, size: Size | None) -> dict[str, Any] | None:
    """What one object or class is in Label Studio; None where nothing of it lies in the image."""
    if not layer.boxes:
        return {"type": "choices", "value": {"choices": [one.category]}}
    if one.bbox is None or size is None:
        return None
    x, y, width, height = one.bbox
    left, right = (min(max(edge / size[0] * 100, 0.0), 100.0) for edge in (x, x + width))
    top, bottom = (min(max(edge / size[1] * 100, 0.0), 100.0) for edge in (y, y + height))
    if right <= left or bottom <= top:
        return None
    place = {"x": left, "y": top, "width": right - left, "height": bottom - top, "rotation": 0}
    return {
        "type": "rectanglelabels",
        "original_width": size[0],
        "original_height": size[1],
        "image_rotation": 0,
        "value": {**place, "rectanglelabels": [one.category]},
    }


def _names(layer: Layer, options: ExportOptions) -> dict[str, str]:
    return {
        "from_name": options.from_name or (_BOX if layer.boxes else _CHOICE),
        "to_name": options.to_name or _IMAGE,
    }


def _score(score: float | None) -> dict[str, float]:
    return {} if score is None else {"score": score}


def label_studio_config(tasks: Sequence[tuple[TaskFacts, bool]], options: ExportOptions) -> str:
    """A labelling config for a project that the tasks are imported into: the image, and a control for each kind.

    Args:
        tasks: The tasks, and whether they are about boxes.
        options: The names of the controls.

    Raises:
        UsageError: If one name is given for controls of two kinds.
    """
    image = options.to_name or _IMAGE
    lines = ["<View>", f'  <Image name={quoteattr(image)} value="$image"/>']
    kinds = sorted({boxes for _, boxes in tasks})
    if options.from_name is not None and len(kinds) > 1:
        raise UsageError(
            "--from-name names one control, and there are two: for classes and for boxes", hint="name one --task"
        )
    for boxes in kinds:
        control, entry, usual = ("RectangleLabels", "Label", _BOX) if boxes else ("Choices", "Choice", _CHOICE)
        name = options.from_name or usual
        classes = dict.fromkeys(name for task, kind in tasks if kind == boxes for name in task.categories)
        lines.append(f"  <{control} name={quoteattr(name)} toName={quoteattr(image)}>")
        lines += [f"    <{entry} value={quoteattr(category)}/>" for category in classes]
        lines.append(f"  </{control}>")
    return "\n".join([*lines, "</View>", ""])


def needing_sizes(images: Sequence[ChosenImage], layers: Sequence[Layer]) -> list[str]:
    """File names of the images with objects whose place in percent has to be told."""
    boxes = [layer for layer in layers if layer.boxes]
    return [one.file_name for one in images if any(layer.found.get(one.sample_id) for layer in boxes)]
