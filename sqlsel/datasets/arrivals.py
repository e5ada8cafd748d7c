"""When samples came into a dataset. Those of its first ingest have no row: they came when it was made."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import named
from sqlsel.datasets.tables import create_table, dataset_table

if TYPE_CHECKING:
    from sqlsel.datasets.target import Target
    from sqlsel.engines.base import Engine

ARRIVALS = "arrivals"


def has_arrivals(engine: Engine, dataset: str) -> bool:
    """Whether samples came into the dataset after its first ingest."""
    tables = exp.select(sql.count()).from_(exp.table_("tables", db="information_schema"))
    here = exp.and_(
        sql.column("table_catalog").eq(engine.catalog),
        sql.column("table_schema").eq(dataset),
        sql.column("table_name").eq(ARRIVALS),
    )
    return bool(engine.rows(tables.where(here))[0][0])


def note_arrivals(target: Target, new: exp.Select) -> None:
    """Keep the moment at which samples came.

    Args:
        target: The dataset, in the transaction that adds them.
        new: Query with their ``sample_id``, before they are added.
    """
    if not has_arrivals(target.engine, target.dataset):
        columns = [("sample_id", target.id_type), ("added_at", "TIMESTAMP")]
        target.engine.execute(create_table(target.engine, target.dataset, ARRIVALS, columns))
    now = sql.moment(datetime.now(UTC).replace(tzinfo=None))
    rows = exp.select(sql.column("sample_id"), named(now, "added_at")).from_(sql.subquery(new, "new"))
    target_table = dataset_table(target.engine.catalog, target.dataset, ARRIVALS)
    target.engine.execute(exp.Insert(this=target_table, expression=rows))
