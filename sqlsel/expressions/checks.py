"""Whether one part of an expression is allowed, and why not."""

from __future__ import annotations

import re

from sqlglot import exp
from sqlglot.errors import ErrorLevel

from sqlsel.expressions.allowed import FUNCTIONS, NODES, PLAIN_TYPES, TYPES, UNITS
from sqlsel.words import did_you_mean, listing, show

_NUMBER = re.compile(r"\d+(\.\d*)?([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?")
_MANY_COLUMNS = (exp.Star, exp.Columns)
_OPEN_VALUES = (exp.Placeholder, exp.Parameter, exp.SessionParameter, exp.PositionalColumn)
_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
_NESTED_VALUES = (exp.Lambda, exp.Comprehension, exp.Array, exp.Struct, exp.Bracket, exp.ToMap, exp.Tuple)


class ExpressionError(ValueError):
    """Why a text may not stand where an expression may: a clause that follows a colon."""


def check_node(node: exp.Expr) -> None:
    """Raise ExpressionError if one node may not stand in an expression, whatever stands in it."""
    if type(node) not in NODES:
        raise ExpressionError(_why_not(node))
    _check_value(node)
    _check_operator(node)


def _check_value(node: exp.Expr) -> None:
    if isinstance(node, exp.DataType) and node.this not in PLAIN_TYPES:
        name = node.args.get("kind") or getattr(node.this, "value", node.this)
        raise ExpressionError(f"the type {show(str(name))} is not allowed; allowed: {listing(TYPES)}")
    if isinstance(node, exp.Literal) and not node.is_string and not _NUMBER.fullmatch(node.name):
        raise ExpressionError(f"{show(node.name)} is no number")
    if isinstance(node, exp.Var) and node.name.upper() not in UNITS:
        raise ExpressionError(f"{show(node.name)} is no unit of time; allowed: {listing(sorted(UNITS))}")
    if isinstance(node, exp.Column) and not all(isinstance(part, (exp.Identifier, exp.Star)) for part in node.parts):
        raise ExpressionError(f"{show(node.sql(dialect='duckdb'))} is no name of a column")
    if isinstance(node, exp.Dot) and not isinstance(node.expression, exp.Identifier):
        raise ExpressionError("a function has no dot before its name")


def _check_operator(node: exp.Expr) -> None:
    if isinstance(node, exp.Extract) and not isinstance(node.this, exp.Var):
        raise ExpressionError("the unit of extract is written without quotes: extract(year FROM …)")
    if isinstance(node, exp.Is) and not isinstance(node.expression, (exp.Null, exp.Boolean)):
        raise ExpressionError("IS compares with NULL, TRUE and FALSE; write IS NOT DISTINCT FROM for other values")
    if isinstance(node, _COMPARISONS) and any(isinstance(child, _COMPARISONS) for child in node.iter_expressions()):
        raise ExpressionError("comparisons are not chained: write a < b AND b < c")
    if isinstance(node, exp.In) and not node.expressions and node.args.get("field") is None:
        raise ExpressionError("IN needs values to compare with: IN ('a', 'b')")


def _why_not(node: exp.Expr) -> str:
    if isinstance(node, (exp.Query, exp.Exists)):
        return "subqueries are not allowed"
    if isinstance(node, (exp.AggFunc, exp.Window)):
        return "aggregates and windows are not allowed: an expression is about one sample at a time"
    if isinstance(node, _MANY_COLUMNS):
        return "* stands for many columns; name the one that is meant"
    if isinstance(node, _OPEN_VALUES):
        return "placeholders are not allowed; write the value itself"
    if isinstance(node, _NESTED_VALUES):
        return "lists, structs, brackets and lambdas are not allowed"
    if isinstance(node, exp.Func):
        # as the user may have written it: sqlglot has names of its own
        text = node.sql(dialect="duckdb", unsupported_level=ErrorLevel.IGNORE)
        name = text.partition("(")[0].strip('"').lower()
        if not name.isidentifier():
            return f"{show(text)} is not allowed"
        guess = did_you_mean(name, FUNCTIONS) or ";"
        return f"the function {show(name)} is not allowed{guess} allowed: {listing(FUNCTIONS)}"
    return f"{node.key.upper()} is not allowed"
