"""A plan's statements as text, in the words of each engine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from sqlglot import exp

from sqlsel.plan.statements import statements

if TYPE_CHECKING:
    from sqlsel.plan.model import Plan

Dialect = Literal["duckdb", "spark"]


def render(statement: exp.Expr, dialect: Dialect = "duckdb", *, pretty: bool = False) -> str:
    """The statement as SQL text, without a semicolon."""
    if dialect == "spark":
        statement = statement.copy().transform(_ordered_list_for_spark)
    return statement.sql(dialect=dialect, pretty=pretty, normalize_functions=False)


def script(plan: Plan, dialect: Dialect = "duckdb") -> str:
    """All statements of a plan as a script, each under a comment with its name."""
    named = plan.statements
    if dialect == "spark" and plan.order_late:
        named = statements(replace(plan, order_late=False))
    parts = [f"-- {name}\n{render(statement, dialect, pretty=True)};" for name, statement in named.items()]
    return "\n\n".join(parts)


def _ordered_list_for_spark(node: exp.Expr) -> exp.Expr:
    """Spark's COLLECT_LIST knows no order: sort pairs of order key and value, then take the values."""
    listed = node.this if isinstance(node, exp.Filter) else node
    if not isinstance(listed, exp.ArrayAgg) or not isinstance(listed.this, exp.Order):
        return node
    pair = exp.Anonymous(this="struct", expressions=[listed.this.expressions[0].this, listed.this.this])
    pairs: exp.Expr = exp.Anonymous(this="collect_list", expressions=[pair])
    if isinstance(node, exp.Filter):
        pairs = exp.Filter(this=pairs, expression=node.expression)
    second = exp.Dot.build([exp.to_identifier("x"), listed.this.this.this.copy()])
    taken = exp.Lambda(this=second, expressions=[exp.to_identifier("x")])
    return exp.Anonymous(this="transform", expressions=[exp.Anonymous(this="array_sort", expressions=[pairs]), taken])
