"""The boxes of a task on the images of a tag, as writers of annotations take them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlsel.exports.media import folders_of
from sqlsel.exports.predicted import boxed, predicted, the_task
from sqlsel.exports.sizes import NO_SIZE, image_sizes

if TYPE_CHECKING:
    from sqlsel.engines.base import Engine
    from sqlsel.errors import Problem
    from sqlsel.exports.chosen import Chosen, ChosenImage
    from sqlsel.exports.options import ExportOptions
    from sqlsel.exports.predicted import Predicted
    from sqlsel.exports.sizes import Size
    from sqlsel.facts import TaskFacts


@dataclass(frozen=True, slots=True)
class BoxedImage:
    """One image.

    Attributes:
        image: The image.
        size: Its width and height in pixels.
        objects: Its objects, all with boxes; none where nothing was found.
    """

    image: ChosenImage
    size: Size
    objects: tuple[Predicted, ...]


@dataclass(frozen=True, slots=True)
class Boxes:
    """The boxes of a task.

    Attributes:
        task: The task.
        images: The images, in the order of the tag.
        problems: What was left out, as notices.
    """

    task: TaskFacts
    images: tuple[BoxedImage, ...]
    problems: tuple[Problem, ...]


def tag_boxes(engine: Engine, chosen: Chosen, options: ExportOptions, format_name: str) -> Boxes:
    """The boxes of one task on the images of a tag.

    Raises:
        UsageError: If it is not clear which task, or images lack a size or a prediction and may not be left out.
    """
    task = the_task(engine, chosen, options.task, format_name)
    found = predicted(engine, chosen, task, all_objects=options.all_objects)
    without = [image.file_name for image in chosen.images if image.sample_id not in found]
    problems = options.lacking(without, len(chosen.images), f"have no prediction of task {task.name!r}")
    images = [image for image in chosen.images if image.sample_id in found]
    sizes = image_sizes(images, folders_of(engine, chosen.dataset, options.images))
    unsized = [image.file_name for image in images if image.file_name not in sizes]
    problems += options.lacking(unsized, len(images), NO_SIZE)
    boxes = (
        BoxedImage(image, sizes[image.file_name], tuple(boxed(found[image.sample_id])))
        for image in images
        if image.file_name in sizes
    )
    return Boxes(task, tuple(boxes), problems)
