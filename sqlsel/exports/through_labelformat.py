"""Formats that the package labelformat writes: CVAT, and YOLO where the dataset was not read from YOLO files."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sqlsel.errors import UsageError
from sqlsel.exports.yaml_text import with_values
from sqlsel.sources.labels.needs import require_labelformat

if TYPE_CHECKING:
    from sqlsel.exports.boxes import Boxes


def cvat_xml(boxes: Boxes) -> bytes:
    """Annotations for CVAT ("CVAT for images 1.1"): its labels, and the boxes of each image, without scores.

    Raises:
        UsageError: If labelformat is not installed, or a name cannot be written in XML.
    """
    require_labelformat("export", "CVAT")
    from labelformat.formats import CVATObjectDetectionOutput

    with TemporaryDirectory(prefix="sqlsel-") as folder:
        try:
            CVATObjectDetectionOutput(output_folder=Path(folder)).save(label_input=_labels(boxes))
        except ValueError as failure:
            text = " ".join(str(failure).split())
            raise UsageError(
                f"a file name or class cannot be written in XML: {text}", hint="use coco or json"
            ) from None
        return b'<?xml version="1.0" encoding="utf-8"?>\n' + (Path(folder) / "annotations.xml").read_bytes()


def write_yolo(boxes: Boxes, names: dict[str, str], folder: Path) -> None:
    """Write ``data.yaml`` and ``labels/``, a text file an image, into a folder; the images are to be in ``images/``.

    Args:
        boxes: The boxes.
        names: By file name, what the image is called below ``images/``.
        folder: The folder.

    Raises:
        UsageError: If labelformat is not installed, or two images would have one label file.
    """
    require_labelformat("export", "YOLO")
    from labelformat.formats import YOLOv8ObjectDetectionOutput

    _check_stems(names)
    config = folder / "data.yaml"
    YOLOv8ObjectDetectionOutput(output_file=config, output_split="train").save(label_input=_labels(boxes, names))
    # a dot would be read as the folder that training is started in
    config.write_text(with_values(config.read_text(encoding="utf-8"), {"path": None}), encoding="utf-8")


def _labels(boxes: Boxes, names: dict[str, str] | None = None) -> Any:  # noqa: ANN401 - labelformat is optional
    """The boxes as labelformat reads labels."""
    from labelformat.model.bounding_box import BoundingBox, BoundingBoxFormat
    from labelformat.model.category import Category
    from labelformat.model.image import Image
    from labelformat.model.object_detection import ImageObjectDetection, ObjectDetectionInput, SingleObjectDetection

    categories = {name: Category(number, name) for number, name in enumerate(boxes.task.categories)}
    images = [
        Image(number, (names or {}).get(one.image.file_name, one.image.file_name), *one.size)
        for number, one in enumerate(boxes.images)
    ]

    class TagLabels(ObjectDetectionInput):
        @staticmethod
        def add_cli_arguments(parser: Any) -> None:  # noqa: ANN401
            raise NotImplementedError

        def get_categories(self) -> list[Category]:
            return list(categories.values())

        def get_images(self) -> list[Image]:
            return images

        def get_labels(self) -> Any:  # noqa: ANN401
            for image, one in zip(images, boxes.images, strict=True):
                found = [
                    SingleObjectDetection(
                        categories[each.category],
                        BoundingBox.from_format([float(edge) for edge in each.bbox or ()], BoundingBoxFormat.XYWH),
                    )
                    for each in one.objects
                ]
                yield ImageObjectDetection(image, found)

    return TagLabels()


def _check_stems(names: dict[str, str]) -> None:
    taken: dict[str, str] = {}
    for own, name in names.items():
        stem = PurePosixPath(name).with_suffix("").as_posix()
        if stem in taken:
            raise UsageError(f"{taken[stem]!r} and {own!r} would have one label file: {stem}.txt", hint="leave one out")
        taken[stem] = own
