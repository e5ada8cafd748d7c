"""Labels of a source, opened: the format told, the folder of the images found."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from sqlsel.errors import Problem, UsageError
from sqlsel.sources.labels.coco import coco_labels, read_coco
from sqlsel.sources.labels.needs import can_read_labels, require_labelformat
from sqlsel.sources.labels.places import below, find_images
from sqlsel.sources.labels.recognising import file_labels, folder_labels
from sqlsel.sources.labels.voc import check_files, voc_labels
from sqlsel.sources.labels.yolo import yolo_labels
from sqlsel.words import listing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sqlsel.sources.labels.model import Labels
    from sqlsel.sources.labels.recognising import Format
    from sqlsel.sources.options import ReadOptions

TASK = "objects"
_NAMES = {"coco": "COCO", "detections": "COCO", "yolo": "YOLO", "voc": "Pascal VOC"}


def open_labels(source: Path, options: ReadOptions) -> tuple[Labels | None, tuple[Problem, ...]]:
    """The labels that a source is, or has in it, and notices; None if it has none.

    A file is labels by itself: its images are in ``options.images``, or in the first folder that has one of them: its
    own, those in it, and if it is called annotations or labels, the one around it and those in that. A folder has
    labels where one file of them, or one folder of Pascal VOC files, is in it; its images are in it too. Of several
    nothing is read, and a notice says so.

    Args:
        source: A file or a folder.
        options: The task, the folder of the images, the file that detections refer to, and the part of a YOLO dataset.

    Raises:
        UsageError: If labelformat is not installed, or an option does not fit the source.
        IngestError: If the labels cannot be read at all.
    """
    if source.is_dir():
        return _in_folder(source, options)
    form = file_labels(source)
    if form is None and options.annotations is not None and source.suffix.lower() == ".json":
        form = "detections"
    if form is not None:
        require_labelformat(str(source), _NAMES[form])
    _check_options(source, form, options)
    if form is None:
        return None, ()
    if form == "voc":
        raise UsageError(f"{source}: Pascal VOC labels are a folder of such files", hint="name the folder")
    if form == "yolo":
        return yolo_labels(source, options.task or TASK, options.split), ()
    coco = read_coco(source, options.annotations)
    return coco_labels(coco, options.task or TASK, *_near(source.parent, options, coco.images.values())), ()


def _in_folder(folder: Path, options: ReadOptions) -> tuple[Labels | None, tuple[Problem, ...]]:
    found = folder_labels(folder)
    if len(found) > 1 or (found and not can_read_labels()):
        return None, (_unread(folder, found),)
    form, place = found[0] if found else (None, folder)
    _check_options(folder, form, options)
    task = options.task or TASK
    if form == "yolo":
        return yolo_labels(place, task, options.split), ()
    if form == "voc":
        files = check_files(place)
        return voc_labels(place, task, *_located(folder, options, files.images), files), ()
    if form == "coco":
        coco = read_coco(place, None)
        return coco_labels(coco, task, *_located(folder, options, coco.images.values())), ()
    return None, ()


def _located(folder: Path, options: ReadOptions, names: Iterable[str]) -> tuple[Path, str]:
    """The folder of the images, and what comes before their names there, where labels are in a folder."""
    root, names = options.images or folder, list(names)
    place = find_images(names, below(root))
    if place is not None:
        return root, f"{place.relative_to(root).as_posix()}/" if place != root else ""
    beside = None if options.images else find_images(names, _beside(folder))
    return beside or root, ""


def _near(folder: Path, options: ReadOptions, names: Iterable[str]) -> tuple[Path | None, str]:
    """Likewise where labels are a file in a folder."""
    if options.images:
        return _located(folder, options, names)
    folders = [folder, *([options.annotations.parent] if options.annotations else [])]
    near = (place for one in folders for place in chain(below(one, 1), _beside(one)))
    return find_images(list(names), near), ""


def _beside(folder: Path) -> Iterable[Path]:
    """Where images are beside a folder that is called like one of labels: a name as common as 1.jpg proves little."""
    folder = folder.absolute()
    return below(folder.parent, 1) if folder.name.lower() in ("annotations", "labels") else ()


def _check_options(source: Path, form: Format | None, options: ReadOptions) -> None:
    """Refuse options that this source has no use for."""
    fitting: dict[str, tuple[Format | None, ...]] = {"annotations": ("detections",), "split": ("yolo",)}
    fitting["images"] = ("coco", "detections", "voc", *([None] if source.is_file() else []))
    for option, forms in fitting.items():
        if getattr(options, option) is not None and form not in forms:
            what = {"annotations": "a list of COCO detections", "split": "YOLO", "images": "COCO or Pascal VOC"}[option]
            raise UsageError(f"{source}: {option} is for {what}, and this is not", hint=f"leave {option} out")
    if options.task is not None and form is None:
        raise UsageError(
            f"{source}: task names what labels become, and there are none",
            hint="name columns of a table with predictions; Lightly's tasks are the folders in .lightly/predictions",
        )


def _unread(folder: Path, found: list[tuple[Format, Path]]) -> Problem:
    if not can_read_labels():
        message = "labels in it are not read without labelformat: pip install 'sqlsel[formats]'"
    else:
        names = listing(path.relative_to(folder).as_posix() for _, path in found)
        message = f"labels in it are not read, as there are several ({names}); ingest one by its name"
    return Problem(where=str(folder), message=message, severity="notice")
