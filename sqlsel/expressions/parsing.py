"""From a text to the nodes of one expression, or to the reason why it is refused. Columns are not looked up."""

from __future__ import annotations

import re

from sqlglot import exp, parse_one
from sqlglot.errors import ErrorLevel, ParseError, SqlglotError

from sqlsel import nodes as sql
from sqlsel.expressions.allowed import FUNCTIONS, NODES, PLAIN_TYPES, TYPES, UNITS
from sqlsel.words import did_you_mean, listing, show

LONGEST = 5_000
DEEPEST = 30

_NUMBER = re.compile(r"\d+(\.\d*)?([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?")
_MANY_COLUMNS = (exp.Star, exp.Columns)
_OPEN_VALUES = (exp.Placeholder, exp.Parameter, exp.SessionParameter, exp.PositionalColumn)
_NESTED_VALUES = (exp.Lambda, exp.Comprehension, exp.Array, exp.Struct, exp.Bracket, exp.ToMap, exp.Tuple)


class ExpressionError(ValueError):
    """Why a text may not stand where an expression may: a clause that follows a colon."""


def parse_expression(text: str) -> exp.Expr:
    """The nodes of one expression, without comments.

    Columns are as they were written. Functions that engines understand differently are replaced by such that they do
    not.

    Raises:
        ExpressionError: If it is no single expression, or holds what is not allowed: subqueries, aggregates, windows,
            lambdas, functions that are not on the list.
    """
    if len(text) > LONGEST:
        raise ExpressionError(f"it is longer than {LONGEST:,} characters")
    if "\0" in text:
        raise ExpressionError("it holds a NUL character")
    try:
        expression = parse_one(text, read="duckdb", into=exp.Condition)
    except SqlglotError as failure:
        raise ExpressionError(_syntax(failure)) from None
    except RecursionError:
        raise ExpressionError(_TOO_DEEP) from None
    assert isinstance(expression, exp.Expr)
    if _depth(expression) > DEEPEST:
        raise ExpressionError(_TOO_DEEP)
    for node in expression.walk():
        node.comments = None
        _check(node)
    return expression.transform(_portable)


_TOO_DEEP = f"it is nested more than {DEEPEST} deep"


def _syntax(failure: SqlglotError) -> str:
    """Where the text stops being an expression."""
    places = failure.errors if isinstance(failure, ParseError) else []
    near = next((str(place["highlight"]) for place in places if place.get("highlight")), "")
    return f"this is no expression in SQL: it goes wrong at {show(near)}" if near else "this is no expression in SQL"


def _check(node: exp.Expr) -> None:
    """Raise ExpressionError if the node may not stand in an expression."""
    if type(node) not in NODES:
        raise ExpressionError(_why_not(node))
    if isinstance(node, exp.DataType) and node.this not in PLAIN_TYPES:
        name = node.args.get("kind") or getattr(node.this, "value", node.this)
        raise ExpressionError(f"the type {show(str(name))} is not allowed; allowed: {listing(TYPES)}")
    if isinstance(node, exp.Literal) and not node.is_string and not _NUMBER.fullmatch(node.name):
        raise ExpressionError(f"{show(node.name)} is no number")
    if isinstance(node, exp.Var) and node.name.upper() not in UNITS:
        raise ExpressionError(f"{show(node.name)} is no unit of time; allowed: {listing(sorted(UNITS))}")
    if isinstance(node, exp.Extract) and not isinstance(node.this, exp.Var):
        raise ExpressionError("the unit of extract is written without quotes: extract(year FROM …)")
    if isinstance(node, exp.Dot) and not isinstance(node.expression, exp.Identifier):
        raise ExpressionError("a function has no dot before its name")


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


def _depth(expression: exp.Expr) -> int:
    """How deep parts lie inside each other; a chain of operators is as deep as its deepest operand."""
    deepest = 0
    waiting = [(expression, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(child, depth + (not isinstance(node, exp.Binary))) for child in node.iter_expressions()]
    return deepest


def _portable(node: exp.Expr) -> exp.Expr:
    """Functions of one name that engines understand differently."""
    if isinstance(node, exp.TimeToUnix):
        return sql.call("sqlsel_seconds", node.this.transform(_portable))
    if isinstance(node, exp.Log) and node.args.get("expression") is None:
        return exp.Log(this=sql.number(10), expression=node.this.transform(_portable))
    return node
