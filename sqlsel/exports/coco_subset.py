"""A part of a COCO file: its images of a tag with their annotations; all else, and every field, stays as it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlsel.errors import UsageError
from sqlsel.exports.json_slices import check_end, list_at, lists_of_object, with_entries
from sqlsel.exports.label_source import not_readable, read_text
from sqlsel.exports.matching import match_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sqlsel.datasets.label_files import LabelFile
    from sqlsel.exports.chosen import ChosenImage
    from sqlsel.exports.json_slices import JsonList

    ImageId = int | str


@dataclass(frozen=True, slots=True)
class CocoPart:
    """A part of a COCO file.

    Attributes:
        pieces: Its text.
        found: File names of the images that are in it.
    """

    pieces: Iterator[str]
    found: frozenset[str]


def coco_part(source: LabelFile, images: tuple[ChosenImage, ...], *, single_objects: bool) -> CocoPart:
    """The part of a COCO file that is about some images.

    The text of what stays is the text of the file: ids, fields that nobody knows, spelling of numbers, order, indents.
    ``info``, ``licenses`` and ``categories`` stay whole, and so does every other key beside images and annotations. Of
    a list of detections, those of the images stay.

    Args:
        source: The file.
        images: The images.
        single_objects: Whether only the annotations of their chosen objects stay. An object has the number of its
            annotation among those of the image, from 0.

    Raises:
        UsageError: If the file cannot be read as COCO.
    """
    text = read_text(source.file)
    try:
        if text.lstrip()[:1] == "[":
            return _detections(text, source, images, single_objects=single_objects)
        found = lists_of_object(text, {"images": _image, "annotations": _image_id})
        if "images" not in found:
            raise ValueError("it has no list of images")
    except (ValueError, RecursionError) as failure:
        raise not_readable(source.file, failure) from None
    listed = found["images"]
    chosen, names = _matched(listed.notes, images, source.prefix)
    kept: list[tuple[JsonList[Any], list[bool]]] = [
        (listed, [note is not None and note[0] in chosen for note in listed.notes])
    ]
    if "annotations" in found:
        kept.append((found["annotations"], _of_images(found["annotations"].notes, chosen, single_objects)))
    return CocoPart(with_entries(text, kept), names)


def _detections(text: str, source: LabelFile, images: tuple[ChosenImage, ...], *, single_objects: bool) -> CocoPart:
    if source.annotations is None:
        raise UsageError(
            f"{source.file}: a list of COCO detections, which has the ids of images only",
            hint="name the file with the images: --annotations FILE (annotations=... in Python)",
        )
    listed = list_at(text, 0, _image_id)
    check_end(text, listed.end)
    chosen, names = _matched(_images_in(source.annotations), images, source.prefix)
    return CocoPart(with_entries(text, [(listed, _of_images(listed.notes, chosen, single_objects))]), names)


def _images_in(file: Path) -> list[tuple[ImageId, str] | None]:
    try:
        found = lists_of_object(read_text(file), {"images": _image})
        return found["images"].notes
    except KeyError:
        raise not_readable(file, ValueError("it has no list of images")) from None
    except (ValueError, RecursionError) as failure:
        raise not_readable(file, failure) from None


def _matched(
    there: list[tuple[ImageId, str] | None], images: tuple[ChosenImage, ...], prefix: str
) -> tuple[dict[ImageId, ChosenImage], frozenset[str]]:
    """The chosen images by their ids in the file, and the file names of those that are in it."""
    entries = [entry for entry in there if entry is not None]
    by_name = {image.file_name: image for image in images}
    names = match_names(list(by_name), [name for _, name in entries], prefix)
    sample = {other: by_name[own] for own, other in names.items()}
    return {number: sample[name] for number, name in entries if name in sample}, frozenset(names)


def _of_images(notes: list[ImageId | None], chosen: Mapping[ImageId, ChosenImage], single_objects: bool) -> list[bool]:
    """Which annotations stay."""
    seen: Counter[ImageId] = Counter()
    flags = []
    for number in notes:
        image = None if number is None else chosen.get(number)
        if image is None or number is None:
            flags.append(False)
            continue
        flags.append(not single_objects or image.objects is None or seen[number] in image.objects)
        seen[number] += 1
    return flags


def _image(entry: Any) -> tuple[ImageId, str] | None:  # noqa: ANN401 - whatever the JSON holds
    """Id and name of an image."""
    number = entry.get("id") if isinstance(entry, dict) else None
    name = entry.get("file_name") if isinstance(entry, dict) else None
    if not isinstance(number, int | str) or isinstance(number, bool) or not isinstance(name, str):
        return None
    return number, name.replace("\\", "/").removeprefix("./")


def _image_id(entry: Any) -> ImageId | None:  # noqa: ANN401 - whatever the JSON holds
    number = entry.get("image_id") if isinstance(entry, dict) else None
    return number if isinstance(number, int | str) and not isinstance(number, bool) else None
