"""A part of a YOLO dataset: the label files of the images of a tag, byte for byte, and its yaml file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlsel.errors import IngestError, Problem, UsageError
from sqlsel.exports.label_source import read_text
from sqlsel.exports.matching import match_names
from sqlsel.exports.yaml_text import with_values

if TYPE_CHECKING:
    from sqlsel.datasets.label_files import LabelFile
    from sqlsel.exports.chosen import ChosenImage
    from sqlsel.sources.labels.yolo import Split


@dataclass(frozen=True, slots=True)
class YoloPart:
    """A part of a YOLO dataset.

    Attributes:
        config: Name and text of its yaml file.
        folders: Folders that it has, if only empty: those that the yaml file names.
        labels: By name below the folder, the label files of its images.
        images: By name below the folder, its image files.
        found: File names of the images that are in it.
        kept_lines: By name of a label file, the numbers of the objects that stay, where not all do.
        problems: Notices.
    """

    config: tuple[str, str]
    folders: tuple[str, ...]
    labels: dict[str, Path]
    images: dict[str, Path]
    found: frozenset[str]
    kept_lines: dict[str, frozenset[int]]
    problems: tuple[Problem, ...]


def yolo_part(source: LabelFile, images: tuple[ChosenImage, ...], *, single_objects: bool) -> YoloPart:
    """The part of a YOLO dataset that is about some images, in the same folders below the new one.

    The yaml file keeps its text; only ``path`` goes, which leads to the old folder, and folders of images that were not
    told from that of the yaml file are. An image without a label file has none in the part either.

    Args:
        source: The yaml file.
        images: The images.
        single_objects: Whether only the lines of their chosen objects stay.

    Raises:
        UsageError: If the file cannot be read as that of a YOLO dataset.
    """
    from sqlsel.sources.labels.yolo import yolo_splits

    try:
        root, splits = yolo_splits(source.file)
    except IngestError as failure:
        raise UsageError(failure.message, hint=failure.hint) from None
    there = {name: split for split in splits for name in _image_names(split, root)}
    names = match_names([image.file_name for image in images], there, source.prefix)
    by_name = {image.file_name: image for image in images}
    labels, kept = {}, {}
    for own, name in names.items():
        split = there[name]
        label = (split.labels / (root / name).relative_to(split.images)).with_suffix(".txt")
        if label.is_file():
            place = _below(label, root)
            labels[place] = label
            if single_objects and (objects := by_name[own].objects) is not None:
                kept[place] = objects
    return YoloPart(
        config=(source.file.name, _config(source.file, root, splits)),
        folders=tuple(_below(split.images, root) for split in splits),
        labels=labels,
        images={name: root / name for name in names.values()},
        found=frozenset(names),
        kept_lines=kept,
        problems=tuple(_empty(splits, {there[name].images for name in names.values()})),
    )


def _image_names(split: Split, root: Path) -> list[str]:
    """The images of a part, named from the folder of the dataset."""
    from sqlsel.sources.images import IMAGE_SUFFIXES, suffix

    found = []
    for place, _, names in os.walk(split.images):
        found += [_below(Path(place) / name, root) for name in names if suffix(name) in IMAGE_SUFFIXES]
    return sorted(found)


def _below(path: Path, root: Path) -> str:
    return Path(os.path.relpath(path, root)).as_posix()


def _config(file: Path, root: Path, splits: list[Split]) -> str:
    return with_values(read_text(file), {"path": None, **{one.name: _below(one.images, root) for one in splits}})


def _empty(splits: list[Split], used: set[Path]) -> list[Problem]:
    """Notices about parts that have no image any more."""
    empty = [one.name for one in splits if one.images not in used]
    message = f"no image of {' and '.join(empty)} is in the tag: that folder is empty, and no model trains with it"
    return [Problem(where="", message=message, severity="notice")] if empty else []


def only_lines(text: str, numbers: frozenset[int]) -> str:
    """The lines of some objects of a label file; lines without an object stay."""
    kept, number = [], 0
    for line in text.splitlines(keepends=True):
        if not line.strip() or number in numbers:
            kept.append(line)
        number += bool(line.strip())
    return "".join(kept)
