"""Opening DuckDB files, and working on a connection that is already open."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import duckdb
from sqlglot import exp

from sqlsel.engines.duckdb.engine import DuckDBEngine
from sqlsel.engines.duckdb.failures import opening_failure
from sqlsel.engines.duckdb.memory import read_parquet_in_pieces
from sqlsel.errors import UsageError

# Files of this version open in every DuckDB since 1.4; the default of DuckDB 2 does not open in any 1.x.
STORAGE_VERSION = "v1.4.0"


def open_database(
    path: str | Path, *, read_only: bool = False, must_exist: bool = False, memory_limit: str | None = None
) -> DuckDBEngine:
    """An engine on a DuckDB file, or on a database in memory for ``:memory:``.

    Args:
        path: The file; it is made where it does not exist and ``must_exist`` allows that.
        read_only: Open for reading only; any number of processes can do so at a time.
        must_exist: Refuse a file that does not exist.
        memory_limit: What DuckDB's setting of that name takes: ``2GB``, ``500MiB``. None for most of the machine's.

    Raises:
        UsageError: If the file does not exist and must, or the limit is no size.
        DatabaseError: If it is locked, no DuckDB file, or made by a newer version.
    """
    name = str(path)
    if name != ":memory:" and (must_exist or read_only) and not Path(name).exists():
        raise UsageError(f"{name}: no such database", hint="`sqlsel ingest SOURCE --db DB --dataset NAME` makes one")
    settings: dict[str, str | bool | int | float | list[str]] = {"python_enable_replacements": False}
    if not read_only:
        settings["storage_compatibility_version"] = STORAGE_VERSION
    try:
        connection = duckdb.connect(name, read_only=read_only, config=settings)
    except duckdb.Error as failure:
        raise opening_failure(failure, name) from None
    if memory_limit is not None:
        _limit_memory(connection, memory_limit)
    read_parquet_in_pieces(connection)
    _follow_progress(connection)
    return DuckDBEngine(connection, owned=True)


def _limit_memory(connection: duckdb.DuckDBPyConnection, limit: str) -> None:
    text = exp.Literal.string(limit).sql(dialect="duckdb")
    try:
        connection.execute(f"SET memory_limit = {text}")
    except duckdb.Error:
        connection.close()
        raise UsageError(f"memory_limit {limit!r} is no size", hint="give a number and a unit: 2GB, 500MiB") from None


def _follow_progress(connection: duckdb.DuckDBPyConnection) -> None:
    """Let DuckDB follow its progress for whoever asks, and print no bar of its own among the data on stdout."""
    # in a notebook without ipywidgets there is no bar, and DuckDB refuses to change anything about it
    with suppress(duckdb.InvalidInputException):
        connection.execute("SET enable_progress_bar_print = false")
        connection.execute("SET enable_progress_bar = true")


def adopt_connection(connection: object) -> DuckDBEngine | None:
    """An engine on a connection that the user opened, which is never closed by us; None if it is no connection."""
    if isinstance(connection, duckdb.DuckDBPyConnection):
        return DuckDBEngine(connection, owned=False)
    return None
