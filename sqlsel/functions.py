"""sqlsel in SQL: the functions that make a selection a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlsel.engines.duckdb import DuckDBEngine, adopt_connection
from sqlsel.engines.duckdb.functions import register_select
from sqlsel.errors import UsageError
from sqlsel.selecting import Asked, select

if TYPE_CHECKING:
    import pyarrow as pa

    from sqlsel.engines.base import Engine
    from sqlsel.plan.model import Missing


def register(connection: object) -> None:
    """Make sqlsel's SQL functions on an open DuckDB connection: ``sqlsel_select`` and the scalar ones of ``sql/``.

    Nothing is stored in the database. The functions end with the connection; call this again on the next one.

    Args:
        connection: The connection, which stays the caller's.

    Raises:
        UsageError: If it is no DuckDB connection.
    """
    engine = adopt_connection(connection)
    if engine is None:
        raise UsageError(f"cannot register on a {type(connection).__name__}", hint="pass a DuckDB connection")
    register_select(engine, _select)


def prepare_functions(engine: Engine) -> None:
    """Make the functions on an engine of sqlsel where it does not have them."""
    if isinstance(engine, DuckDBEngine):
        register_select(engine, _select)


def run_query(engine: Engine, query: str) -> Any:  # noqa: ANN401 - the engine's own relation
    """Any SQL of the user's on an engine, with sqlsel's functions; returns the engine's own relation."""
    prepare_functions(engine)
    return engine.query(query)


def _select(
    session: Engine,
    dataset: str,
    config: str,
    seed: int | None,
    preselected: str | None,
    missing: str,
    condition: str | None,
    candidates: str | None,
    since: str | None,
) -> pa.Table:
    if missing not in ("omit", "error"):
        raise UsageError(f"missing := {missing!r}: 'omit' and 'error' are allowed")
    kind: Missing = "omit" if missing == "omit" else "error"
    return select(session, Asked(config, dataset, preselected, seed, kind, condition, candidates, since)).to_arrow()
