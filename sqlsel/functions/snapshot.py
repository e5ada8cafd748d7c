"""What the connection that asks sees of a table, compared with what every other session sees.

A function runs in a session of its own, which sees what is committed. Temporary tables, registered frames and changes
of an open transaction are the asking connection's alone; selecting from other rows than it sees would be wrong without
a word, so that is refused.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.errors import UsageError
from sqlsel.words import show

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlsel.engines.base import Engine
    from sqlsel.functions.relations import Named

_CAUSES = {
    "temporary": "is a TEMP table, which its own connection alone can see",
    "registered": "is a registered frame or a TEMP view, which its own connection alone can see",
    "table": "was made in a transaction that is not committed",
}
_INSTEAD = "pass the rows to sqlsel.select(frame, …) in Python"


def sightings(names: Iterable[str], watched: Sequence[exp.Select]) -> exp.Expr:
    """What the asking connection sees, as an expression that is evaluated there: JSON text for ``refuse_other_rows``.

    Args:
        names: The names that the call gives without a schema.
        watched: Queries with one value each that tells the rows of a table.
    """
    kinds = [sql.call("_sqlsel_sightings", sql.text(name)) for name in names]
    values = [exp.Subquery(this=query.copy()) for query in watched]
    told = sql.call("json_array", sql.call("json_array", *kinds), sql.call("json_array", *values))
    return sql.varchar(told)


def telling(named: Named, columns: Sequence[str]) -> exp.Select | None:
    """A query with one value that changes with the rows of a table or view; None for a file.

    Of a table the numbers of its rows tell whether vectors changed, which are rewritten whole; other values are looked
    at. Cost: a scan of what it looks at.

    Args:
        named: The table or view.
        columns: The columns that are looked at; of a table, without the vectors.
    """
    if named.node is None:
        return None
    values: list[exp.Expr] = [sql.count()]
    if named.kind == "table" and "rowid" not in {name.casefold() for name in named.types}:
        values.append(sql.varchar(exp.Sum(this=sql.column("rowid"))))
    if columns:
        hashed = sql.call("hash", *(sql.column(name) for name in columns))
        values.append(sql.varchar(exp.Sum(this=exp.cast(hashed, "INT128"))))
    return exp.select(sql.call("json_array", *values)).from_(named.node.copy())


def refuse_hidden(name: str, seen: str, hint: str) -> UsageError:
    """The error for a name under which other sessions see nothing.

    Args:
        name: The name.
        seen: What ``sightings`` gave for it.
        hint: What there is.
    """
    kinds = {kind for found in json.loads(seen)[0] for kind in found or ()}
    for kind, cause in _CAUSES.items():
        if kind in kinds:
            return UsageError(f"{show(name)} {cause}", hint=f"{_INSTEAD}, or store them: CREATE TABLE … AS, COMMIT")
    message = f"there is no table, view or file {show(name)}"
    return UsageError(f"{message}; a frame or a common table expression is none", hint=f"{hint}; or {_INSTEAD}")


def refuse_other_rows(session: Engine, name: str, seen: str, watched: Sequence[exp.Select]) -> None:
    """Raise UsageError if the asking connection sees other rows than the session does.

    Args:
        session: A session that sees what is committed.
        name: The table, as it was named.
        seen: What ``sightings`` gave.
        watched: The queries that it was made with.
    """
    kinds, theirs = json.loads(seen)
    for found in kinds:
        for kind in ("temporary", "registered"):
            if kind in (found or ()):
                raise UsageError(
                    f"{show(name)} {_CAUSES[kind]}", hint=f"{_INSTEAD}, or name the stored table with its schema"
                )
    for query, told in zip(watched, theirs, strict=True):
        if _told(session, query) == told:
            continue
        # a view may give other rows each time it is read, whoever reads it
        if _told(session, query) == _told(session, query):
            raise UsageError(
                f"the open transaction sees other rows of {show(name)} than what is committed, which is all that the "
                "function sees",
                hint=f"COMMIT first, or {_INSTEAD}",
            )


def _told(session: Engine, query: exp.Select) -> object:
    return json.loads(session.rows(query)[0][0])
