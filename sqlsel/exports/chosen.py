"""The images of a tag, as formats of images and annotations need them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlsel.errors import SelectionError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlsel.engines.base import Engine
    from sqlsel.exports.rows import Rows


@dataclass(frozen=True, slots=True)
class ChosenImage:
    """One image of a tag.

    Attributes:
        sample_id: Its id, in its own type.
        file_name: Its file name.
        rank: Its place; that of its first object where objects were chosen; None if it was preselected.
        gain: What it, or that object, added.
        metadata: Its metadata.
        objects: The numbers of its chosen objects; None where whole images were chosen.
    """

    sample_id: Any
    file_name: str
    rank: int | None
    gain: float | None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    objects: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The images of a tag: by rank, then the preselected by id.

    Attributes:
        dataset: The dataset.
        tag: The tag.
        images: The images.
        objects_of: The task whose objects were chosen; None where whole images were.
        exclude_preselected: Whether images without a rank were left out.
    """

    dataset: str
    tag: str
    images: tuple[ChosenImage, ...]
    objects_of: str | None
    exclude_preselected: bool

    def names(self) -> list[str]:
        """The file names, in order."""
        return [image.file_name for image in self.images]


def chosen_images(engine: Engine, dataset: str, tag: str, *, exclude_preselected: bool = False) -> Chosen:
    """The images of a tag. Memory: all of them, with their metadata.

    Raises:
        UsageError: If there is no such dataset or tag, or an image has no file name.
        SelectionError: If there is no image in the tag.
    """
    from sqlsel.datasets.objects import object_tags
    from sqlsel.exports.tags import tag_rows

    rows = tag_rows(engine, dataset, tag, exclude_preselected=exclude_preselected)
    objects_of = object_tags(engine, dataset).get(tag)
    images = _images(rows) if objects_of is None else _images_of_objects(rows)
    if not images:
        raise SelectionError(f"tag {tag!r} of dataset {dataset!r} holds nothing to write", hint="choose another tag")
    return Chosen(dataset, tag, tuple(images), objects_of, exclude_preselected)


def _images(rows: Rows) -> list[ChosenImage]:
    return [_image(row) for row in rows.records()]


def _images_of_objects(rows: Rows) -> list[ChosenImage]:
    """Each image once, where its first object is."""
    first: dict[Any, dict[str, Any]] = {}
    objects: dict[Any, set[int]] = {}
    for row in rows.records():
        first.setdefault(row["sample_id"], row)
        objects.setdefault(row["sample_id"], set()).add(row["object_index"])
    return [_image(row, frozenset(objects[sample_id])) for sample_id, row in first.items()]


def _image(row: dict[str, Any], objects: frozenset[int] | None = None) -> ChosenImage:
    if row["file_name"] is None:
        raise UsageError(
            f"sample {row['sample_id']!r} has no file name",
            hint="use csv, json, jsonl or parquet, or ingest the samples with the column of file names",
        )
    metadata = row.get("metadata") or {}
    return ChosenImage(row["sample_id"], row["file_name"], row["rank"], row["gain"], metadata, objects)
