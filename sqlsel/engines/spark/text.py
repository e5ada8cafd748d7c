"""From the nodes of a statement to Spark's SQL: tables by their views, types and functions in its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel.engines.spark.macros import written_out
from sqlsel.engines.spark.types import with_types
from sqlsel.plan.rendering import render

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def spark_text(statement: exp.Expr, own: Mapping[str, str], resolve: Callable[[str, str], exp.Expr]) -> str:
    """The statement as Spark runs it.

    Args:
        statement: The statement.
        own: The views of this session's temporary tables and bound objects, by name.
        resolve: From schema and table to what stands behind FROM for it.
    """
    statement = statement.copy().transform(with_types).transform(written_out)
    steps = {step.alias for step in statement.find_all(exp.CTE)}

    def named(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
            return node
        if node.db:
            found = resolve(node.db, node.name)
        elif node.name in own and node.name not in steps:
            found = exp.Table(this=exp.to_identifier(own[node.name], quoted=True))
        else:
            return node
        alias = node.args.get("alias") or exp.TableAlias(this=exp.to_identifier(node.name, quoted=True))
        found.set("alias", alias.copy())
        return found

    return render(statement.transform(named), "spark")
