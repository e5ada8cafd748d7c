"""YOLO: a text file of labels beside each image, and a yaml file with the folders and the classes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlsel.datasets.label_files import LabelFile
from sqlsel.errors import IngestError, UsageError
from sqlsel.sources.labels.model import Labels
from sqlsel.sources.labels.yolo_rows import read_line
from sqlsel.sources.lightly.faults import BadFileError
from sqlsel.sources.lightly.tasks import Task
from sqlsel.words import quoted, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from labelformat.formats import YOLOv8ObjectDetectionInput

    from sqlsel.facts import TaskType
    from sqlsel.sources.labels.model import Labelled
    from sqlsel.sources.lightly.faults import Faults
    from sqlsel.sources.lightly.singletons import Values

_SPLITS = ("train", "val", "valid", "test")


@dataclass(frozen=True, slots=True)
class Split:
    """One part of a YOLO dataset.

    Attributes:
        name: ``train``, ``val`` or ``test``.
        reader: What knows its images, their sizes and the classes.
        images: The folder of its images.
        labels: The folder of its labels.
    """

    name: str
    reader: YOLOv8ObjectDetectionInput
    images: Path
    labels: Path


def yolo_labels(file: Path, task: str, split: str | None) -> Labels:
    """The labels of a YOLO dataset. An image without a text file has nothing on it.

    Args:
        file: The yaml file: ``names``, the folders of the images as ``train``, ``val`` and ``test``, and perhaps
            ``path``. The labels are where the folders of the images are, with ``labels`` for ``images`` in the path.
        task: Name of the task that they become.
        split: The only part to be read; None for all that are there.

    Raises:
        UsageError: If there is no such part.
        IngestError: If the file is no such yaml, or folders are missing, be it those of the labels.
    """
    config = _config(file)
    root, present = _opened(file, config, split)
    categories = _categories(file, present[0].reader)
    shape = _keypoint_shape(file, config)
    if not any(one.labels.is_dir() for one in present):
        raise IngestError(
            f"{file}: there is no folder {present[0].labels}",
            hint="labels belong where the images are, with 'labels' for 'images' in the path",
        )

    def read(faults: Faults, _temporary: Path) -> Iterator[Labelled]:
        for one in present:
            prefix = one.images.relative_to(root).as_posix()
            for image in one.reader.get_images():
                label = (one.labels / image.filename).with_suffix(".txt")
                try:
                    objects = _objects(label, categories, (image.width, image.height), shape)
                except BadFileError as fault:
                    shown = label.relative_to(root) if label.is_relative_to(root) else label
                    faults.add_bad(shown.as_posix(), fault)
                else:
                    yield (image.filename if prefix == "." else f"{prefix}/{image.filename}"), objects

    return Labels(LabelFile(task, "YOLO", file), Task(task, _task_type(present, config), categories), root, read)


def yolo_splits(file: Path) -> tuple[Path, list[Split]]:
    """The folder that a YOLO dataset is in, and its parts that are there.

    Raises:
        IngestError: If the file is no yaml of such a dataset, or none of the folders is there.
    """
    return _opened(file, _config(file), None)


def _opened(file: Path, config: dict[str, Any], split: str | None) -> tuple[Path, list[Split]]:
    root = (file.parent / str(config["path"])) if config.get("path") else file.parent
    splits = [_split(file, root, config, name) for name in _names(file, config, split)]
    present = [one for one in splits if one.images.is_dir()]
    if not present:
        raise IngestError(
            f"{file}: there is no folder {splits[0].images}",
            hint="correct 'path' and the folders of the images in the file",
        )
    return root, present


def is_config(file: Path) -> bool:
    """Whether a yaml file tells classes and folders of images."""
    try:
        config = _config(file)
    except IngestError:
        return False
    return "names" in config and any(name in config for name in _SPLITS)


def _config(file: Path) -> dict[str, Any]:
    import yaml

    try:
        config = yaml.safe_load(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as failure:
        text = " ".join(str(failure).split())
        raise IngestError(f"{file}: cannot be read as yaml: {text}", hint="correct it and run it again") from None
    if not isinstance(config, dict):
        raise IngestError(f"{file}: should have 'names' and folders of images", hint="name the data.yaml of a dataset")
    return config


def _names(file: Path, config: dict[str, Any], split: str | None) -> list[str]:
    """The parts to be read."""
    there = [name for name in _SPLITS if config.get(name)]
    wanted = there if split is None else [split]
    if split is not None and not config.get(split):
        raise UsageError(f"{file}: there is no part {split!r}", hint=f"it has {quoted(there)}")
    if not wanted:
        raise IngestError(f"{file}: names no folder of images", hint="add 'train: images/train' or the like")
    for name in wanted:
        if not isinstance(config[name], str):
            raise IngestError(
                f"{file}: {name} should be one folder of images, not {show(config[name])}",
                hint="write a yaml file for each folder, and ingest them one after the other",
            )
    return wanted


def _split(file: Path, root: Path, config: dict[str, Any], name: str) -> Split:
    from labelformat.formats import YOLOv8ObjectDetectionInput

    images = root / config[name]
    if not images.exists() and "path" not in config and config[name].startswith("../"):
        # so that exports of Roboflow are found, which say ../ and mean ./
        images = root / config[name].removeprefix("../")
    images = Path(_normal(images))
    folder = images.relative_to(_normal(root)).as_posix() if images.is_relative_to(_normal(root)) else ""
    if not folder:
        raise IngestError(f"{file}: the folder {images} is not below {root}", hint="say with 'path' what both are in")
    labels = root / folder.replace("images", "labels", 1)
    return Split(name, YOLOv8ObjectDetectionInput(input_file=file, input_split=name), root / folder, labels)


def _normal(path: Path) -> str:
    import os.path

    return os.path.normpath(path)


def _categories(file: Path, reader: YOLOv8ObjectDetectionInput) -> dict[int, str]:
    try:
        names = {category.id: str(category.name) for category in reader.get_categories()}
    except (KeyError, IndexError, TypeError, ValueError):
        names = {}
    if not names or len(set(names.values())) < len(names):
        raise IngestError(
            f"{file}: 'names' should name each class once, counted from 0 without gaps",
            hint="write it as a list, or as numbers and names",
        )
    return names


def _keypoint_shape(file: Path, config: dict[str, Any]) -> tuple[int, int]:
    """How many keypoints objects have, and of how many numbers each; 0 of 0 where they have none."""
    shape = config.get("kpt_shape", [0, 0])
    if not isinstance(shape, list) or len(shape) != 2 or not all(type(edge) is int and edge >= 0 for edge in shape):
        raise IngestError(f"{file}: kpt_shape should be two whole numbers, not {show(shape)}", hint="such as [17, 3]")
    return shape[0], shape[1]


def _objects(label: Path, categories: dict[int, str], size: tuple[int, int], shape: tuple[int, int]) -> list[Values]:
    """What a text file says, line by line: labelformat leaves out lines that it cannot use, and tells nobody."""
    try:
        text = label.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError:
        raise BadFileError("cannot be read: the text is not UTF-8") from None
    except OSError as failure:
        raise BadFileError(f"cannot be read: {failure.strerror}") from None
    objects = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                objects.append(read_line(line, categories, size, shape))
            except BadFileError as fault:
                raise BadFileError(fault.message, f"{number}") from None
    return objects


def _task_type(splits: list[Split], config: dict[str, Any]) -> TaskType:
    """What the first line of labels has."""
    if "kpt_shape" in config:
        return "keypoint-detection"
    for split in splits:
        for file in sorted(split.labels.rglob("*.txt"))[:50]:
            fields = next((line.split() for line in file.read_text(errors="replace").splitlines() if line.strip()), [])
            if fields:
                return "instance-segmentation" if len(fields) > 6 else "object-detection"
    return "object-detection"
