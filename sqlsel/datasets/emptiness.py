"""Database files that nothing was ever stored in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.errors import SqlselError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlsel.engines.base import Engine


def is_empty(engine: Engine) -> bool:
    """Whether a database has neither tables nor views; False where it cannot say."""
    tables = exp.select(sql.count()).from_(exp.table_("tables", db="information_schema"))
    try:
        return not engine.rows(tables.where(sql.column("table_catalog").eq(sql.text(engine.catalog))))[0][0]
    except SqlselError:
        return False


def remove_database(path: Path) -> None:
    """Remove a database file that is closed, and the log beside it."""
    for each in (path, path.with_name(f"{path.name}.wal")):
        each.unlink(missing_ok=True)
