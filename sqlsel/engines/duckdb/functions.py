"""sqlsel's table functions on a DuckDB connection.

Each is a macro over ``query``: a function of Python turns the arguments into a SELECT when the call is bound, and that
SELECT calls another, which does the work on a cursor of its own when it runs.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from duckdb.func import FunctionNullHandling, PythonUDFType
from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.engines.duckdb.engine import DuckDBEngine

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

Value = str | float | bool | None
Bind = Callable[[DuckDBEngine, str, Mapping[str, str]], exp.Query]
Run = Callable[[DuckDBEngine, str, str], "pa.Table"]

_REGISTERED: weakref.WeakSet[duckdb.DuckDBPyConnection] = weakref.WeakSet()


@dataclass(frozen=True, slots=True)
class Macro:
    """The signature of a table function.

    Attributes:
        name: Its name.
        required: Arguments without a default.
        defaults: The others, with their defaults.
    """

    name: str
    required: tuple[str, ...]
    defaults: Mapping[str, Value]


@dataclass(frozen=True, slots=True, eq=False)
class TableFunctions:
    """What is registered on a connection.

    Attributes:
        macros: The functions that users call.
        bind: Called when a call is bound, with a session, the call as JSON and by kind of result the function that
            runs it; returns the query that the call becomes.
        results: By kind of result, its columns with their types.
        run: Called when it runs, with a session, the call as JSON and what the asking connection sees, as JSON.
    """

    macros: tuple[Macro, ...]
    bind: Bind
    results: Mapping[str, Mapping[str, str]]
    run: Run


def register_functions(engine: DuckDBEngine, functions: TableFunctions) -> None:
    """Make table functions on the connection; on one that has them, nothing changes.

    They run on a cursor, since the calling connection is busy with the query, and so they see committed rows only.
    """
    connection = engine.connection
    if connection in _REGISTERED:
        return
    # DuckDB shows a function to every connection of the process to the database, but frees it with the one that made
    # it; so each connection has its own, and the macros, which no other connection sees, call those.
    own = uuid4().hex
    running = {kind: f"_sqlsel_{kind}_{own}" for kind in functions.results}

    def bind(session: DuckDBEngine, call: str) -> str:
        return functions.bind(session, call, running).sql(dialect=session.dialect, normalize_functions=False)

    _make_function(connection, f"_sqlsel_bind_{own}", 1, "VARCHAR", bind, _texts, volatile=False)
    for kind, columns in functions.results.items():
        row = ", ".join(f"{name} {type_name}" for name, type_name in columns.items())
        _make_function(connection, running[kind], 2, f"STRUCT({row})[]", functions.run, _lists, volatile=True)
    for macro in functions.macros:
        engine.execute(_macro(macro, f"_sqlsel_bind_{own}"))
    _REGISTERED.add(connection)


def _macro(macro: Macro, bind: str) -> exp.Create:
    """``CREATE MACRO name(source, n := 100, …) AS TABLE SELECT * FROM query(bind(<the arguments as JSON>))``."""
    defaults = [
        exp.PropertyEQ(this=sql.name(name), expression=exp.convert(value)) for name, value in macro.defaults.items()
    ]
    parameters = [*(sql.name(name) for name in macro.required), *defaults]
    given = [part for name in (*macro.required, *macro.defaults) for part in (sql.text(name), sql.column(name))]
    path = sql.call("current_setting", sql.text("search_path"))
    call = sql.call(
        "json_object",
        *(sql.text("function"), sql.text(macro.name)),
        *(sql.text("arguments"), sql.call("json_object", *given)),
        *(sql.text("path"), path),
    )
    query = exp.select(exp.Star()).from_(sql.call("query", sql.call(bind, sql.varchar(call))))
    table = exp.ReturnsProperty(this=exp.Schema(this=exp.var("TABLE")), is_table=True)
    signature = exp.UserDefinedFunction(this=sql.table(macro.name), expressions=parameters, wrapped=True)
    return exp.Create(
        this=signature,
        kind="MACRO",
        replace=True,
        expression=query,
        properties=exp.Properties(expressions=[exp.TemporaryProperty(), table]),
    )


def _make_function(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    arguments: int,
    returns: str,
    work: Callable[..., Any],
    gather: Callable[[list[Any]], pa.Array],
    *,
    volatile: bool,
) -> None:
    # the connection holds the function: held by it in turn, it would never be freed, and its file stay locked
    holder = weakref.ref(connection)

    def run(*columns: pa.ChunkedArray) -> pa.Array:
        """One result for each row of arguments."""
        caller = holder()
        assert caller is not None
        calls = list(zip(*(column.to_pylist() for column in columns), strict=True))
        cursor = caller.cursor()
        try:
            # the settings of the database are the caller's, and stay as they are
            session = DuckDBEngine(cursor, owned=False)
            found = [work(session, *call) for call in calls]
            session.close()
            return gather(found)
        finally:
            cursor.close()

    # DuckDB counts the parameters
    counted: dict[int, Callable[..., Any]] = {
        1: lambda first: run(first),  # noqa: PLW0108
        2: lambda first, second: run(first, second),  # noqa: PLW0108
    }
    parameters: list[Any] = ["VARCHAR"] * arguments
    connection.create_function(
        name,
        counted[arguments],
        parameters,
        returns,
        type=PythonUDFType.ARROW,
        null_handling=FunctionNullHandling.SPECIAL,
        side_effects=volatile,
    )


def _texts(found: list[str]) -> pa.Array:
    import pyarrow as pa

    return pa.array(found, pa.string())


def _lists(tables: list[pa.Table]) -> pa.Array:
    """A list of structs for each table."""
    import pyarrow as pa

    offsets = [0]
    for table in tables:
        offsets.append(offsets[-1] + table.num_rows)
    rows = pa.concat_tables(tables).combine_chunks()
    structs = rows.to_struct_array().combine_chunks() if rows.num_rows else pa.array([], pa.struct(list(rows.schema)))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), structs)
