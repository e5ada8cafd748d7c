"""Small constructors for SQL nodes: identifiers are always quoted, values are always literals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime


def name(text: str) -> exp.Identifier:
    """A quoted identifier, whatever the text holds."""
    return exp.to_identifier(text, quoted=True)


def column(text: str, table: str | None = None) -> exp.Column:
    """A column, of a named relation if ``table`` is given."""
    return exp.Column(this=name(text), table=name(table) if table else None)


def table(text: str, schema: str | None = None, catalog: str | None = None, alias: str | None = None) -> exp.Table:
    """A table or a common table expression."""
    node = exp.Table(this=name(text), db=name(schema) if schema else None, catalog=name(catalog) if catalog else None)
    if alias:
        node.set("alias", exp.TableAlias(this=name(alias)))
    return node


def subquery(query: exp.Query, alias: str) -> exp.Subquery:
    """A query in parentheses that can stand behind FROM."""
    return exp.Subquery(this=query, alias=exp.TableAlias(this=name(alias)))


def text(value: str) -> exp.Literal:
    """A text literal."""
    return exp.Literal.string(value)


def number(value: float) -> exp.Expr:
    """A number as a literal: integers stay integers, an exponent makes engines read the others as doubles."""
    if not isinstance(value, int) and not math.isfinite(value):
        return exp.cast(exp.Literal.string(repr(float(value))), "DOUBLE")
    if value < 0:
        return exp.Neg(this=number(-value))
    digits = repr(value)
    return exp.Literal.number(digits if isinstance(value, int) or "e" in digits else f"{digits}e0")


def moment(value: datetime) -> exp.Expr:
    """A point in time, in UTC and without a time zone, as a literal."""
    return exp.cast(exp.Literal.string(value.isoformat(sep=" ")), "TIMESTAMP")


def call(function: str, *arguments: exp.Expr) -> exp.Anonymous:
    """A call of a function by its name on the engine."""
    return exp.Anonymous(this=function, expressions=list(arguments))


def double(value: exp.Expr) -> exp.Expr:
    """The value as a double."""
    return exp.cast(value, "DOUBLE")


def varchar(value: exp.Expr) -> exp.Expr:
    """The value as text."""
    return exp.cast(value, "TEXT")


def field(base: exp.Expr, path: Iterable[str]) -> exp.Expr:
    """A field of a struct, along a path of names."""
    return exp.Dot.build([base, *(name(part) for part in path)])


def present(value: exp.Expr) -> exp.Expr:
    """Whether the value is not NULL."""
    return exp.Is(this=value, expression=exp.Not(this=exp.Null()))


def absent(value: exp.Expr) -> exp.Expr:
    """Whether the value is NULL."""
    return exp.Is(this=value, expression=exp.Null())


def every(conditions: Iterable[exp.Expr]) -> exp.Expr:
    """All conditions together; TRUE where there are none."""
    return exp.and_(*conditions, copy=True) or exp.true()


def order(*terms: exp.Expr) -> exp.Order:
    """ORDER BY over the terms; a bare term is ascending with NULLs last."""
    return exp.Order(expressions=[term if isinstance(term, exp.Ordered) else ascending(term) for term in terms])


def ascending(value: exp.Expr) -> exp.Ordered:
    """The value in ascending order, NULLs last."""
    return exp.Ordered(this=value, desc=False, nulls_first=False)


def descending(value: exp.Expr) -> exp.Ordered:
    """The value in descending order, NULLs last."""
    return exp.Ordered(this=value, desc=True, nulls_first=False)


def over(function: exp.Expr, *, by: Iterable[exp.Expr] = (), ordered: exp.Order | None = None) -> exp.Window:
    """A window function: ``function OVER (PARTITION BY by ORDER BY ordered)``."""
    return exp.Window(this=function, partition_by=list(by) or None, order=ordered)


def count(condition: exp.Expr | None = None) -> exp.Expr:
    """COUNT(*), of the rows that meet a condition if there is one."""
    everything = exp.Count(this=exp.Star())
    return everything if condition is None else exp.Filter(this=everything, expression=exp.Where(this=condition))


def left_join(query: exp.Select, relation: exp.Expr, on: exp.Expr) -> exp.Select:
    """The query with one more relation whose rows may be missing."""
    return query.join(relation, on=on, join_type="left")


def chain(steps: Mapping[str, exp.Select], last: exp.Select) -> exp.Select:
    """One query: each step a common table expression that the later ones may read, in order, before the last."""
    for step, query in steps.items():
        last = last.with_(name(step), as_=query)
    return last
