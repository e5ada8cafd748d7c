"""The table, view or file that an argument names, as the connection that asks would find it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sqlglot import exp
from sqlglot.errors import SqlglotError

from sqlsel import nodes as sql
from sqlsel.sources.files import is_pattern
from sqlsel.sources.relations import open_relation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlsel.engines.base import Engine

_Kind = Literal["table", "view", "file"]


@dataclass(frozen=True, slots=True)
class Named:
    """What was found under a name.

    Attributes:
        name: The name as it was written.
        kind: What it is.
        source: What a reader of sources opens: the whole name of a table or view in quotes, or a path.
        node: The table or view with its whole name; None for a file.
        types: Its columns, with the engine's type names.
    """

    name: str
    kind: _Kind
    source: str
    node: exp.Table | None
    types: dict[str, str]


def find(session: Engine, name: str, path: str) -> Named | None:
    """The table, view or file of a name; None where there is none, or only one that other sessions cannot see.

    Args:
        session: A session that sees what is committed.
        name: A name, with or without schema, catalog and quotes; or a path, or a pattern of files.
        path: The schemata that names without one are looked for in, as ``catalog.schema``, between commas.
    """
    for parts in readings(name, session.dialect):
        if (found := _in_order(_matches(session, parts), session, path)) is not None:
            catalog, schema, table, kind = found
            node = sql.table(table, schema, catalog)
            whole = node.sql(dialect=session.dialect)
            return Named(name, "view" if kind == "VIEW" else "table", whole, node, session.columns(node))
    if Path(name).is_file() or is_pattern(name):
        with open_relation(name, session) as relation:
            return Named(name, "file", name, None, relation.types)
    return None


def known_tables(session: Engine) -> tuple[str, ...]:
    """Names of the tables and views that every session sees, as a query can write them."""
    rows = session.rows(_tables().order_by(*(sql.ascending(sql.column(each)) for each in _COLUMNS[:3])))
    own = [table if schema == "main" else f"{schema}.{table}" for catalog, schema, table, _ in rows if _is_own(schema)]
    return tuple(dict.fromkeys(own))


_COLUMNS = ("table_catalog", "table_schema", "table_name", "table_type")


def _tables() -> exp.Select:
    return exp.select(*(sql.column(name) for name in _COLUMNS)).from_(exp.table_("tables", db="information_schema"))


def _is_own(schema: str) -> bool:
    """Whether a schema is no catalog of sqlsel's."""
    return schema != "sqlsel"


def readings(name: str, dialect: str) -> Iterator[tuple[str, ...]]:
    """The names that a text may mean, the table last: one of just that name, or parts between dots."""
    yield (name,)
    try:
        parsed = exp.to_table(name, dialect=dialect)
    except SqlglotError:
        return
    parts = parsed.parts
    if all(isinstance(part, exp.Identifier) for part in parts) and not parsed.args.get("alias"):
        yield tuple(part.name for part in parts)


def _matches(session: Engine, parts: Sequence[str]) -> list[tuple[str, str, str, str]]:
    """The tables that the parts of a name fit, whatever the case."""
    rows = session.rows(_tables().where(_same("table_name", parts[-1])))
    front = [part.casefold() for part in parts[:-1]]
    found = []
    for row in rows:
        catalog, schema = row[0].casefold(), row[1].casefold()
        if front in ([], [schema], [catalog, schema]) or (front == [catalog] and schema == "main"):
            found.append((str(row[0]), str(row[1]), str(row[2]), str(row[3])))
    return found


def _same(column: str, value: str) -> exp.Expr:
    return exp.Lower(this=sql.column(column)).eq(exp.Lower(this=sql.text(value)))


def _in_order(
    found: Sequence[tuple[str, str, str, str]], session: Engine, path: str
) -> tuple[str, str, str, str] | None:
    """The first of the tables, in the order of the search path; without one, in the session's own catalog first."""
    places = [_place(entry, session) for entry in path.split(",") if entry.strip()]
    places.append((session.catalog.casefold(), "main"))

    def place(row: tuple[str, str, str, str]) -> tuple[int, bool]:
        own = (row[0].casefold(), row[1].casefold())
        return places.index(own) if own in places else len(places), row[0] != session.catalog

    return min(found, key=place, default=None)


def _place(entry: str, session: Engine) -> tuple[str, str]:
    parts = [part.name.casefold() for part in exp.to_table(entry.strip(), dialect=session.dialect).parts]
    return (session.catalog.casefold(), parts[0]) if len(parts) == 1 else (parts[0], parts[-1])
