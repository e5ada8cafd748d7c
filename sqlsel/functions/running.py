"""Running a call: the selection that it stands for, or the near-duplicates of its table, as rows with ids as texts."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.nearest import offer
from sqlsel.duplicates.finding import near_duplicates
from sqlsel.errors import ConfigError, UsageError
from sqlsel.functions.arguments import QUERIES
from sqlsel.functions.calls import read_call
from sqlsel.functions.relations import find, known_tables
from sqlsel.functions.statements import RESULTS
from sqlsel.functions.subject import subject_of
from sqlsel.oneshot import hold, hold_queries
from sqlsel.selecting import Asked, select, select_each
from sqlsel.sources.options import ReadOptions
from sqlsel.words import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyarrow as pa

    from sqlsel.engines.base import Engine, ScratchEngine
    from sqlsel.functions.calls import Call
    from sqlsel.functions.declared import Runs
    from sqlsel.functions.relations import Named
    from sqlsel.functions.subject import Subject


def run(session: ScratchEngine, text: str, seen: str) -> pa.Table:
    """The rows of a call, in the order of the selection.

    Args:
        session: A session that sees what is committed.
        text: The call.
        seen: What the asking connection sees of its table.

    Raises:
        SqlselError: If the call asks for something that cannot be, or of rows that the session does not see.
    """
    call = read_call(text)
    subject = subject_of(session, call)
    subject.check_seen(session, seen)
    try:
        found = _RUNS[call.function.runs](session, call, subject)
    except ConfigError as failure:
        raise call.refused(failure) from None
    return _as_returned(found, RESULTS[call.function.runs])


def _run_dataset(session: ScratchEngine, call: Call, _: Subject) -> pa.Table:
    values = call.values
    config = values["config"]
    asked = Asked(
        config if isinstance(config, str) else json.dumps(config),
        str(values["dataset"]),
        preselected=values["preselected"],
        seed=values["seed"],
        missing=values["missing"] or "omit",
        where=call.where,
        candidates=values["candidates"],
        since=values["since"],
    )
    return select(session, asked).to_arrow()


def _run_table(session: ScratchEngine, call: Call, subject: Subject) -> pa.Table:
    assert subject.reading is not None
    values = call.values
    with session.scratch() as scratch:
        dataset = _hold(scratch, subject)
        if values.get("queries") is not None:
            _hold_queries(scratch, call, subject)
        asked = Asked(
            call.function.config(values),
            dataset,
            preselected=_preselected(session, call),
            seed=values["seed"],
            missing=values["missing"] or "omit",
            where=call.where,
            per=values["per"],
        )
        return select(scratch, asked).to_arrow() if asked.per is None else select_each(scratch, asked)


def _hold(scratch: Engine, subject: Subject) -> str:
    """Make a dataset of the table; returns its name, which messages show."""
    assert subject.named is not None
    assert subject.reading is not None
    name = f"table {subject.name}"
    hold(scratch, name, subject.named.source, subject.reading.options)
    return name


def _hold_queries(scratch: Engine, call: Call, subject: Subject) -> None:
    import numpy as np

    assert subject.reading is not None
    given = call.values["queries"]
    if not isinstance(given, str):
        vectors = np.atleast_2d(np.asarray(given, dtype=np.float32))
        hold_queries(scratch, QUERIES, vectors, subject.reading.options)
        return
    named = _table("queries", given, scratch, call)
    options = ReadOptions(normalize=subject.reading.options.normalize)
    if (column := call.values["embedding"]) in named.types:
        options = replace(options, embedding=column)
    hold(scratch, QUERIES, named.source, options)


def _preselected(session: Engine, call: Call) -> list[Any] | None:
    """The ids that are given, or that a table holds."""
    given: str | list[Any] | None = call.values["preselected"]
    if not isinstance(given, str):
        return given
    named = _table("preselected", given, session, call)
    column = next((name for name in (call.values["id"], "sample_id", "id", "file_name") if name in named.types), None)
    if column is None or named.node is None:
        raise UsageError(
            f"preselected := {given!r}: no column of it holds ids",
            hint=f"call it 'sample_id'; there is: {quoted(named.types)}",
        )
    ids = exp.select(sql.column(column)).distinct().from_(named.node.copy()).where(sql.present(sql.column(column)))
    return [value for (value,) in session.rows(ids)]


def _table(argument: str, name: str, session: Engine, call: Call) -> Named:
    named = find(session, name, call.path)
    if named is None:
        raise UsageError(
            f"{argument} := {name!r}: there is no such table, view or file that other sessions see",
            hint=offer(name, known_tables(session)) or "the database has no tables",
        )
    return named


def _run_duplicates(session: ScratchEngine, call: Call, subject: Subject) -> pa.Table:
    with session.scratch() as scratch:
        dataset = _hold(scratch, subject)
        return near_duplicates(scratch, dataset, call.values["distance"], seed=call.values["seed"], where=call.where)


_RUNS: Mapping[Runs, Callable[[ScratchEngine, Call, Subject], pa.Table]] = {
    "dataset": _run_dataset,
    "table": _run_table,
    "duplicates": _run_duplicates,
}


def _as_returned(found: pa.Table, columns: Mapping[str, str]) -> pa.Table:
    """The rows with the columns that the function gives: ids as texts, NULL for what there is not."""
    import pyarrow as pa

    taken: dict[str, Any] = {}
    for name, kind in columns.items():
        source = {"id": "sample_id"}.get(name, name)
        if source not in found.column_names:
            taken[name] = pa.nulls(len(found), pa.int32() if kind == "INTEGER" else pa.string())
        elif name in ("id", "duplicate_of"):
            taken[name] = pa.array(
                [None if v is None else str(v) for v in found.column(source).to_pylist()], pa.string()
            )
        else:
            taken[name] = found.column(source)
    return pa.table(taken)
