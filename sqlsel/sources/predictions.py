"""Predictions in a column of a source, as rows of the predictions table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import array, case, cast, named, texts
from sqlsel.datasets.structs import Struct, is_number, is_vector, key_kind, read_type
from sqlsel.errors import IngestError, UsageError
from sqlsel.facts import TaskFacts
from sqlsel.sources.objects import read_objects
from sqlsel.sources.rows import column
from sqlsel.words import quoted

if TYPE_CHECKING:
    from sqlsel.sources.rows import Rows

_ACCEPTED = (
    "a prediction is a MAP or STRUCT of class and probability, a LIST of probabilities with classes, a LIST of "
    "objects: structs with category, score, probabilities, bbox, embedding; or the name of a class, or its number with "
    "classes"
)


@dataclass(frozen=True, slots=True)
class Predicted:
    """The predictions of one task.

    Attributes:
        task: What is known of the task.
        rows: Query with the columns of the predictions table.
        embedding: Query for the vectors of the objects; None where they have none.
    """

    task: TaskFacts
    rows: exp.Query
    embedding: exp.Query | None = None


def read_predictions(rows: Rows, task: str, name: str, type_name: str, classes: tuple[str, ...] | None) -> Predicted:
    """Read one prediction column. NULL is no prediction, an empty list or map an empty one.

    Of a classification, the category is the most probable class (the first in order on ties) and the score its
    probability. Without ``classes`` the classes of a MAP are its keys in alphabetical order, those of a STRUCT its
    fields. A class that a MAP or STRUCT lacks has probability 0. A text or a number is the class itself, without score
    or probabilities; numbers count ``classes`` from 0, and those below are no prediction.

    Args:
        rows: The source.
        task: Name of the task.
        name: Name of the column.
        type_name: Its type; JSON columns have the type that they are read as.
        classes: The classes in the order of the probabilities.

    Raises:
        UsageError: If the column is no prediction, or its classes are not those that were named.
        IngestError: If a row has a class that is not among those named.
    """
    if classes is not None and len(set(classes)) < len(classes):
        raise UsageError(f"classes of task {task!r}: a class is named twice", hint="name each class once")
    kind = read_type(type_name)
    if isinstance(kind, Struct):
        if not all(isinstance(inner, str) and is_number(inner) for _, inner in kind.fields):
            raise _unreadable(task, name, type_name)
        return _from_struct(rows, task, name, tuple(field for field, _ in kind.fields), classes)
    if type_name.startswith("MAP(VARCHAR, ") and is_number(type_name[len("MAP(VARCHAR, ") : -1]):
        return _from_map(rows, task, name, classes)
    if is_vector(type_name):
        if classes is None:
            raise UsageError(
                f"predictions of task {task!r}: column {name!r} has lists of probabilities, and nothing says of what",
                hint=f"name the classes in their order: classes={{{task!r}: [...]}}",
            )
        return _classification(rows, task, cast(column(name), "DOUBLE[]"), classes)
    if type_name == "VARCHAR" or key_kind(type_name) == "integer":
        return _from_labels(rows, task, name, type_name, classes)
    item, _, _ = type_name.rpartition("[")
    struct = read_type(item)
    if isinstance(struct, Struct):
        return Predicted(*read_objects(rows, task, name, struct, classes))
    raise _unreadable(task, name, type_name)


def _unreadable(task: str, name: str, type_name: str) -> UsageError:
    return UsageError(
        f"predictions of task {task!r}: nothing reads column {name!r} of type {type_name}", hint=_ACCEPTED
    )


def _from_labels(rows: Rows, task: str, name: str, type_name: str, classes: tuple[str, ...] | None) -> Predicted:
    """A class for each row, and nothing more."""
    value: exp.Expr = column(name)
    there = sql.present(value.copy())
    if type_name != "VARCHAR":
        if classes is None:
            raise UsageError(
                f"predictions of task {task!r}: column {name!r} has class numbers, and nothing says of which classes",
                hint=f"name the classes in their order: classes={{{task!r}: [...]}}",
            )
        there = exp.GTE(this=value.copy(), expression=sql.number(0))
        place = exp.Add(this=exp.cast(value, "BIGINT"), expression=sql.number(1))
        value = sql.call("list_extract", texts(classes), place)
    elif _is_json(rows, name):
        raise _unreadable(task, name, "VARCHAR")
    labelled = rows.select({"category": value, "there": there})
    columns: dict[str, exp.Expr] = {
        "sample_id": sql.column("sample_id"),
        "task": sql.text(task),
        "object_index": sql.number(0),
        "category": sql.column("category"),
        **{field: exp.Null() for field in ("score", "probabilities", "bbox", "area", "keypoint_confidence")},
    }
    query = exp.select(*(named(part, field) for field, part in columns.items()))
    query = query.from_(sql.subquery(labelled, "labelled")).where(sql.column("there"))
    if classes is None:
        found = exp.select(sql.column("category")).distinct().from_(sql.subquery(query.copy(), "found"))
        classes = tuple(sorted(category for (category,) in rows.engine.rows(found)))
    return Predicted(TaskFacts(task, "classification", classes, has_predictions=True), query)


def _is_json(rows: Rows, name: str) -> bool:
    """Whether texts are JSON rather than the names of classes."""
    texts_there = sql.subquery(rows.select({"text": column(name)}), "texts")
    first = exp.select(sql.column("text")).from_(texts_there).where(sql.present(sql.column("text"))).limit(1)
    found = rows.engine.rows(first)
    return bool(found) and found[0][0].lstrip().startswith(("{", "["))


def _from_struct(
    rows: Rows, task: str, name: str, given: tuple[str, ...], classes: tuple[str, ...] | None
) -> Predicted:
    if classes is not None and (strange := [field for field in given if field not in classes]):
        raise UsageError(
            f"predictions of task {task!r}: column {name!r} has {strange[0]!r}, which is not among the classes",
            hint=f"the column's are: {quoted(given)}",
        )
    values = {field: sql.field(column(name), (field,)) for field in given}
    something = exp.or_(*(sql.present(value.copy()) for value in values.values()))
    order = classes or given
    probabilities = array(_or_zero(values.get(category)) for category in order)
    value = case((something, cast(probabilities, "DOUBLE[]")))
    return _classification(rows, task, value, order)


def _from_map(rows: Rows, task: str, name: str, classes: tuple[str, ...] | None) -> Predicted:
    keys = sql.subquery(rows.select({"name": sql.call("unnest", sql.call("map_keys", column(name)))}), "keys")
    found = exp.select(sql.column("name")).distinct().from_(keys)
    names = tuple(sorted(row[0] for row in rows.engine.rows(found)))
    strange = next((category for category in names if classes is not None and category not in classes), None)
    if strange is not None:
        query = exp.select(sql.column("sample_id")).from_(keys.copy()).where(sql.column("name").eq(strange))
        sample = rows.engine.rows(query.limit(1))[0][0]
        raise IngestError(
            f"predictions of task {task!r}: {strange!r} is not among the classes, for example in sample {sample!r}",
            hint=f"name it in classes={{{task!r}: [...]}}, or leave it out",
        )
    order = classes or names
    probabilities = array(
        _or_zero(sql.call("map_extract_value", column(name), sql.text(category))) for category in order
    )
    empty = exp.EQ(this=sql.call("cardinality", column(name)), expression=sql.number(0))
    value = case((empty, cast(array(()), "DOUBLE[]")), (sql.present(column(name)), cast(probabilities, "DOUBLE[]")))
    return _classification(rows, task, value, order)


def _or_zero(value: exp.Expr | None) -> exp.Expr:
    return sql.number(0) if value is None else sql.call("coalesce", value.copy(), sql.number(0))


def _classification(rows: Rows, task: str, value: exp.Expr, classes: tuple[str, ...]) -> Predicted:
    """Rows of the predictions table for lists of probabilities."""
    p = sql.column("probabilities")
    full = exp.GT(this=sql.call("len", p), expression=sql.number(0))
    highest = sql.call("list_max", p.copy())
    columns: dict[str, exp.Expr] = {
        "sample_id": sql.column("sample_id"),
        "task": sql.text(task),
        "object_index": case((full, sql.number(0))),
        "category": sql.call("list_extract", texts(classes), sql.call("list_position", p.copy(), highest)),
        "score": highest.copy(),
        "probabilities": case((full.copy(), p.copy())),
        **{field: exp.Null() for field in ("bbox", "area", "keypoint_confidence")},
    }
    query = exp.select(*(named(part, name) for name, part in columns.items()))
    listed = sql.subquery(rows.select({"probabilities": value}), "listed")
    facts = TaskFacts(task, "classification", classes, has_predictions=True)
    return Predicted(facts, query.from_(listed).where(sql.present(p.copy())))
