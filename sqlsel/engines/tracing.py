"""The SQL that runs, told on the logger ``sqlsel.sql`` to whoever listens."""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SQL_LOG = logging.getLogger("sqlsel.sql")
"""Statements before they run, then a comment with the time that each took. Settings of a session are left out.

At level DEBUG these are the statements on datasets; look-ups of what there is are at ``LOOKUP``, five below.
"""

LOOKUP = logging.DEBUG - 5

_CATALOGS = {"information_schema", "sqlsel"}


@contextmanager
def traced(sql: str | exp.Expr, dialect: str, parameters: Sequence[Any] = ()) -> Iterator[None]:
    """Tell of a statement before it runs inside the context, and how long that took.

    Costs nothing where nobody listens.

    Args:
        sql: The statement.
        dialect: How a node is written.
        parameters: Its parameters.
    """
    if not SQL_LOG.isEnabledFor(logging.DEBUG):
        yield
        return
    level = LOOKUP if _looks_up(sql) else logging.DEBUG
    SQL_LOG.log(level, "%s", statement_text(sql, dialect, parameters))
    begun = time.perf_counter()
    yield
    SQL_LOG.log(level, "-- %.1f ms", (time.perf_counter() - begun) * 1000)


def _looks_up(sql: str | exp.Expr) -> bool:
    """Whether a statement only reads what there is: types, and the tables of catalogs."""
    if isinstance(sql, str):
        return sql.startswith("DESCRIBE ")
    return isinstance(sql, exp.Query) and {table.db for table in sql.find_all(exp.Table)} <= _CATALOGS


def statement_text(sql: str | exp.Expr, dialect: str, parameters: Sequence[Any] = ()) -> str:
    """The statement as a person reads it, with a semicolon; parameters stand in a comment behind it."""
    text = sql.strip() if isinstance(sql, str) else sql.sql(dialect=dialect, pretty=True, normalize_functions=False)
    given = f" -- with {', '.join(map(repr, parameters))}" if parameters else ""
    return f"{text.rstrip(';')};{given}"
