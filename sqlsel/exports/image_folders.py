"""Folders with the image files of a tag, with or without labels of YOLO."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.errors import Problem
from sqlsel.exports.media import find_images, folders_of, names_below, put_files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sqlsel.exports.job import Job, Outcome


def write_images(job: Job, folder: Path) -> Outcome:
    """The image files, copied or linked, under the names that they have in the dataset, with their folders."""
    files, problems = _files(job)
    put_files(files, folder, job.options.media or "copy", job.options.progress)
    return len(files), problems


def _files(job: Job, names: list[str] | None = None) -> tuple[dict[str, Path], tuple[Problem, ...]]:
    """The image files by their names below a folder, and notices about those that are not there."""
    names = job.chosen.names() if names is None else names
    folders = folders_of(job.engine, job.chosen.dataset, job.options.images)
    found = find_images(names, folders)
    places = " or ".join(str(folder) for folder in folders)
    what = (
        f"have no file in {places}"
        if places
        else "have no file: the folder of the images is not known, --images names it"
    )
    problems = job.options.lacking([name for name in names if name not in found], len(names), what)
    below = names_below(list(found))
    return {below[name]: path for name, path in found.items()}, problems


def write_yolo(job: Job, folder: Path) -> Outcome:
    """A part of the YOLO dataset that the dataset was read from; where it was not, YOLO made of its predictions."""
    from sqlsel.exports.label_source import label_source
    from sqlsel.exports.yolo_subset import yolo_part

    source = label_source(job.engine, job.chosen.dataset, "YOLO", job.options)
    if source is None:
        return _yolo_of_predictions(job, folder)
    part = yolo_part(source, job.chosen.images, single_objects=job.single_objects(source.task))
    problems = job.lacking(part.found, f"are not in the dataset of {source.file.name}")
    name, text = part.config
    (folder / name).write_text(text, encoding="utf-8", newline="")
    for place in part.folders:
        (folder / place).mkdir(parents=True, exist_ok=True)
    _put_labels(part.labels, part.kept_lines, folder)
    _put_media(job, part.images, folder)
    return len(part.found), (*problems, *part.problems)


def _put_labels(labels: Mapping[str, Path], kept_lines: Mapping[str, frozenset[int]], folder: Path) -> None:
    from sqlsel.exports.yolo_subset import only_lines

    put_files({name: path for name, path in labels.items() if name not in kept_lines}, folder, "copy")
    for name, numbers in kept_lines.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        text = labels[name].read_bytes().decode("utf-8", "surrogateescape")
        (folder / name).write_bytes(only_lines(text, numbers).encode("utf-8", "surrogateescape"))


def _put_media(job: Job, files: Mapping[str, Path], folder: Path) -> None:
    media = job.options.media or "copy"
    if media != "none":
        put_files(files, folder, media, job.options.progress)


def _yolo_of_predictions(job: Job, folder: Path) -> Outcome:
    from sqlsel.exports.boxes import tag_boxes
    from sqlsel.exports.through_labelformat import write_yolo as write_labels

    boxes = tag_boxes(job.engine, job.chosen, job.options, "yolo")
    names = names_below([one.image.file_name for one in boxes.images])
    write_labels(boxes, names, folder)
    message = f"the dataset was not read from YOLO; this is made of the predictions of task {boxes.task.name}"
    problems = (Problem(where="", message=message, severity="notice"), *boxes.problems)
    (folder / "images").mkdir()
    if job.options.media != "none":
        files, missing = _files(job, list(names))
        problems += missing
        _put_media(job, {f"images/{name}": path for name, path in files.items()}, folder)
    return len(boxes.images), problems
