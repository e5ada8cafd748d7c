"""Tags on objects: which objects of which task a selection chose, beside the tag on their images.

They lie in a table of their own, which is made with the first selection of objects: ``selected_objects(run_id, tag,
task, sample_id, object_index, rank, gain, terms)``. ``sample_id`` is the image's, in its own type; the rank of
preselected objects is NULL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import cast, matching, named
from sqlsel.datasets.tables import SAMPLES, create_table, dataset_table

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def object_counts(engine: Engine, dataset: str) -> dict[str, int]:
    """By tag, how many objects have it."""
    if not has_selected_objects(engine, dataset):
        return {}
    query = exp.select(sql.column("tag"), sql.count()).from_(dataset_table(engine.catalog, dataset, SELECTED_OBJECTS))
    return dict(engine.rows(query.group_by(sql.column("tag"))))


def tag_objects(
    engine: Engine, dataset: str, run_id: str, tag: str, task: str, picks: exp.Table, earlier: exp.Table
) -> exp.Select:
    """Put a tag on objects. Call it in the transaction that keeps their selection.

    Objects that have the tag already, because it grows, keep their run, gain and terms, and lose their rank.

    Args:
        engine: The session.
        dataset: The dataset.
        run_id: The run that chose the picks.
        tag: The tag; unless it grows, ``forget_objects`` has removed it.
        task: The task of the objects.
        picks: ``sample_id``, ``object_index``, ``rank``, ``gain`` and ``terms`` of the new ones.
        earlier: ``sample_id`` and ``object_index`` of the preselected.

    Returns:
        Query with the images of the tag, each once: ``sample_id``, and the ``rank`` of its first object among the
        images; NULL where all its objects were preselected.
    """
    target = dataset_table(engine.catalog, dataset, SELECTED_OBJECTS)
    if not has_selected_objects(engine, dataset):
        own = engine.columns(dataset_table(engine.catalog, dataset, SAMPLES))["sample_id"]
        columns = [(name, kind or own) for name, kind in _COLUMNS]
        engine.execute(create_table(engine, dataset, SELECTED_OBJECTS, columns))
    of_tag = sql.column("tag").eq(tag)
    engine.execute(exp.update(target, {'"rank"': exp.Null()}, where=of_tag))
    given = {"run_id": sql.text(run_id), "tag": sql.text(tag), "task": sql.text(task)}
    engine.execute(_insert(target, given, picks))
    there = exp.alias_(target.copy(), "named", table=True, quoted=True)
    known = exp.and_(matching(earlier, there, *OBJECT_ID).this.args["where"].this, sql.column("tag", "named").eq(tag))
    missing = exp.Not(this=exp.Exists(this=exp.select(sql.number(1)).from_(there).where(known)))
    nothing = {name: exp.cast(exp.Null(), "BIGINT" if name == "rank" else "DOUBLE") for name in ("rank", "gain")}
    terms = cast(exp.Null(), dict(_COLUMNS)["terms"])
    engine.execute(_insert(target, {**given, **nothing, "terms": terms}, earlier, missing))
    return _images(target, of_tag)


def _insert(target: exp.Table, given: Mapping[str, exp.Expr], source: exp.Table, *conditions: exp.Expr) -> exp.Insert:
    """Rows of a source, in the order of their ids, with the same values in some columns."""
    values = [named(given[name].copy(), name) if name in given else sql.column(name) for name, _ in _COLUMNS]
    order = [sql.ascending(sql.column(name)) for name in (*([] if "rank" in given else ["rank"]), *OBJECT_ID)]
    schema = exp.Schema(this=target.copy(), expressions=[sql.name(name) for name, _ in _COLUMNS])
    query = exp.select(*values).from_(source.copy()).where(*conditions).order_by(*order)
    return exp.Insert(this=schema, expression=query)


def _images(target: exp.Table, of_tag: exp.Expr) -> exp.Select:
    first = exp.select(sql.column("sample_id"), named(exp.Min(this=sql.column("rank")), "first"))
    images = sql.subquery(first.from_(target.copy()).where(of_tag.copy()).group_by(sql.column("sample_id")), "images")
    order = sql.order(sql.ascending(sql.column("first")), sql.ascending(sql.column("sample_id")))
    place = sql.over(exp.RowNumber(), ordered=order)
    rank = exp.Case(ifs=[exp.If(this=sql.present(sql.column("first")), true=place)])
    return exp.select(sql.column("sample_id"), named(rank, "rank")).from_(images)


def forget_objects(engine: Engine, dataset: str, tag: str) -> None:
    """Remove a tag from the objects that have it. Call it where the tag is replaced or removed."""
    if has_selected_objects(engine, dataset):
        target = dataset_table(engine.catalog, dataset, SELECTED_OBJECTS)
        engine.execute(exp.delete(target).where(sql.column("tag").eq(tag)))
