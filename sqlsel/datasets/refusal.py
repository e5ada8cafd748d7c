"""Rows that are refused: counted by reason, with the first few named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.errors import IngestError, Problem

if TYPE_CHECKING:
    from sqlsel.engines.base import Engine

NAMED = 5

SKIP = "or go on without them: --on-error skip (on_error='skip')"
"""What can be done about rows that may be left out, for hints."""


def found(engine: Engine, rows: exp.Select, where: str) -> tuple[Problem, ...]:
    """What is wrong with rows, a problem per reason; empty where nothing is.

    Args:
        engine: The session.
        rows: Query with ``place`` (text that names a row), ``position`` (its number in the source, from 1) and
            ``reason`` (text; NULL where the row is in order).
        where: What the rows are: ``embedding``, ``predictions of task 'x'``.
    """
    reason, position = sql.column("reason"), sql.column("position")
    first = sql.call("arg_min", sql.column("place"), position.copy(), sql.number(NAMED))
    query = (
        exp.select(reason, sql.count(), first)
        .from_(sql.subquery(rows, "checked"))
        .where(sql.present(reason.copy()))
        .group_by(reason.copy())
        .order_by(sql.ascending(reason.copy()))
    )
    return tuple(
        Problem(where=where, message=f"{text}: {rows_of(number)}, {first_few(places, number)}")
        for text, number, places in engine.rows(query)
    )


def refuse(engine: Engine, rows: exp.Select, where: str, *, message: str, hint: str) -> None:
    """Raise IngestError if anything is wrong with the rows; the arguments of ``found``, and the words of the error."""
    if problems := found(engine, rows, where):
        raise IngestError(message, problems=problems, hint=hint)


def rows_of(number: int) -> str:
    """``1 row``, ``2 rows``."""
    return f"{number:,} {'row' if number == 1 else 'rows'}"


def first_few(places: list[str], number: int) -> str:
    """The first few of a number of places, as a message lists them."""
    listed = ", ".join(places[:NAMED])
    return f"{listed} …" if number > len(places[:NAMED]) else listed
