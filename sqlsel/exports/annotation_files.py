"""Annotations of the images of a tag in one file: COCO, Label Studio, CVAT."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from sqlsel.errors import Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sqlsel.exports.job import Job, Outcome
    from sqlsel.exports.label_studio import Layer
    from sqlsel.facts import TaskFacts


def write_coco(job: Job, out: BinaryIO) -> Outcome:
    """A part of the COCO file that the dataset was read from; where it was not, COCO made of its predictions."""
    from sqlsel.exports.coco_subset import coco_part
    from sqlsel.exports.label_source import label_source

    source = label_source(job.engine, job.chosen.dataset, "COCO", job.options)
    if source is None:
        return _coco_of_predictions(job, out)
    for file in (source.file, source.annotations):
        _refuse_to_replace(file, job.target)
    part = coco_part(source, job.chosen.images, single_objects=job.single_objects(source.task))
    problems = job.lacking(part.found, f"are not in {source.file.name}")
    _write(part.pieces, out)
    return len(part.found), problems


def _coco_of_predictions(job: Job, out: BinaryIO) -> Outcome:
    from sqlsel.exports.boxes import tag_boxes
    from sqlsel.exports.coco_made import coco_made

    boxes = tag_boxes(job.engine, job.chosen, job.options, "coco")
    _write(coco_made(boxes, f"tag {job.chosen.tag} of {job.chosen.dataset}, selected by sqlsel"), out)
    return len(boxes.images), (_made("COCO", boxes.task.name), *boxes.problems)


def _made(form: str, task: str) -> Problem:
    message = f"the dataset was not read from {form}; this is made of the predictions of task {task}"
    return Problem(where="", message=message, severity="notice")


def write_cvat(job: Job, out: BinaryIO) -> Outcome:
    """XML of CVAT with the boxes of a task."""
    from sqlsel.exports.boxes import tag_boxes
    from sqlsel.exports.through_labelformat import cvat_xml

    boxes = tag_boxes(job.engine, job.chosen, job.options, "cvat")
    out.write(cvat_xml(boxes))
    return len(boxes.images), boxes.problems


def write_label_studio(job: Job, out: BinaryIO) -> Outcome:
    """Tasks of Label Studio, each on a line of its own in one list."""
    from sqlsel.exports.label_studio import label_studio_tasks, needing_sizes
    from sqlsel.exports.media import folders_of
    from sqlsel.exports.plain import json_text
    from sqlsel.exports.sizes import NO_SIZE, image_sizes

    layers, problems = _layers(job)
    needing = set(needing_sizes(job.chosen.images, layers))
    folders = folders_of(job.engine, job.chosen.dataset, job.options.images)
    sizes = image_sizes((one for one in job.chosen.images if one.file_name in needing), folders)
    left_out = needing - sizes.keys()
    problems += job.options.lacking(left_out, len(job.chosen.images), NO_SIZE)
    between, count = b"[\n ", 0
    for task, image in zip(label_studio_tasks(job.chosen, layers, sizes, job.options), job.chosen.images, strict=True):
        if image.file_name not in left_out:
            out.write(between + json_text(task).encode())
            between, count = b",\n ", count + 1
    out.write(b"\n]\n")
    return count, problems


def write_label_studio_config(job: Job, out: BinaryIO) -> Outcome:
    """The labelling config that fits the tasks."""
    from sqlsel.exports.label_studio import label_studio_config
    from sqlsel.exports.predicted import has_boxes

    tasks, problems = _tasks(job)
    out.write(label_studio_config([(task, has_boxes(task)) for task in tasks], job.options).encode())
    return len(job.chosen.images), problems


def _layers(job: Job) -> tuple[list[Layer], tuple[Problem, ...]]:
    from sqlsel.exports.label_studio import Layer
    from sqlsel.exports.predicted import has_boxes, predicted

    tasks, problems = _tasks(job)
    layers = []
    for task in tasks:
        found = predicted(job.engine, job.chosen, task, all_objects=job.options.all_objects)
        layers.append(Layer(task, has_boxes(task), job.options.model_version or _maker(job, task.name), found))
    return layers, problems


def _tasks(job: Job) -> tuple[list[TaskFacts], tuple[Problem, ...]]:
    """The tasks that Label Studio is told of; masks are not in the database."""
    from sqlsel.exports.predicted import tasks_of

    tasks = tasks_of(job.engine, job.chosen, job.options.task)
    kept = [task for task in tasks if task.task_type != "semantic-segmentation"]
    left = [task.name for task in tasks if task not in kept]
    message = f"masks of task {', '.join(left)} are not in the database, so there are no pre-annotations of it"
    return kept, (Problem(where="", message=message, severity="notice"),) if left else ()


def _maker(job: Job, task: str) -> str:
    """What predicted: the model that sqlsel ran, else the task."""
    from sqlsel.datasets.imagery import maker_of
    from sqlsel.datasets.tables import PREDICTIONS

    maker = maker_of(job.engine, job.chosen.dataset, PREDICTIONS, task) or {}
    model = maker.get("model")
    return model if isinstance(model, str) else task


def _write(pieces: Iterable[str], out: BinaryIO) -> None:
    out.writelines(piece.encode() for piece in pieces)


def _refuse_to_replace(file: Path | None, target: Path | None) -> None:
    """Raise UsageError if what is written would take the place of what it is a part of."""
    if file is not None and target is not None and file.resolve() == target.resolve():
        raise UsageError(f"{target}: the file that a part is taken of", hint="write the part to another file: -o FILE")
