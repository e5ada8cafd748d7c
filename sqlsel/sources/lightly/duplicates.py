"""Images that have the very same bytes as another: one of them stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.datasets.tables import SAMPLES, dataset_table

if TYPE_CHECKING:
    from pathlib import Path

    from sqlsel.engines.base import Engine
    from sqlsel.sources.lightly.readings import Measured

_NAMED = 5


def leave_out_duplicates(readings: Path, path: Path, engine: Engine, dataset: str | None, measured: Measured) -> Path:
    """Mark the readings of duplicates as not usable.

    Of files with the same content stays the one that the dataset has, and of several of these, or if it has none, the
    first by name. So a copy that comes later takes nobody's place.

    Args:
        readings: Parquet file, as ``spool_readings`` wrote it.
        path: The parquet file that is written if there are any.
        engine: The database.
        dataset: The dataset that the images are for.
        measured: Takes their number and the first few of them.

    Returns:
        The parquet file that holds.
    """
    file_name, same_as = sql.column("file_name"), sql.column("same_as")
    twins = exp.select(file_name, same_as).from_(sql.subquery(_firsts(readings, engine, dataset), "firsts"))
    twins = twins.where(same_as.neq(file_name))
    number = engine.rows(exp.select(sql.count()).from_(sql.subquery(twins, "twins")))[0][0]
    if not number:
        return readings
    first = twins.copy().order_by(sql.ascending(file_name.copy())).limit(_NAMED)
    measured.alike = [(name, other) for name, other in engine.rows(first)]
    measured.duplicates = number
    measured.usable -= number
    _mark(readings, path, engine, twins)
    return path


def _firsts(readings: Path, engine: Engine, dataset: str | None) -> exp.Select:
    """Query with each usable image and the first one of the same content."""
    file_name, content = sql.column("file_name"), sql.column("content")
    order = sql.order(*_preferred(engine, dataset), file_name)
    same_as = sql.over(sql.call("first_value", file_name.copy()), by=[content], ordered=order)
    query = exp.select(file_name.copy(), exp.alias_(same_as, "same_as", quoted=True))
    query = query.from_(engine.scan(str(readings), "parquet"))
    return query.where(sql.column("usable"), sql.present(content.copy()))


def _preferred(engine: Engine, dataset: str | None) -> list[exp.Expr]:
    """What goes before the name: whether the dataset has the image, if there is such a dataset."""
    if dataset is None or dataset not in DatasetCatalog(engine).dataset_names():
        return []
    samples = exp.select(sql.column("file_name")).from_(dataset_table(engine.catalog, dataset, SAMPLES))
    samples = samples.where(sql.present(sql.column("file_name")))
    return [sql.descending(exp.In(this=sql.column("file_name"), query=exp.Subquery(this=samples)))]


def _mark(readings: Path, path: Path, engine: Engine, twins: exp.Select) -> None:
    from pyarrow.parquet import ParquetWriter

    alone = sql.absent(sql.column("file_name", "t"))
    usable = exp.alias_(exp.and_(sql.column("usable", "r"), alone), "usable", quoted=True)
    columns = (sql.column("file_name", "r"), usable, sql.column("lightly", "r"))
    query = exp.select(*columns).from_(exp.alias_(engine.scan(str(readings), "parquet"), "r", table=True, quoted=True))
    same = sql.column("file_name", "r").eq(sql.column("file_name", "t"))
    schema, batches = engine.stream(sql.left_join(query, sql.subquery(twins.copy(), "t"), same))
    with ParquetWriter(path, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
