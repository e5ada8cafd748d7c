"""How a source is read: which columns hold what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sqlsel.facts import DEFAULT_EMBEDDING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

OnError = Literal["fail", "skip"]

# What is said of sources that no view can read, and what to do.
NOT_VIEWED = "no view can be made of this, so it has to be copied"
VIEWED = "leave copy=False (--views) out; views are made of tables and views of the database, and of Parquet files"


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """The mapping arguments of ``ingest`` and of the one-shot ``select``.

    What is not named is found by name: a column ``sample_id`` or ``id`` is the id, ``file_name`` the file name and
    ``embedding`` the vector, where they are there and their types fit. Every column that is none of these is metadata.

    Attributes:
        id: Column with the sample ids; integers, text, UUIDs or dates.
        file_name: Column with the file names.
        embedding: Column with the vectors: lists or arrays of numbers.
        embeddings: By name, the columns with further vectors; where there are any, ``embedding`` is not found by name.
        normalize: Whether vectors are brought to unit length.
        predictions: By task, the column with its predictions: a MAP or STRUCT of class and probability, a LIST of
            probabilities in the order of ``classes``, or a LIST of objects.
        scores: By task and score name, the column with the numbers.
        classes: By task, the class names in the order of its probabilities.
        columns: The only columns that are read; None for all.
        metadata: The only columns that are metadata, whatever else they hold; None for all that hold nothing else.
        embeddings_file: A file with the vectors, where they are not in the source: parquet, npy with a names file
            beside it, or csv.
        task: The task that labels of COCO, YOLO, Pascal VOC become; ``objects`` by default.
        images: The folder of the images that a table names, or that COCO or Pascal VOC labels are about.
        annotations: The COCO file with the images and categories that a list of detections refers to.
        split: The only part of a YOLO dataset that is read.
        on_error: ``fail`` refuses a source with something in it that cannot be used, ``skip`` goes on without it.
        measure: Whether images are measured where Pillow is installed.
        keep_duplicates: Whether images stay that have the very same bytes as another.
        copy: Whether rows are copied; otherwise the queries of the intake are good for views, which stay.
        dataset: The dataset that the source is for, if that is known: of images with the same bytes its own stays.
        progress: Told of the stages of reading: a stage's name, what is done of it, and how much there is, if known.
    """

    id: str | None = None
    file_name: str | None = None
    embedding: str | None = None
    embeddings: Mapping[str, str] = field(default_factory=dict)
    normalize: bool = True
    predictions: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[tuple[str, str], str] = field(default_factory=dict)
    classes: Mapping[str, tuple[str, ...] | list[str]] = field(default_factory=dict)
    columns: frozenset[str] | None = None
    metadata: frozenset[str] | None = None
    embeddings_file: Path | None = None
    task: str | None = None
    images: Path | None = None
    annotations: Path | None = None
    split: str | None = None
    on_error: OnError = "fail"
    measure: bool = True
    keep_duplicates: bool = False
    copy: bool = True
    dataset: str | None = None
    progress: Callable[[str, int, int | None], None] | None = None

    def vectors_by_name(self) -> dict[str, str]:
        """The columns with vectors that are named, by the name of their embedding."""
        own = {} if self.embedding is None else {DEFAULT_EMBEDDING: self.embedding}
        return own | dict(self.embeddings)


def vector_columns(embedding: str | Mapping[str, str] | None) -> dict[str, Any]:
    """The fields of ``ReadOptions`` that the argument ``embedding`` of ``ingest`` stands for.

    Args:
        embedding: One column, or columns by name of their embedding.
    """
    if embedding is None or isinstance(embedding, str):
        return {"embedding": embedding}
    named = dict(embedding)
    return {"embedding": named.pop(DEFAULT_EMBEDDING, None), "embeddings": named}
