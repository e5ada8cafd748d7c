"""Pascal VOC: an XML file for each image."""

from __future__ import annotations

import math
import shutil
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from sqlsel.datasets.label_files import LabelFile
from sqlsel.sources.labels.model import Labels
from sqlsel.sources.lightly.faults import BadFileError, Faults
from sqlsel.sources.lightly.tasks import Task
from sqlsel.words import show

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlsel.sources.labels.model import Labelled
    from sqlsel.sources.lightly.singletons import Values

_CORNERS = ("xmin", "ymin", "xmax", "ymax")


def voc_labels(folder: Path, task: str, root: Path | None, prefix: str, found: VocFiles) -> Labels:
    """The labels of a folder of Pascal VOC files.

    Args:
        folder: The folder with the XML files.
        task: Name of the task that they become.
        root: The folder of the images.
        prefix: What comes before the file names there.
        found: The files, as ``check_files`` found them.
    """
    categories = dict(enumerate(sorted(found.categories)))

    def read(faults: Faults, temporary: Path) -> Iterator[Labelled]:
        faults.count += found.faults.count
        faults.first += found.faults.first[: max(0, 10 - len(faults.first))]
        source = _without(folder, found.bad, temporary) if found.bad else folder
        for name, objects in _through_labelformat(source, list(categories.values())):
            yield f"{prefix}{name}", objects

    source = LabelFile(task, "Pascal VOC", folder, prefix=prefix)
    return Labels(source, Task(task, "object-detection", categories), root, read)


class VocFiles:
    """The XML files of a folder, checked.

    Attributes:
        categories: Names of the classes of their objects.
        images: File names of the first few images.
        bad: Names of the files that cannot be used.
        faults: What is wrong with them.
    """

    def __init__(self) -> None:
        self.categories: set[str] = set()
        self.images: list[str] = []
        self.bad: set[str] = set()
        self.faults = Faults()


def check_files(folder: Path) -> VocFiles:
    """Look through the XML files of a folder: labelformat has to know the classes, and gives up at a bad file."""
    found = VocFiles()
    for file in sorted(folder.glob("*.xml")):
        try:
            name, categories = _check_file(file)
        except BadFileError as fault:
            found.bad.add(file.name)
            found.faults.add_bad(file.name, fault)
        else:
            found.categories |= categories
            if len(found.images) < 20:
                found.images.append(name)
    return found


def _check_file(file: Path) -> tuple[str, set[str]]:
    try:
        tree = ET.parse(file).getroot()  # noqa: S314 - expat bounds how far entities grow
    except (ET.ParseError, OSError, ValueError) as failure:
        raise BadFileError(f"this is no XML: {failure}") from None
    if tree.tag != "annotation":
        raise BadFileError(f"should hold an annotation, not {show(tree.tag)}")
    for edge in ("size/width", "size/height"):
        _number(tree, edge, "", whole=True)
    categories = set()
    for index, one in enumerate(tree.findall("object"), start=1):
        place = f"object[{index}]"
        name = _text(one, "name", place)
        if "," in name:
            raise BadFileError("the name of a class may not have a comma in it", f"{place}/name")
        left, top, right, bottom = (_number(one, f"bndbox/{corner}", place) for corner in _CORNERS)
        if right < left or bottom < top:
            raise BadFileError("xmax and ymax should not be less than xmin and ymin", f"{place}/bndbox")
        categories.add(name)
    return _text(tree, "filename", ""), categories


def _text(node: ET.Element, path: str, place: str) -> str:
    text = node.findtext(path)
    where = f"{place}/{path}" if place else path
    if text is None or not text.strip():
        raise BadFileError("is missing or empty", where)
    return text


def _number(node: ET.Element, path: str, place: str, *, whole: bool = False) -> float:
    text = _text(node, path, place)
    try:
        number = float(int(text) if whole else float(text))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        what = "a whole number" if whole else "a number"
        raise BadFileError(f"should be {what}, not {show(text)}", f"{place}/{path}" if place else path)
    return number


def _without(folder: Path, bad: set[str], temporary: Path) -> Path:
    """A folder with the files that can be used."""
    good = temporary / "voc"
    good.mkdir()
    for file in folder.glob("*.xml"):
        if file.name not in bad:
            shutil.copyfile(file, good / file.name)
    return good


def _through_labelformat(folder: Path, categories: list[str]) -> Iterator[Labelled]:
    from labelformat.formats import PascalVOCObjectDetectionInput
    from labelformat.model.bounding_box import BoundingBoxFormat

    reader = PascalVOCObjectDetectionInput(input_folder=folder, category_names=",".join(categories))
    for label in reader.get_labels():
        objects: list[Values] = []
        for one in label.objects:
            box = [float(edge) for edge in one.box.to_format(BoundingBoxFormat.XYWH)]
            objects.append((one.category.name, None, None, box, box[2] * box[3], None))
        yield label.image.filename, objects
