"""Parquet files as Hugging Face datasets write them: what their columns are stands in the file's schema."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import named
from sqlsel.datasets.structs import Struct, is_number, read_type
from sqlsel.errors import Problem
from sqlsel.sources.forms import object_fields
from sqlsel.sources.relations import Relation

if TYPE_CHECKING:
    from sqlsel.engines.base import Engine
    from sqlsel.sources.options import ReadOptions

_KEY = b"huggingface"
_LISTS = ("Sequence", "List", "LargeList")
_FILE_NAME = "file_name"


@dataclass(frozen=True, slots=True)
class Adapted:
    """A source with its columns under the names and in the forms that sqlsel reads.

    Attributes:
        relation: The source.
        options: The options, with the predictions that were found.
        problems: What was left out, as notices.
    """

    relation: Relation
    options: ReadOptions
    problems: tuple[Problem, ...] = ()


def adapt(source: object, relation: Relation, engine: Engine, options: ReadOptions) -> Adapted:
    """Find images and labels by the features in the schema of a parquet file or an Arrow table; nothing without any.

    A column of class labels becomes the predictions of a task of its name, without probabilities; -1 and NULL are no
    prediction. So does a column of objects, with boxes as x, y, width and height. The path of the first image is the
    file name, if there is one for each row and no two are alike; bytes are not stored. What an option names stays, with
    the classes of the schema where it names none.

    Args:
        source: What the user passed.
        relation: The same, opened.
        engine: The session.
        options: The options.
    """
    features = _features(source)
    taken = {options.id, options.file_name, *options.predictions.values(), *options.scores.values()}
    asked = {column: task for task, column in options.predictions.items()}
    for name, feature in features.items():
        if name not in relation.types or (name in taken and name not in asked) or name in options.predictions:
            continue
        classes = _classes(feature, relation.types[name])
        if classes is not None:
            options = _with(options, asked.get(name, name), name, classes)
    images = [name for name, feature in features.items() if _is_image(feature, relation.types.get(name, ""))]
    return _with_names(relation, engine, options, [name for name in images if name not in taken])


def _features(source: object) -> dict[str, Any]:
    """What the schema says of the columns, by name."""
    metadata = _metadata(source) or {}
    try:
        features = json.loads(metadata.get(_KEY, b"{}"))["info"]["features"]
    except (ValueError, KeyError, TypeError):
        return {}
    return features if isinstance(features, dict) else {}


def _metadata(source: object) -> dict[bytes, bytes] | None:
    import pyarrow as pa

    if isinstance(source, pa.Table | pa.RecordBatchReader):
        found: dict[bytes, bytes] | None = source.schema.metadata
        return found
    if not isinstance(source, str | Path) or not str(source).endswith((".parquet", ".pq")):
        return None
    from pyarrow.parquet import read_schema

    path = Path(source)
    if not path.is_file():
        path = next(iter(sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))), path)
    try:
        found = read_schema(path).metadata
    except (OSError, pa.ArrowException):
        return None
    return found


def _class_names(feature: Any) -> tuple[str, ...] | None:  # noqa: ANN401 - parsed JSON
    """The names of a ``ClassLabel``; None of anything else."""
    if not isinstance(feature, dict) or feature.get("_type") != "ClassLabel":
        return None
    names = feature.get("names")
    return tuple(names) if isinstance(names, list) and all(isinstance(name, str) for name in names) else None


def _inner(feature: Any) -> Any:  # noqa: ANN401 - parsed JSON
    """What a list is a list of; anything else as it is."""
    if isinstance(feature, list):
        return feature[0] if feature else None
    return feature.get("feature") if isinstance(feature, dict) and feature.get("_type") in _LISTS else feature


def _objects(feature: Any, type_name: str) -> tuple[str, ...] | None:  # noqa: ANN401 - parsed JSON
    """The classes of a column of objects, none where they are texts; None of any other column."""
    inner, kind = _inner(feature), read_type(type_name)
    item = kind if isinstance(kind, Struct) else read_type(type_name.rpartition("[")[0])
    if not isinstance(inner, dict) or not isinstance(item, Struct):
        return None
    types = {name: str(part) for name, part in item.fields}
    fields = object_fields(types)
    if "category" not in fields or "bbox" not in fields:
        return None
    names = _class_names(_inner(inner.get(fields["category"])))
    return () if names is None and types[fields["category"]].startswith("VARCHAR") else names


def _classes(feature: Any, type_name: str) -> tuple[str, ...] | None:  # noqa: ANN401 - parsed JSON
    """The classes of a column of labels or objects, none where they are texts; None of any other column."""
    names = _class_names(feature)
    if names is None:
        return _objects(feature, type_name)
    return names if is_number(type_name) else None


def _with(options: ReadOptions, task: str, column: str, names: tuple[str, ...]) -> ReadOptions:
    """The options with the predictions of a task in a column."""
    classes = {task: names, **options.classes} if names else options.classes
    return replace(options, predictions={**options.predictions, task: column}, classes=classes)


def _is_image(feature: Any, type_name: str) -> bool:  # noqa: ANN401 - parsed JSON
    kind = read_type(type_name)
    is_pair = isinstance(kind, Struct) and {name for name, _ in kind.fields} == {"bytes", "path"}
    return isinstance(feature, dict) and feature.get("_type") == "Image" and is_pair


def _with_names(relation: Relation, engine: Engine, options: ReadOptions, images: list[str]) -> Adapted:
    """The source without its images, with the path of the first as the file name where that can be."""
    if not images:
        return Adapted(relation, options)
    types = {name: kind for name, kind in relation.types.items() if name not in images}
    columns: list[exp.Expr] = [sql.column(name) for name in types]
    problems: tuple[Problem, ...] = ()
    if options.file_name is None and _FILE_NAME not in types:
        path = sql.field(sql.column(images[0]), ("path",))
        if _tell_rows_apart(relation, engine, path):
            columns.append(named(path.copy(), _FILE_NAME))
            types[_FILE_NAME] = "VARCHAR"
        else:
            columns.append(named(path.copy(), images[0]))
            types[images[0]] = "VARCHAR"
            message = f"the paths in column {images[0]!r} do not name each row, so they are metadata, not file names"
            problems = (Problem(where=relation.name, message=message, severity="notice"),)
    node = sql.subquery(exp.select(*columns).from_(relation.node.copy()), "adapted")
    return Adapted(Relation(relation.name, node, types), options, problems)


def _tell_rows_apart(relation: Relation, engine: Engine, path: exp.Expr) -> bool:
    distinct = exp.Count(this=exp.Distinct(expressions=[path.copy()]))
    counted = exp.select(sql.count(), distinct).from_(relation.node.copy())
    rows, paths = engine.rows(counted)[0]
    return bool(rows == paths)
