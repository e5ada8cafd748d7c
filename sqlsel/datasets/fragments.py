"""Pieces of SQL that storing a source is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.tables import own_column, type_node

if TYPE_CHECKING:
    from collections.abc import Iterable

# What the conditions and values of `any_item` and `each_item` are about.
ITEM = exp.to_identifier("item")


def named(value: exp.Expr, name: str) -> exp.Expr:
    """The value under a name."""
    return exp.alias_(value, sql.name(name))


def cast(value: exp.Expr, type_name: str) -> exp.Cast:
    """The value as a type, by the engine's own name for it."""
    return exp.Cast(this=value, to=type_node(type_name))


def array(values: Iterable[exp.Expr]) -> exp.Array:
    """A list of values."""
    return exp.Array(expressions=list(values))


def texts(values: Iterable[str]) -> exp.Cast:
    """A list of texts, typed even where it is empty."""
    return cast(array(sql.text(value) for value in values), "VARCHAR[]")


def any_item(values: exp.Expr, condition: exp.Expr) -> exp.Expr:
    """Whether a condition on ``ITEM`` holds for an item of a list."""
    holding = sql.call("list_filter", values, exp.Lambda(this=condition, expressions=[ITEM.copy()]))
    return exp.GT(this=sql.call("len", holding), expression=sql.number(0))


def each_item(values: exp.Expr, value: exp.Expr) -> exp.Expr:
    """A list with a value, made of ``ITEM``, for each item of a list."""
    return sql.call("list_transform", values, exp.Lambda(this=value, expressions=[ITEM.copy()]))


def case(*cases: tuple[exp.Expr, exp.Expr], default: exp.Expr | None = None) -> exp.Case:
    """The value of the first condition that holds, else the default: pairs of condition and value."""
    return exp.Case(ifs=[exp.If(this=condition, true=value) for condition, value in cases], default=default)


def matching(table: exp.Table, relation: exp.Expr, *columns: str) -> exp.Exists:
    """Whether the relation, called ``named``, has a row with the same columns as the table's."""
    same = [sql.column(name, "named").eq(own_column(table, name)) for name in columns]
    return exp.Exists(this=exp.select(sql.number(1)).from_(relation).where(exp.and_(*same)))
