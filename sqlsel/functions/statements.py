"""What a call becomes when it is bound: one SELECT over the function that runs it, with columns of the right types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import cast, named
from sqlsel.functions.subject import subject_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlsel.engines.base import Engine
    from sqlsel.functions.calls import Call
    from sqlsel.functions.declared import Runs

_ROWS = "p"

RESULTS: Mapping[Runs, Mapping[str, str]] = {
    "dataset": {
        "id": "VARCHAR",
        "file_name": "VARCHAR",
        "rank": "BIGINT",
        "gain": "DOUBLE",
        "terms": "MAP(VARCHAR, DOUBLE)",
        "object_index": "INTEGER",
    },
    "table": {
        "id": "VARCHAR",
        "file_name": "VARCHAR",
        "rank": "BIGINT",
        "gain": "DOUBLE",
        "terms": "MAP(VARCHAR, DOUBLE)",
        "per": "VARCHAR",
    },
    "duplicates": {
        "id": "VARCHAR",
        "file_name": "VARCHAR",
        "group_id": "BIGINT",
        "group_size": "BIGINT",
        "duplicate_of": "VARCHAR",
        "distance": "DOUBLE",
    },
}
"""By what a function works on, the columns that running it gives. Ids are texts there: a function has one type."""


def statement(session: Engine, call: Call, run: str) -> exp.Select:
    """The query that a call stands for; its rows are in the order of the selection.

    Args:
        session: A session that sees what is committed.
        call: The call.
        run: Name of the function that runs it, given the call and what the asking connection sees, as texts.

    Raises:
        UsageError: If an argument names a column that there is not, or one that does not fit.
    """
    subject = subject_of(session, call)
    running = sql.call(run, sql.text(call.to_json()), subject.seen)
    rows = sql.call("unnest", running, exp.PropertyEQ(this=exp.var("recursive"), expression=exp.true()))
    types = {"id": subject.id_type, "duplicate_of": subject.id_type}
    found = RESULTS[call.function.runs]
    columns = [_typed(name, types.get(name), "sample_id" if name == "id" else name) for name in found if name != "per"]
    if "per" in found and call.values["per"] is not None:
        columns.insert(0, _typed("per", subject.per_type, str(call.values["per"])))
    return exp.select(*columns).from_(sql.subquery(exp.select(rows), _ROWS))


def _typed(column: str, kind: str | None, name: str) -> exp.Expr:
    value = sql.column(column, _ROWS)
    return named(cast(value, kind) if kind is not None else value, name)
