"""Tags on objects: which objects of which task a selection chose, beside the tag on their images.

They lie in a table of their own, which is made with the first selection of objects: ``selected_objects(run_id, tag,
task, sample_id, object_index, rank, gain, terms)``. ``sample_id`` is the image's, in its own type; the rank of
preselected objects is NULL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import named
from sqlsel.datasets.tables import SAMPLES, create_table, dataset_table

if TYPE_CHECKING:
    from sqlsel.engines.base import Engine

SELECTED_OBJECTS = "selected_objects"
OBJECT_ID = ("sample_id", "object_index")

_COLUMNS = (
    ("run_id", "VARCHAR"),
    ("tag", "VARCHAR"),
    ("task", "VARCHAR"),
    ("sample_id", ""),
    ("object_index", "INTEGER"),
    ("rank", "BIGINT"),
    ("gain", "DOUBLE"),
    ("terms", "MAP(VARCHAR, DOUBLE)"),
)


def has_selected_objects(engine: Engine, dataset: str) -> bool:
    """Whether objects of the dataset were ever selected and kept."""
    tables = exp.select(sql.number(1)).from_(exp.table_("tables", db="information_schema"))
    here = exp.and_(
        sql.column("table_catalog").eq(engine.catalog),
        sql.column("table_schema").eq(dataset),
        sql.column("table_name").eq(SELECTED_OBJECTS),
    )
    return bool(engine.rows(tables.where(here)))


def object_tags(engine: Engine, dataset: str) -> dict[str, str]:
    """The tags that are put on objects, each with the task of these, by name."""
    if not has_selected_objects(engine, dataset):
        return {}
    columns = (sql.column("tag"), sql.column("task"))
    query = exp.select(*columns).distinct().from_(dataset_table(engine.catalog, dataset, SELECTED_OBJECTS))
    return dict(sorted(engine.rows(query)))


def keep_objects(engine: Engine, dataset: str, run_id: str, tag: str, task: str, picks: exp.Table) -> None:
    """Add the objects of a selection, in the order of their ranks. Call it in the transaction that keeps the selection.

    Args:
        engine: The session.
        dataset: The dataset.
        run_id: The run that chose them.
        tag: The tag they get.
        task: Their task.
        picks: ``sample_id``, ``object_index``, ``rank``, ``gain`` and ``terms``; the rank is NULL where an object was
            preselected.
    """
    if not has_selected_objects(engine, dataset):
        own = engine.columns(dataset_table(engine.catalog, dataset, SAMPLES))["sample_id"]
        columns = [(name, kind or own) for name, kind in _COLUMNS]
        engine.execute(create_table(engine, dataset, SELECTED_OBJECTS, columns))
    constants = {"run_id": run_id, "tag": tag, "task": task}
    values = [
        named(sql.text(constants[name]), name) if name in constants else sql.column(name) for name, _ in _COLUMNS
    ]
    order = [sql.ascending(sql.column(name)) for name in ("rank", *OBJECT_ID)]
    target = dataset_table(engine.catalog, dataset, SELECTED_OBJECTS)
    schema = exp.Schema(this=target, expressions=[sql.name(name) for name, _ in _COLUMNS])
    engine.execute(exp.Insert(this=schema, expression=exp.select(*values).from_(picks.copy()).order_by(*order)))


def forget_objects(engine: Engine, dataset: str, tag: str) -> None:
    """Remove a tag from the objects that have it. Call it where the tag is replaced or removed."""
    if has_selected_objects(engine, dataset):
        target = dataset_table(engine.catalog, dataset, SELECTED_OBJECTS)
        engine.execute(exp.delete(target).where(sql.column("tag").eq(tag)))


def images_of(picks: exp.Table) -> exp.Select:
    """Query with each image of some objects once: ``sample_id``, and the ``rank`` of its first object among images.

    The images of preselected objects alone have no rank.
    """
    first = exp.select(sql.column("sample_id"), named(exp.Min(this=sql.column("rank")), "first"))
    grouped = sql.subquery(first.from_(picks.copy()).group_by(sql.column("sample_id")), "images")
    order = sql.order(sql.ascending(sql.column("first")), sql.ascending(sql.column("sample_id")))
    place = sql.over(exp.RowNumber(), ordered=order)
    rank = exp.Case(ifs=[exp.If(this=sql.present(sql.column("first")), true=place)])
    return exp.select(sql.column("sample_id"), named(rank, "rank")).from_(grouped)
