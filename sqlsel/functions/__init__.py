"""sqlsel in SQL: the functions that make a selection a table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from sqlsel.engines.duckdb import DuckDBEngine, adopt_connection
from sqlsel.engines.duckdb.functions import Macro, TableFunctions
from sqlsel.engines.duckdb.functions import register_functions as register_on
from sqlsel.errors import ConfigError, SqlselError, UsageError
from sqlsel.functions.calls import read_call
from sqlsel.functions.declared import FUNCTIONS
from sqlsel.functions.misnamed import misnamed
from sqlsel.functions.statements import RESULTS, statement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyarrow as pa
    from sqlglot import exp

    from sqlsel.engines.base import Engine, ScratchEngine
    from sqlsel.functions.declared import TableFunction

Result = TypeVar("Result")


def register(connection: object) -> None:
    """Make sqlsel's SQL functions on an open DuckDB connection: the table functions, and the scalar ones of ``sql/``.

    ``sqlsel_select`` selects from a dataset, a function for each strategy (``sqlsel_diversity`` and others) from any
    table, view or file, and ``sqlsel_near_duplicates`` finds the groups of one. Nothing is stored in the database. The
    functions end with the connection; call this again on the next one.

    Args:
        connection: The connection, which stays the caller's.

    Raises:
        UsageError: If it is no DuckDB connection.
    """
    engine = adopt_connection(connection)
    if engine is None:
        raise UsageError(f"cannot register on a {type(connection).__name__}", hint="pass a DuckDB connection")
    register_on(engine, _functions())


def prepare_functions(engine: Engine) -> None:
    """Make the functions on an engine of sqlsel where it does not have them."""
    if isinstance(engine, DuckDBEngine):
        register_on(engine, _functions())


def run_query(engine: Engine, query: str) -> Any:  # noqa: ANN401 - the engine's own relation
    """Any SQL of the user's on an engine, with sqlsel's functions; returns the engine's own relation.

    Raises:
        UsageError: If a call of one of these has an argument that there is not, or lacks one.
    """
    prepare_functions(engine)
    try:
        return engine.query(query)
    except Exception as failure:
        if (told := misnamed(query, engine.dialect, str(failure))) is not None:
            raise told from failure
        raise


def _functions() -> TableFunctions:
    macros = tuple(_macro(function) for function in FUNCTIONS.values())
    return TableFunctions(macros, _bind, dict(RESULTS.items()), _run)


def _macro(function: TableFunction) -> Macro:
    required = tuple(argument.name for argument in function.arguments if argument.required)
    defaults = {argument.name: argument.default for argument in function.arguments if not argument.required}
    return Macro(function.name, required, defaults)


def _bind(session: Engine, text: str, running: Mapping[str, str]) -> exp.Query:
    def bound() -> exp.Query:
        call = read_call(text)
        return statement(session, call, running[call.function.runs])

    return _told(text, bound)


def _run(session: ScratchEngine, text: str, seen: str) -> pa.Table:
    from sqlsel.functions.running import run

    return _told(text, lambda: run(session, text, seen))


def _told(text: str, work: Callable[[], Result]) -> Result:
    """Do some work of a call; an error begins with the name of the function."""
    try:
        return work()
    except SqlselError as failure:
        kind = UsageError if isinstance(failure, UsageError | ConfigError) else SqlselError
        raise kind(f"{json.loads(text)['function']}: {failure}") from failure
