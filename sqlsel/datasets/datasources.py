"""Datasets that have no samples yet, and the folders that a run reads them from."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.imagery import has_catalog_table, insert_row
from sqlsel.datasets.naming import check_dataset_name
from sqlsel.datasets.runs import timestamp
from sqlsel.datasets.schedule import make_schedule
from sqlsel.datasets.tables import catalog_table

if TYPE_CHECKING:
    from sqlsel.engines.base import Engine

CREATED = "created_datasets"
DATASOURCES = "datasources"


def create_dataset(engine: Engine, name: str) -> None:
    """Record a dataset by name, before it has samples.

    Raises:
        UsageError: If a dataset cannot be called so.
    """
    check_dataset_name(name, engine)
    make_schedule(engine)
    insert_row(engine, CREATED, {"dataset": sql.text(name), "created_at": timestamp(datetime.now(UTC))})


def created_datasets(engine: Engine) -> tuple[str, ...]:
    """Names of the datasets that were created so, sorted."""
    if not has_catalog_table(engine, CREATED):
        return ()
    query = exp.select(sql.column("dataset")).distinct().from_(catalog_table(engine.catalog, CREATED))
    return tuple(sorted(row[0] for row in engine.rows(query)))


def set_datasource(engine: Engine, dataset: str, purpose: str, path: str) -> None:
    """Record the folder that runs read a dataset from; an earlier one of that purpose is forgotten."""
    make_schedule(engine)
    table = catalog_table(engine.catalog, DATASOURCES)
    with engine.transaction():
        engine.execute(exp.delete(table).where(_of(dataset, purpose)))
        row = {"dataset": sql.text(dataset), "purpose": sql.text(purpose), "path": sql.text(path)}
        insert_row(engine, DATASOURCES, row)


def datasource(engine: Engine, dataset: str, purpose: str) -> str | None:
    """The folder that runs read a dataset from; None if none was given."""
    if not has_catalog_table(engine, DATASOURCES):
        return None
    query = exp.select(sql.column("path")).from_(catalog_table(engine.catalog, DATASOURCES))
    rows = engine.rows(query.where(_of(dataset, purpose)))
    return rows[0][0] if rows else None


def _of(dataset: str, purpose: str) -> exp.Expr:
    return exp.and_(sql.column("dataset").eq(sql.text(dataset)), sql.column("purpose").eq(sql.text(purpose)))
