"""A folder of images in Lightly's layout: images, predictions and metadata as JSON, embeddings as parquet."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

PIXELS = 8
"""Pixels of a cell, in each direction."""


@dataclass(frozen=True, slots=True, eq=False)
class ImageEntry:
    """One image of a folder.

    Attributes:
        file_name: Its name.
        brightness: ``(rows, columns)`` of its cells, 0 black to 1 white.
        metadata: Values by dotted key.
        predictions: By task, what was predicted, as the prediction files hold it.
        embedding: Its vector.
        object_embeddings: By task, the vectors of its objects.
    """

    file_name: str
    brightness: npt.NDArray[np.float64]
    metadata: Mapping[str, str | int | float]
    predictions: Mapping[str, Sequence[Mapping[str, Any]]]
    embedding: Vectors
    object_embeddings: Mapping[str, Vectors] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Task:
    """A task: its type and its class names."""

    task_type: str
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ImageFolder:
    """A folder of images.

    Attributes:
        name: Name of the folder, and of the dataset it becomes.
        about: What its images are.
        entries: Its images.
        tasks: Its tasks by name.
        metadata_types: By dotted key, Lightly's name for the kind of its values.
    """

    name: str
    about: str
    entries: Sequence[ImageEntry]
    tasks: Mapping[str, Task]
    metadata_types: Mapping[str, str]


def write_folder(folder: ImageFolder, above: Path) -> Path:
    """Write the folder below another one; what is there by the same names is replaced."""
    root = above / folder.name
    _write_json(root / ".lightly/predictions/tasks.json", list(folder.tasks))
    for name, task in folder.tasks.items():
        categories = [{"id": number, "name": label} for number, label in enumerate(task.classes)]
        schema = {"task_type": task.task_type, "categories": categories}
        _write_json(root / ".lightly/predictions" / name / "schema.json", schema)
    _write_json(root / ".lightly/metadata/schema.json", [_key(*pair) for pair in folder.metadata_types.items()])
    for entry in folder.entries:
        _write_entry(entry, root)
    _write_embeddings(folder, root)
    return root


def _write_entry(entry: ImageEntry, root: Path) -> None:
    from PIL import Image

    cells = np.rint(np.clip(entry.brightness, 0, 1) * 255).astype(np.uint8)
    rows, columns = cells.shape
    image = Image.fromarray(cells).resize((columns * PIXELS, rows * PIXELS), Image.Resampling.BICUBIC)
    image.save(root / entry.file_name)
    beside = Path(entry.file_name).with_suffix(".json").name
    for task, predictions in entry.predictions.items():
        told = {"file_name": entry.file_name, "predictions": list(predictions)}
        _write_json(root / ".lightly/predictions" / task / beside, told)
    metadata = {"file_name": entry.file_name, "type": "image", "metadata": _nested(entry.metadata)}
    _write_json(root / ".lightly/metadata" / beside, metadata)


def _write_embeddings(folder: ImageFolder, root: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = [entry.file_name for entry in folder.entries]
    vectors = np.stack([entry.embedding for entry in folder.entries])
    pq.write_table(pa.table({"file_name": names, "embedding": _fixed(vectors)}), root / "embeddings.parquet")
    objects = [
        (entry.file_name, task, index, vector)
        for entry in folder.entries
        for task, found in entry.object_embeddings.items()
        for index, vector in enumerate(found)
    ]
    if objects:
        columns = list(zip(*objects, strict=True))
        table = dict(zip(("file_name", "task", "object_index"), map(list, columns[:3]), strict=True))
        pq.write_table(
            pa.table({**table, "embedding": _fixed(np.stack(columns[3]))}), root / "object_embeddings.parquet"
        )


def _fixed(vectors: Vectors) -> Any:  # noqa: ANN401 - an Arrow array
    import pyarrow as pa

    return pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1), pa.float32()), vectors.shape[1])


def _key(path: str, kind: str) -> dict[str, Any]:
    default: str | int | float = "unknown" if kind == "CATEGORICAL_STRING" else 0
    return {"name": path.replace(".", " "), "path": path, "defaultValue": default, "valueDataType": kind}


def _nested(values: Mapping[str, str | int | float]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path, value in values.items():
        *above, last = path.split(".")
        inner = found
        for step in above:
            inner = inner.setdefault(step, {})
        inner[last] = value
    return found


def _write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")
