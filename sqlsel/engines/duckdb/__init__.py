"""DuckDB: the engine of one machine."""

from __future__ import annotations

from sqlsel.engines.duckdb.engine import DuckDBEngine
from sqlsel.engines.duckdb.opening import adopt_connection, open_database

__all__ = ["DuckDBEngine", "adopt_connection", "open_database"]
