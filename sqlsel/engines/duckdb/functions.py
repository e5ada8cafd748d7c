"""sqlsel's table functions on a DuckDB connection: a macro over a volatile function with a cursor of its own."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from duckdb.func import FunctionNullHandling, PythonUDFType

from sqlsel.engines.duckdb.engine import DuckDBEngine
from sqlsel.sqlfiles import read_sql

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

SelectFunction = Callable[
    [DuckDBEngine, str, str, int | None, str | None, str, str | None, str | None, str | None], "pa.Table"
]
"""Called with a session, dataset, config, seed, preselected tag, missing, condition, tag of the candidates, and since
when they came; returns a ranked table."""

_SELECT = "_sqlsel_select"
_PARAMETERS: list[Any] = ["VARCHAR", "VARCHAR", "BIGINT", *["VARCHAR"] * 5]
_RESULT = "STRUCT(id VARCHAR, rank BIGINT, gain DOUBLE, terms MAP(VARCHAR, DOUBLE), object_index INTEGER)[]"

_REGISTERED: weakref.WeakSet[duckdb.DuckDBPyConnection] = weakref.WeakSet()


def register_select(engine: DuckDBEngine, select: SelectFunction) -> None:
    """Make ``sqlsel_select`` on the connection; on one that has it, nothing changes.

    The function runs on a cursor, since the calling connection is busy with the query, and so it sees committed rows
    only.
    """
    connection = engine.connection
    if connection in _REGISTERED:
        return
    # DuckDB shows a function to every connection of the process to the database, but frees it with the one that made
    # it; so each connection has one of its own, and the macro, which no other connection sees, calls that.
    name = f"{_SELECT}_{uuid4().hex}"
    _make_function(connection, name, select)
    engine.execute(read_sql("duckdb/macros.sql").replace(f"{_SELECT}(", f"{name}("))
    _REGISTERED.add(connection)


def _make_function(connection: duckdb.DuckDBPyConnection, name: str, select: SelectFunction) -> None:
    # the connection holds the function: held by it in turn, it would never be freed, and its file stay locked
    holder = weakref.ref(connection)

    # DuckDB counts the parameters and evaluates the annotations
    def run(
        dataset: Any,  # noqa: ANN401
        config: Any,  # noqa: ANN401
        seed: Any,  # noqa: ANN401
        preselected: Any,  # noqa: ANN401
        missing: Any,  # noqa: ANN401
        condition: Any,  # noqa: ANN401
        candidates: Any,  # noqa: ANN401
        since: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """One list of ranked rows for each row of arguments."""
        caller = holder()
        assert caller is not None
        columns = (dataset, config, seed, preselected, missing, condition, candidates, since)
        calls = zip(*(column.to_pylist() for column in columns), strict=True)
        session = DuckDBEngine(caller.cursor(), owned=True)
        try:
            return _lists([select(session, *arguments) for arguments in calls])
        finally:
            session.close()

    connection.create_function(
        name,
        run,
        _PARAMETERS,
        _RESULT,
        type=PythonUDFType.ARROW,
        null_handling=FunctionNullHandling.SPECIAL,
        side_effects=True,
    )


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
    columns = {"id": ids, **{name: table.column(name) for name in ("rank", "gain", "terms")}}
    places = table.column("object_index") if "object_index" in table.column_names else pa.nulls(len(table), pa.int32())
    return pa.table({**columns, "object_index": places})
