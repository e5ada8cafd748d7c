"""A condition that the user wrote in SQL, parsed and made safe: one expression over the sample's own columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp, parse_one
from sqlglot.errors import ParseError, SqlglotError

from sqlsel import nodes as sql
from sqlsel.errors import UsageError
from sqlsel.plan.objects import metadata_value
from sqlsel.words import did_you_mean, quoted

if TYPE_CHECKING:
    from sqlsel.facts import DatasetFacts

_SAMPLE_COLUMNS = ("sample_id", "file_name")


def parse_predicate(text: str, facts: DatasetFacts) -> exp.Expr:
    """The condition over the samples ``s``; metadata is written with or without ``metadata.`` before the key.

    Raises:
        UsageError: If it is no single condition, holds a subquery or a function that sqlsel does not know to be free of
            side effects, or names something that the samples do not have.
    """
    try:
        condition = parse_one(text, read="duckdb", into=exp.Condition)
    except SqlglotError as failure:
        raise _refused(text, _syntax(failure)) from None
    for node in condition.walk():
        if isinstance(node, (exp.Query, exp.Command, exp.DDL, exp.DML, exp.Star, exp.Placeholder, exp.Parameter)):
            raise _refused(text, "only one condition over the sample's own columns is allowed, without subqueries")
        if isinstance(node, exp.Anonymous):
            raise _refused(text, f"the function {node.name} is not allowed here")
    return condition.transform(lambda node: _resolve(node, text, facts))


def _syntax(failure: SqlglotError) -> str:
    """Where the text stops being a condition."""
    places = failure.errors if isinstance(failure, ParseError) else []
    near = next((str(place["highlight"]) for place in places if place.get("highlight")), "")
    return f"this is no condition in SQL: it goes wrong at {near!r}" if near else "this is no condition in SQL"


def _resolve(node: exp.Expr, text: str, facts: DatasetFacts) -> exp.Expr:
    if isinstance(node, exp.Dot) and (path := _path(node)) is not None:
        return _field(path, text, facts)
    if isinstance(node, exp.Column):
        return _field([part.name for part in node.parts], text, facts)
    return node


def _path(node: exp.Expr) -> list[str] | None:
    """The names of a dotted chain that starts at a column; None for anything else."""
    if isinstance(node, exp.Column):
        return [part.name for part in node.parts]
    if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Identifier):
        front = _path(node.this)
        return None if front is None else [*front, node.expression.name]
    return None


def _field(path: list[str], text: str, facts: DatasetFacts) -> exp.Expr:
    if len(path) == 1 and path[0].lower() in _SAMPLE_COLUMNS:
        return sql.column(path[0].lower(), "s")
    key = ".".join(path[1:] if path[0].lower() == "metadata" and len(path) > 1 else path)
    if key in facts.keys:
        return metadata_value(key, facts)
    known = [*_SAMPLE_COLUMNS, *facts.keys]
    raise _refused(text, f"the samples have no {key!r}{did_you_mean(key, known) or ';'} there is: {quoted(known)}")


def _refused(text: str, why: str) -> UsageError:
    return UsageError(f"where {text!r}: {why}", hint="write one condition, such as: metadata.width > 300")
