"""Tables, views and Parquet files as what a view can read long after this session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.errors import UsageError
from sqlsel.sources.files import file_format, is_pattern
from sqlsel.sources.options import NOT_VIEWED, VIEWED
from sqlsel.sources.relations import Relation, found_table, types_of

if TYPE_CHECKING:
    from sqlsel.engines.base import Engine


def lasting_relation(source: object, engine: Engine) -> Relation:
    """A source by its whole name: catalog, schema and table, or the absolute path of a file.

    Args:
        source: The name of a table or view of the database, or a Parquet file or pattern of files.
        engine: The session.

    Raises:
        UsageError: If there is no such source, or it ends with this session or lies in another database.
        IngestError: If a file is broken.
    """
    if not isinstance(source, str | Path):
        raise UsageError(f"the {type(source).__name__}: {NOT_VIEWED}", hint=VIEWED)
    name = str(source)
    path = Path(source)
    if path.is_file() or is_pattern(name):
        if file_format(path) != "parquet":
            raise UsageError(f"{name}: {NOT_VIEWED}", hint=VIEWED)
        node = engine.scan(str(path.absolute()), "parquet", pattern=not path.is_file())
    else:
        node = _whole_name(found_table(name, engine), engine, name)
    return Relation(name, node, types_of(engine, node, name))


def _whole_name(table: exp.Table, engine: Engine, name: str) -> exp.Table:
    """The table with its catalog and schema, which a view needs, as it is read from anywhere."""
    columns = [sql.column(part) for part in ("table_catalog", "table_schema", "table_name")]
    given = {"table_name": table.name, "table_schema": table.db, "table_catalog": table.catalog}
    conditions = [
        exp.Lower(this=sql.column(part)).eq(sql.text(value.lower())) for part, value in given.items() if value
    ]
    here = exp.EQ(this=sql.column("table_schema"), expression=exp.Anonymous(this="current_schema"))
    query = exp.select(*columns).from_(exp.table_("tables", db="information_schema")).where(exp.and_(*conditions))
    rows = engine.rows(
        query.order_by(exp.Ordered(this=here, desc=True), *(sql.ascending(each.copy()) for each in columns))
    )
    places = [row for row in rows if row[0] == engine.catalog]
    if not places:
        raise UsageError(
            f"{name}: it is temporary, a frame, or in another database, where a view would not find it again",
            hint="make a table of it in this database, or leave copy=False (--views) out",
        )
    catalog, schema, found = places[0]
    return exp.table_(*(exp.to_identifier(part, quoted=True) for part in (found, schema, catalog)))
