"""sqlsel's table functions on a DuckDB connection: a macro over a volatile function with a cursor of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import duckdb
from duckdb.func import FunctionNullHandling, PythonUDFType

from sqlsel.sqlfiles import read_sql

if TYPE_CHECKING:
    import pyarrow as pa

    from sqlsel.engines.duckdb.engine import DuckDBEngine

SelectFunction = Callable[["DuckDBEngine", str, str, int | None, str | None, str, str | None], "pa.Table"]
"""Called with a session, dataset, config, seed, preselected tag, missing and condition; returns a ranked table."""

_NAME = "_sqlsel_select"
_PARAMETERS: list[Any] = ["VARCHAR", "VARCHAR", "BIGINT", "VARCHAR", "VARCHAR", "VARCHAR"]
_RESULT = "STRUCT(id VARCHAR, rank BIGINT, gain DOUBLE, terms MAP(VARCHAR, DOUBLE))[]"


def register_select(engine: DuckDBEngine, select: SelectFunction) -> None:
    """Make ``sqlsel_select`` on the connection, in place of one that is there.

    The function is known to every connection of the process to the same database; the macro over it to this one. It
    runs on a cursor, since the calling connection is busy with the query, and so it sees committed rows only.
    """
    connection = engine.connection

    # DuckDB counts the parameters and evaluates the annotations
    def run(dataset: Any, config: Any, seed: Any, preselected: Any, missing: Any, condition: Any) -> Any:  # noqa: ANN401
        """One list of ranked rows for each row of arguments."""
        import pyarrow as pa

        columns = (dataset, config, seed, preselected, missing, condition)
        session = engine.cursor()
        try:
            tables = [select(session, *arguments) for arguments in zip(*(c.to_pylist() for c in columns), strict=True)]
        finally:
            session.close()
        offsets = [0]
        for table in tables:
            offsets.append(offsets[-1] + table.num_rows)
        rows = pa.concat_tables(_as_returned(table) for table in tables).combine_chunks()
        structs = rows.to_struct_array().combine_chunks() if rows.num_rows else _no_rows(rows)
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), structs)

    with suppress(duckdb.InvalidInputException):  # where it was not there
        connection.remove_function(_NAME)
    connection.create_function(
        _NAME,
        run,
        _PARAMETERS,
        _RESULT,
        type=PythonUDFType.ARROW,
        null_handling=FunctionNullHandling.SPECIAL,
        side_effects=True,
    )
    engine.execute(read_sql("duckdb/macros.sql"))


def _as_returned(table: pa.Table) -> pa.Table:
    import pyarrow as pa

    ids = pa.array([str(value) for value in table.column("sample_id").to_pylist()], pa.string())
    return pa.table({"id": ids, **{name: table.column(name) for name in ("rank", "gain", "terms")}})


def _no_rows(rows: pa.Table) -> pa.StructArray:
    import pyarrow as pa

    return pa.array([], pa.struct(list(rows.schema)))
