"""Objects in a list column of a source, as rows of the predictions table and of object embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import case, named, texts
from sqlsel.datasets.structs import is_number, is_vector
from sqlsel.errors import UsageError
from sqlsel.facts import TaskFacts
from sqlsel.sources.rows import column
from sqlsel.words import quoted

if TYPE_CHECKING:
    from sqlsel.datasets.structs import Struct
    from sqlsel.facts import TaskType
    from sqlsel.sources.rows import Rows

_OBJECT = "object"


def read_objects(
    rows: Rows, task: str, name: str, kind: Struct, classes: tuple[str, ...] | None
) -> tuple[TaskFacts, exp.Query, exp.Query | None]:
    """Read a column with a list of objects in each row.

    An object has ``category`` (text, or a number that counts the classes from 0) or ``probabilities``, and may have
    ``score``, ``bbox`` (x, y, width, height), ``area``, ``keypoints`` (x, y and confidence of each in turn) and
    ``embedding``. Without a category the most probable class is it, without a score its probability, without an area
    that of the box. Further fields are not read. With keypoints the task is a keypoint detection.

    Args:
        rows: The source.
        task: Name of the task.
        name: Name of the column.
        kind: Type of an object.
        classes: The classes in the order of the probabilities; None takes the categories in alphabetical order.

    Returns:
        The task, the query for its predictions, and the query for the objects' vectors, None where they have none.

    Raises:
        UsageError: If the objects have neither categories nor probabilities, or the classes have to be named.
    """
    fields = {field: str(inner) for field, inner in kind.fields}
    _check_fields(f"predictions of task {task!r}: the objects in column {name!r}", task, fields, classes)
    objects = _unnested(rows, name)
    if classes is None:
        found = exp.select(named(_category(fields, ()), "category")).distinct().from_(objects.copy())
        classes = tuple(sorted(row[0] for row in rows.engine.rows(found) if row[0] is not None))
    values: dict[str, exp.Expr] = {
        "sample_id": sql.column("sample_id"),
        "task": sql.text(task),
        "object_index": sql.column("object_index"),
        "category": _category(fields, classes),
        "score": _score(fields),
        **{field: _field(field) if field in fields else exp.Null() for field in ("probabilities", "bbox")},
        "area": _area(fields),
        "keypoint_confidence": _keypoint_confidence(fields),
    }
    there = exp.select(*(named(value, key) for key, value in values.items())).from_(objects)
    task_type: TaskType = "keypoint-detection" if "keypoints" in fields else "object-detection"
    facts = TaskFacts(task, task_type, classes, has_predictions=True)
    embedding = _embedding(rows, name) if "embedding" in fields else None
    return facts, exp.union(there, _empty(rows, task, name), distinct=False), embedding


def _check_fields(where: str, task: str, fields: dict[str, str], classes: tuple[str, ...] | None) -> None:
    if "category" not in fields and "probabilities" not in fields:
        listed = quoted(fields)
        raise UsageError(f"{where} have neither category nor probabilities", hint=f"their fields are: {listed}")
    fitting = dict.fromkeys(("probabilities", "bbox", "keypoints", "embedding"), is_vector)
    fitting |= dict.fromkeys(("score", "area"), is_number)
    for field, fits in fitting.items():
        if field in fields and not fits(fields[field]):
            raise UsageError(
                f"{where} have {field} of type {fields[field]}",
                hint="probabilities, bbox, keypoints and embedding are lists of numbers, score and area are numbers",
            )
    numbered = "category" in fields and is_number(fields["category"])
    if classes is None and ("probabilities" in fields or numbered):
        given = "category numbers" if numbered else "probabilities"
        raise UsageError(
            f"{where} have {given}, and nothing says of which classes",
            hint=f"name the classes in their order: classes={{{task!r}: [...]}}",
        )


def _unnested(rows: Rows, name: str) -> exp.Subquery:
    """A row for each object: ``sample_id``, ``object`` and ``object_index`` from 0."""
    index = exp.Sub(this=sql.call("generate_subscripts", column(name), sql.number(1)), expression=sql.number(1))
    return sql.subquery(rows.select({_OBJECT: sql.call("unnest", column(name)), "object_index": index}), "objects")


def _field(name: str) -> exp.Expr:
    return sql.field(sql.column(_OBJECT, "objects"), (name,))


def _category(fields: dict[str, str], classes: tuple[str, ...]) -> exp.Expr:
    if "category" not in fields:
        highest = sql.call("list_max", _field("probabilities"))
        return sql.call("list_extract", texts(classes), sql.call("list_position", _field("probabilities"), highest))
    if not is_number(fields["category"]):
        return sql.varchar(_field("category"))
    place = exp.cast(exp.Add(this=_field("category"), expression=sql.number(1)), "BIGINT")
    counted = exp.GTE(this=_field("category"), expression=sql.number(0))
    return case((counted, sql.call("list_extract", texts(classes), place)))


def _score(fields: dict[str, str]) -> exp.Expr:
    given = [sql.double(_field("score"))] if "score" in fields else []
    if "probabilities" in fields:
        given.append(sql.double(sql.call("list_max", _field("probabilities"))))
    return sql.call("coalesce", *given) if given else exp.Null()


def _area(fields: dict[str, str]) -> exp.Expr:
    given = [sql.double(_field("area"))] if "area" in fields else []
    if "bbox" in fields:
        edges = [sql.double(sql.call("list_extract", _field("bbox"), sql.number(place))) for place in (3, 4)]
        given.append(exp.Mul(this=edges[0], expression=edges[1]))
    return sql.call("coalesce", *given) if given else exp.Null()


def _keypoint_confidence(fields: dict[str, str]) -> exp.Expr:
    """The mean of every third number."""
    if "keypoints" not in fields:
        return exp.Null()
    places = [sql.number(3), sql.call("len", _field("keypoints")), sql.number(3)]
    return sql.call("list_avg", sql.call("list_slice", _field("keypoints"), *places))


def _empty(rows: Rows, task: str, name: str) -> exp.Select:
    """The samples whose prediction has no objects."""
    columns = ("object_index", "category", "score", "probabilities", "bbox", "area", "keypoint_confidence")
    values: dict[str, exp.Expr] = {"task": sql.text(task), **{key: exp.Null() for key in columns}}
    return rows.select(values).where(exp.EQ(this=sql.call("len", column(name)), expression=sql.number(0)))


def _embedding(rows: Rows, name: str) -> exp.Select:
    vector = named(_field("embedding"), "embedding")
    return exp.select(sql.column("sample_id"), sql.column("object_index"), vector).from_(_unnested(rows, name))
