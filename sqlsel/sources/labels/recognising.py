"""Which files are labels, and of which format: by what is in them."""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING, Literal

from sqlsel.sources.labels.needs import can_read_labels
from sqlsel.sources.labels.yolo import is_config

if TYPE_CHECKING:
    from pathlib import Path

Format = Literal["coco", "detections", "yolo", "voc"]

_PEEK = 1 << 20
# Folders with a JSON file for each image are no COCO; of XML files some may be empty or broken.
_FILES = 50
_KEYS = tuple(re.compile(rf'"{key}"\s*:\s*\['.encode()) for key in ("images", "annotations", "categories"))
_VOC_FOLDERS = ("Annotations", "annotations", "labels")


def file_labels(file: Path) -> Format | None:
    """The format of a file of labels; None if it is none.

    JSON is read at its first and its last megabyte, which say that it has images, annotations and categories, or that
    it is a list of detections.
    """
    suffix = file.suffix.lower()
    if suffix in (".yaml", ".yml"):
        return "yolo"
    if suffix == ".xml":
        return "voc"
    return _json_labels(file) if suffix == ".json" else None


def folder_labels(folder: Path) -> list[tuple[Format, Path]]:
    """The labels in a folder: yaml files of YOLO, folders of Pascal VOC files, and COCO annotations."""
    found: list[tuple[Format, Path]] = []
    if can_read_labels():
        configs = sorted(path for path in folder.glob("*.y*ml") if path.suffix in (".yaml", ".yml"))
        found += [("yolo", path) for path in configs if is_config(path)]
    places = [folder, *(folder / name for name in _VOC_FOLDERS)]
    found += [("voc", place) for place in _distinct(places) if _is_voc(place)]
    for place in _distinct([folder, folder / "annotations"]):
        files = sorted(place.glob("*.json"))[:_FILES]
        found += [("coco", path) for path in files if _json_labels(path) == "coco"]
    return found


def _distinct(folders: list[Path]) -> list[Path]:
    """The folders that are there, each once, where file systems make no difference of case."""
    kept: list[Path] = []
    for folder in folders:
        if folder.is_dir() and not any(folder.samefile(other) for other in kept):
            kept.append(folder)
    return kept


def _is_voc(folder: Path) -> bool:
    return any(_begins_with_annotation(path) for path in sorted(folder.glob("*.xml"))[:_FILES])


def _begins_with_annotation(path: Path) -> bool:
    with path.open("rb") as file:
        return b"<annotation" in file.read(4_096)


def _json_labels(path: Path) -> Literal["coco", "detections"] | None:
    try:
        with path.open("rb") as file:
            head = file.read(_PEEK)
            file.seek(max(0, path.stat().st_size - _PEEK))
            tail = file.read(_PEEK)
    except OSError:
        return None
    begin = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if begin.startswith(b"{"):
        images, annotations, categories = (bool(key.search(head) or key.search(tail)) for key in _KEYS)
        return "coco" if images + annotations + categories > 1 and (images or annotations) else None
    return "detections" if begin.startswith(b"[") and _is_detection(begin) else None


def _is_detection(text: bytes) -> bool:
    """Whether a list begins with an object that has the ids of an image and of a category, and where it is."""
    try:
        first, _ = json.JSONDecoder().raw_decode(text[1:].decode(errors="replace").lstrip())
    except ValueError:
        return False
    located = ("bbox", "segmentation", "keypoints")
    return (
        isinstance(first, dict)
        and {"image_id", "category_id"} <= first.keys()
        and any(name in first for name in located)
    )
