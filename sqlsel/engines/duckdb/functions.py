"""sqlsel's table functions on a DuckDB connection: a macro over a volatile function with a cursor of its own."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import duckdb
from duckdb.func import FunctionNullHandling, PythonUDFType

from sqlsel.engines.duckdb.engine import DuckDBEngine
from sqlsel.errors import DatabaseError
from sqlsel.sqlfiles import read_sql

if TYPE_CHECKING:
    import pyarrow as pa

SelectFunction = Callable[[DuckDBEngine, str, str, int | None, str | None, str, str | None], "pa.Table"]
"""Called with a session, dataset, config, seed, preselected tag, missing and condition; returns a ranked table."""

_SELECT = "_sqlsel_select"
_TOKEN = "_sqlsel_token"  # noqa: S105 - the name of a function
_PARAMETERS: list[Any] = ["VARCHAR", "VARCHAR", "BIGINT", "VARCHAR", "VARCHAR", "VARCHAR"]
_RESULT = "STRUCT(id VARCHAR, rank BIGINT, gain DOUBLE, terms MAP(VARCHAR, DOUBLE))[]"

# By database instance, the connections that have the functions. A function that held a connection would keep its
# database open for ever, since the database holds the function.
_CONNECTIONS: dict[str, list[weakref.ref[duckdb.DuckDBPyConnection]]] = {}


def register_select(engine: DuckDBEngine, select: SelectFunction) -> None:
    """Make ``sqlsel_select`` on the connection; on one that has it, nothing changes.

    The function is known to every connection of the process to the same database; the macro over it to this one. It
    runs on a cursor, since the calling connection is busy with the query, and so it sees committed rows only.
    """
    connection = engine.connection
    token = _token_of(connection)
    if token is None:
        token = uuid4().hex
        _CONNECTIONS[token] = []
        _make_functions(connection, token, select)
    known = _CONNECTIONS[token]
    if not any(reference() is connection for reference in known):
        known.append(weakref.ref(connection))
    engine.execute(read_sql("duckdb/macros.sql"))


def _token_of(connection: duckdb.DuckDBPyConnection) -> str | None:
    """What tells the functions of one database instance from those of another; None where there are none."""
    known = "SELECT count(*) FROM duckdb_functions() WHERE function_name = ?"
    if connection.execute(known, [_TOKEN]).fetchall()[0][0] == 0:
        return None
    token: str = connection.execute(f"SELECT {_TOKEN}()").fetchall()[0][0]
    return token


def _make_functions(connection: duckdb.DuckDBPyConnection, token: str, select: SelectFunction) -> None:
    # DuckDB counts the parameters and evaluates the annotations
    def run(dataset: Any, config: Any, seed: Any, preselected: Any, missing: Any, condition: Any) -> Any:  # noqa: ANN401
        """One list of ranked rows for each row of arguments."""
        columns = (dataset, config, seed, preselected, missing, condition)
        calls = zip(*(column.to_pylist() for column in columns), strict=True)
        session = _session(token)
        try:
            return _lists([select(session, *arguments) for arguments in calls])
        finally:
            session.close()

    connection.create_function(
        _SELECT,
        run,
        _PARAMETERS,
        _RESULT,
        type=PythonUDFType.ARROW,
        null_handling=FunctionNullHandling.SPECIAL,
        side_effects=True,
    )
    connection.create_function(_TOKEN, lambda: token, [], "VARCHAR")


def _session(token: str) -> DuckDBEngine:
    """A cursor of a connection that is still open; the one that calls is."""
    for reference in reversed(_CONNECTIONS[token]):
        connection = reference()
        if connection is not None:
            try:
                return DuckDBEngine(connection.cursor(), owned=True)
            except duckdb.ConnectionException:
                continue  # it has been closed
    raise DatabaseError("sqlsel has no open connection to this database", hint="call sqlsel.register(connection) again")


def _lists(tables: list[pa.Table]) -> pa.Array:
    import pyarrow as pa

    offsets = [0]
    for table in tables:
        offsets.append(offsets[-1] + table.num_rows)
    rows = pa.concat_tables(_as_returned(table) for table in tables).combine_chunks()
    structs = rows.to_struct_array().combine_chunks() if rows.num_rows else pa.array([], pa.struct(list(rows.schema)))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), structs)


def _as_returned(table: pa.Table) -> pa.Table:
    import pyarrow as pa

    ids = pa.array([str(value) for value in table.column("sample_id").to_pylist()], pa.string())
    return pa.table({"id": ids, **{name: table.column(name) for name in ("rank", "gain", "terms")}})
