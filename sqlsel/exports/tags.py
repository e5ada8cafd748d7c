"""A tag's samples as rows: the selected by rank, then those that were preselected."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp

    from sqlsel.engines.base import Engine
    from sqlsel.exports.rows import Rows


def tag_rows(engine: Engine, dataset: str, tag: str, *, exclude_preselected: bool = False) -> Rows:
    """The rows of a tag as a stream: ``sample_id, file_name, rank, gain, terms`` and, where there is any, ``metadata``.

    The new samples come first, by rank, then the preselected ones by id, without rank, gain and terms. A tag on objects
    gives these, with ``object_index``, ``task``, ``category``, ``score`` and ``bbox``.

    Raises:
        UsageError: If there is no such dataset or tag.
    """
    from sqlsel import nodes as sql
    from sqlsel.datasets.catalog import DatasetCatalog
    from sqlsel.datasets.objects import object_tags
    from sqlsel.datasets.tags import check_tag
    from sqlsel.exports.rows import Rows, first_keys

    DatasetCatalog(engine).check_dataset(dataset)
    check_tag(engine, dataset, tag)
    query = (
        _objects_query(engine, dataset, tag) if tag in object_tags(engine, dataset) else _query(engine, dataset, tag)
    )
    if exclude_preselected:
        query = query.where(sql.present(sql.column("rank", "t")))
    first = engine.table(query.limit(1))
    return Rows(first.schema, engine.batches(query), {"terms": first_keys(first.column("terms"))})


def _query(engine: Engine, dataset: str, tag: str) -> exp.Select:
    from sqlglot import exp

    from sqlsel import nodes as sql
    from sqlsel.datasets.tables import SAMPLES, SELECTIONS
    from sqlsel.datasets.tags import tag_query

    samples = sql.table(SAMPLES, dataset, engine.catalog, alias="s")
    chosen = sql.table(SELECTIONS, dataset, engine.catalog, alias="r")
    sample_id, rank = sql.column("sample_id", "t"), sql.column("rank", "t")
    same = exp.EQ(this=sample_id.copy(), expression=sql.column("sample_id", "s"))
    kept = exp.and_(
        exp.EQ(this=sample_id.copy(), expression=sql.column("sample_id", "r")),
        exp.EQ(this=sql.column("tag", "r"), expression=sql.text(tag)),
    )
    columns = [sample_id, sql.column("file_name", "s"), rank, sql.column("gain", "r"), sql.column("terms", "r")]
    if "metadata" in engine.columns(sql.table(SAMPLES, dataset, engine.catalog)):
        columns.append(sql.column("metadata", "s"))
    query = exp.select(*columns).from_(sql.subquery(tag_query(engine, dataset, tag), "t"))
    query = query.join(samples, on=same).join(chosen, on=kept, join_type="left")
    return query.order_by(sql.ascending(rank.copy()), sql.ascending(sample_id.copy()))


def _objects_query(engine: Engine, dataset: str, tag: str) -> exp.Select:
    """The objects of a tag, with their predictions: those of the last selection by rank, then the others by id."""
    from sqlglot import exp

    from sqlsel import nodes as sql
    from sqlsel.datasets.objects import SELECTED_OBJECTS
    from sqlsel.datasets.tables import PREDICTIONS, SAMPLES

    same = [exp.EQ(this=sql.column(name, "t"), expression=sql.column(name, "p")) for name in ("sample_id", "task")]
    place = exp.EQ(this=sql.column("object_index", "t"), expression=sql.column("object_index", "p"))
    image = exp.EQ(this=sql.column("sample_id", "t"), expression=sql.column("sample_id", "s"))
    own = [sql.column(name, "t") for name in ("rank", "gain", "terms", "task")]
    columns = [sql.column("sample_id", "t"), sql.column("object_index", "t"), sql.column("file_name", "s"), *own]
    columns += [sql.column(name, "p") for name in ("category", "score", "bbox")]
    if "metadata" in engine.columns(sql.table(SAMPLES, dataset, engine.catalog)):
        columns.append(sql.column("metadata", "s"))
    query = exp.select(*columns).from_(sql.table(SELECTED_OBJECTS, dataset, engine.catalog, alias="t"))
    query = query.join(sql.table(SAMPLES, dataset, engine.catalog, alias="s"), on=image)
    predicted = sql.table(PREDICTIONS, dataset, engine.catalog, alias="p")
    query = query.join(predicted, on=exp.and_(*same, place), join_type="left")
    query = query.where(exp.EQ(this=sql.column("tag", "t"), expression=sql.text(tag)))
    order = [sql.column(name, "t") for name in ("rank", "sample_id", "object_index")]
    return query.order_by(*(sql.ascending(column) for column in order))
