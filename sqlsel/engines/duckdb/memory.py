"""Keeping DuckDB's own memory small while rows stream through it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator

# Below half a gigabyte row groups of wide vectors are written in pieces, which costs time; above it nothing gets faster
# by more than the noise.
STREAMING_LIMIT = "512MiB"


@contextmanager
def streaming_memory(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Cap the memory of a database file's buffers while the context lasts.

    By default DuckDB keeps every page it has touched, up to most of the machine's memory. A database in memory has
    nowhere to move its pages, so it is left alone.
    """
    in_file = connection.execute(
        "SELECT count(*) FROM duckdb_databases() WHERE database_name = current_database() AND path IS NOT NULL"
    ).fetchall()[0][0]
    if not in_file or not _limit(connection, f"SET memory_limit = '{STREAMING_LIMIT}'"):
        yield
        return
    try:
        yield
    finally:
        _limit(connection, "RESET memory_limit")


def _limit(connection: duckdb.DuckDBPyConnection, statement: str) -> bool:
    """Whether the limit could be set: more pages than it allows may be in use."""
    try:
        connection.execute(statement).fetchall()
    except duckdb.Error:
        return False
    return True
