"""The ids that Lightly gave datasets: 24 hex digits, which its configs name datasets by."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.tables import CATALOG_SCHEMA, catalog_table
from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from sqlsel.engines.base import Engine

_TABLE = "lightly_datasets"
_ID = re.compile(r"[0-9a-f]{24}")


def lightly_datasets(engine: Engine) -> dict[str, str]:
    """The datasets that Lightly's ids are recorded for, by id."""
    tables = exp.select(sql.count()).from_(exp.table_("tables", db="information_schema"))
    here = exp.and_(
        sql.column("table_catalog").eq(engine.catalog),
        sql.column("table_schema").eq(CATALOG_SCHEMA),
        sql.column("table_name").eq(_TABLE),
    )
    if not engine.rows(tables.where(here))[0][0]:
        return {}
    names = exp.select(sql.column("lightly_id"), sql.column("dataset")).from_(catalog_table(engine.catalog, _TABLE))
    return dict(engine.rows(names))


def check_lightly_id(engine: Engine, dataset: str, lightly_id: str) -> None:
    """Raise UsageError unless a dataset may be recorded under this id."""
    if not _ID.fullmatch(lightly_id):
        raise UsageError(
            f"{lightly_id!r} is no id of Lightly's: 24 hex digits in lower case",
            hint="copy it from the dataset's address",
        )
    other = lightly_datasets(engine).get(lightly_id, dataset)
    if other != dataset:
        raise UsageError(
            f"Lightly's id {lightly_id} is recorded for dataset {other!r}", hint="give each dataset its own"
        )


def record_lightly_id(engine: Engine, dataset: str, lightly_id: str) -> None:
    """Record the id of a dataset, so that configs find it by that; an earlier one of the dataset is forgotten.

    Raises:
        UsageError: If it is no id, or another dataset's.
    """
    check_lightly_id(engine, dataset, lightly_id)
    table = catalog_table(engine.catalog, _TABLE)
    with engine.transaction():
        engine.execute(exp.delete(table.copy()).where(sql.column("dataset").eq(dataset)))
        row = exp.select(sql.text(dataset), sql.text(lightly_id))
        columns = [sql.name(name) for name in ("dataset", "lightly_id")]
        engine.execute(exp.Insert(this=exp.Schema(this=table, expressions=columns), expression=row))
