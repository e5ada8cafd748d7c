"""COCO: annotations with images and categories, and lists of detections about such images."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlsel.datasets.label_files import LabelFile
from sqlsel.errors import IngestError, Problem, UsageError
from sqlsel.sources.labels.coco_rows import Checked, check_annotation
from sqlsel.sources.labels.model import Labels
from sqlsel.sources.lightly.documents import kind, read_document
from sqlsel.sources.lightly.faults import BadFileError
from sqlsel.sources.lightly.tasks import Task
from sqlsel.sources.lightly.walking import is_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlsel.facts import TaskType
    from sqlsel.sources.labels.model import Labelled
    from sqlsel.sources.lightly.faults import Faults
    from sqlsel.sources.lightly.singletons import Values


@dataclass(slots=True)
class Coco:
    """A COCO document, read but for its annotations.

    Attributes:
        file: The file with the annotations, or the detections.
        rows: Its annotations.
        place: What stands before the number of a row in messages: ``annotations``, or nothing in a list of detections.
        categories: Names by id.
        images: File names by id.
        annotated: For a list of detections, the file with the images and categories.
        bad: Images that cannot be used, by their place.
        names: The file names, each once.
    """

    file: Path
    rows: list[Any]
    place: str
    categories: dict[int, str]
    images: dict[int | str, str]
    annotated: Path | None = None
    bad: dict[str, BadFileError] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    @property
    def is_detections(self) -> bool:
        """Whether the rows are a model's, not annotations."""
        return not self.place


def read_coco(path: Path, annotations: Path | None) -> Coco:
    """Read a COCO file.

    Args:
        path: Annotations with ``images``, ``categories`` and ``annotations``, or a list of detections.
        annotations: For a list of detections, the file with the images and categories it refers to.

    Raises:
        UsageError: If that file is needed and was not named.
        IngestError: If a file is no such JSON, or its categories cannot be used.
    """
    document = _document(path)
    if isinstance(document, list):
        if annotations is None:
            raise UsageError(
                f"{path}: a list of COCO detections, which has the ids of images and categories only",
                hint="name the file with the images and categories: --annotations FILE (annotations=... in Python)",
            )
        return replace(
            _annotated(annotations, _document(annotations)), file=path, rows=document, place="", annotated=annotations
        )
    if annotations is not None:
        raise UsageError(
            f"{path}: annotations is for a list of COCO detections, and this is {kind(document)}",
            hint="leave annotations out, or write the detections as a list",
        )
    return _annotated(path, document)


def coco_labels(coco: Coco, task: str, root: Path | None, prefix: str) -> Labels:
    """The labels of a COCO document.

    Args:
        coco: The document.
        task: Name of the task that they become.
        root: The folder of the images.
        prefix: What comes before the file names there.
    """

    def read(faults: Faults, temporary: Path) -> Iterator[Labelled]:
        checked = _check(coco, faults)
        for name, objects in _through_labelformat(coco, checked, temporary):
            yield f"{prefix}{name}", objects

    source = LabelFile(task, "COCO", coco.file, coco.annotated, prefix)
    return Labels(source, Task(task, _task_type(coco), coco.categories), root, read)


def _document(path: Path) -> Any:  # noqa: ANN401 - whatever the JSON holds
    try:
        return read_document(path)
    except BadFileError as fault:
        raise _unusable(path, fault) from None


def _annotated(path: Path, document: Any) -> Coco:  # noqa: ANN401 - whatever the JSON holds
    try:
        if not isinstance(document, dict):
            raise BadFileError(f"should be an object with images, categories and annotations, not {kind(document)}")
        categories = _categories(_list(document, "categories"))
        coco = Coco(path, _list(document, "annotations"), "annotations", categories, {})
        for index, image in enumerate(_list(document, "images")):
            _add_image(coco, image, f"images[{index}]")
    except BadFileError as fault:
        raise _unusable(path, fault) from None
    return coco


def _unusable(path: Path, fault: BadFileError) -> IngestError:
    problem = Problem(where=f"{path.name} {fault.place}".rstrip(), message=fault.message)
    return IngestError(f"{path}: cannot be read as COCO", problems=(problem,), hint="correct it and run it again")


def _list(document: dict[str, Any], key: str) -> list[Any]:
    value = document.get(key)
    if not isinstance(value, list):
        raise BadFileError(f"should be a list, not {kind(value)}", key)
    return value


def _categories(entries: list[Any]) -> dict[int, str]:
    names: dict[int, str] = {}
    for index, entry in enumerate(entries):
        place = f"categories[{index}]"
        number: Any = entry.get("id") if isinstance(entry, dict) else None
        name = entry.get("name") if isinstance(entry, dict) else None
        if type(number) is not int or number in names:
            raise BadFileError(f"should be a whole number of its own, not {kind(number)}", f"{place}.id")
        if not isinstance(name, str) or not name or not is_text(name) or name in names.values():
            raise BadFileError(f"should be a name of its own, not {kind(name)}", f"{place}.name")
        names[number] = name
    if not names:
        raise BadFileError("should have at least one category", "categories")
    return names


def _add_image(coco: Coco, image: Any, place: str) -> None:  # noqa: ANN401 - whatever the JSON holds
    number: Any = image.get("id") if isinstance(image, dict) else None
    name = image.get("file_name") if isinstance(image, dict) else None
    if type(number) not in (int, str) or number in coco.images:
        coco.bad[place] = BadFileError(f"should be an id of its own, not {kind(number)}", f"{place}.id")
    elif not isinstance(name, str) or not name or not is_text(name):
        coco.bad[place] = BadFileError(f"should be a file name, not {kind(name)}", f"{place}.file_name")
    elif (plain := name.replace("\\", "/").removeprefix("./")) in coco.names:
        coco.bad[place] = BadFileError(f"should be a name of its own, not {kind(name)}", f"{place}.file_name")
    else:
        coco.images[number] = plain
        coco.names.add(plain)


def _task_type(coco: Coco) -> TaskType:
    """What the first row with more than a box has."""
    for row in coco.rows:
        if isinstance(row, dict):
            if row.get("keypoints"):
                return "keypoint-detection"
            if row.get("segmentation"):
                return "instance-segmentation"
    return "object-detection"


def _check(coco: Coco, faults: Faults) -> dict[int | str, list[Checked]]:
    """The rows by image; images with a row that cannot be used are left out."""
    faults.called = ("entry", "entries")
    for fault in coco.bad.values():
        faults.add_bad(coco.file.name, fault)
    checked: dict[int | str, list[Checked]] = {number: [] for number in coco.images}
    bad: set[int | str] = set()
    for index, row in enumerate(coco.rows):
        try:
            image, found = check_annotation(row, coco)
            checked[image].append(found)
        except BadFileError as fault:
            faults.add(coco.file.name, fault.message, f"{coco.place}[{index}]{'.' if fault.place else ''}{fault.place}")
            number: Any = row.get("image_id") if isinstance(row, dict) else None
            bad |= {number} if type(number) in (int, str) else set()
    return {number: rows for number, rows in checked.items() if number not in bad}


def _through_labelformat(coco: Coco, checked: dict[int | str, list[Checked]], temporary: Path) -> Iterator[Labelled]:
    """The labels as labelformat reads them, from a file that has what passed and no more."""
    from labelformat.formats import COCOObjectDetectionInput

    images = [{"id": number, "file_name": coco.images[number], "width": 0, "height": 0} for number in checked]
    categories = [{"id": number, "name": name} for number, name in coco.categories.items()]
    annotations = [found.row for rows in checked.values() for found in rows]
    file = temporary / "coco.json"
    file.write_text(json.dumps({"images": images, "categories": categories, "annotations": annotations}))
    for label in COCOObjectDetectionInput(input_file=file).get_labels():
        objects: list[Values] = []
        for one, found in zip(label.objects, checked[label.image.id], strict=True):
            # its own boxes are corners, from which width and height do not come back to the last digit
            box = [float(edge) for edge in found.row["bbox"]] if found.has_box else None
            area = box[2] * box[3] if found.area is None and box else found.area
            objects.append((one.category.name, one.confidence, None, box, area, found.keypoint_confidence))
        yield label.image.filename, objects
