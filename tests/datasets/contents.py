"""What a database holds, in full, for tests that compare it before and after."""

from __future__ import annotations


def quoted(name):
    """The name as an identifier."""
    return '"' + name.replace('"', '""') + '"'


def rows(db, dataset, table, columns="*"):
    """Rows of a dataset's table, ordered by all their columns."""
    return db.engine.rows(f"SELECT {columns} FROM {quoted(dataset)}.{quoted(table)} ORDER BY ALL")


def everything(db):
    """Every schema, table and row of a database, times aside."""
    tables = db.engine.rows(
        "SELECT schema_name, table_name, sql FROM duckdb_tables() WHERE database_name = current_catalog() ORDER BY ALL"
    )
    schemas = db.engine.rows("SELECT schema_name FROM duckdb_schemas() ORDER BY ALL")
    kept = {
        (schema, table): db.engine.rows(
            f"SELECT * {'EXCLUDE (created_at, updated_at)' if table == 'datasets' else ''} "
            f"FROM {quoted(schema)}.{quoted(table)} ORDER BY ALL"
        )
        for schema, table, _ in tables
    }
    return schemas, tables, kept
