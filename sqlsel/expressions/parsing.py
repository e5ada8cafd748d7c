"""From a text to the nodes of one expression, or to the reason why it is refused. Columns are not looked up."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlglot import TokenType, exp, parse_one, tokenize
from sqlglot.errors import ParseError

from sqlsel import nodes as sql
from sqlsel.expressions.checks import ExpressionError, check_node
from sqlsel.words import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlglot import Token

LONGEST = 5_000
DEEPEST = 30


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
    expression = _parsed(text)
    if _depth(expression) > DEEPEST:
        raise ExpressionError(_TOO_DEEP)
    for node in expression.walk():
        node.comments = None
        check_node(node)
    return expression.transform(_portable)


def _parsed(text: str) -> exp.Expr:
    try:
        with _quiet():
            _check_tokens(tokenize(text, read="duckdb"))
            expression = parse_one(text, read="duckdb", into=exp.Condition)
    except ExpressionError:
        raise
    except RecursionError:
        raise ExpressionError(_TOO_DEEP) from None
    except Exception as failure:  # noqa: BLE001 - on odd texts the parser fails in odd ways, with an IndexError and more
        raise ExpressionError(_syntax(failure)) from None
    assert isinstance(expression, exp.Expr)
    return expression


def _check_tokens(tokens: list[Token]) -> None:
    """Refuse semicolons, and types in quotes, which the parser would read as it likes."""
    if any(token.token_type == TokenType.SEMICOLON for token in tokens):
        raise ExpressionError("it is to be one expression, without a semicolon")
    for before, token in pairwise(tokens):
        if before.token_type in (TokenType.ALIAS, TokenType.DCOLON) and token.token_type == TokenType.IDENTIFIER:
            raise ExpressionError(f"the type {show(token.text)} is not allowed; write one without quotes")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep sqlglot from telling on stderr what the error says too."""
    logger = logging.getLogger("sqlglot")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


_TOO_DEEP = f"it is nested more than {DEEPEST} deep"


def _syntax(failure: Exception) -> str:
    """Where the text stops being an expression."""
    places = failure.errors if isinstance(failure, ParseError) else []
    near = next((str(place["highlight"]) for place in places if place.get("highlight")), "")
    return f"this is no expression in SQL: it goes wrong at {show(near)}" if near else "this is no expression in SQL"


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
