"""Expressions in SQL that users write: a condition on candidates, or an input of their own."""

from __future__ import annotations

from sqlsel.expressions.allowed import FUNCTIONS, TYPES
from sqlsel.expressions.checks import ExpressionError
from sqlsel.expressions.parsing import parse_expression

__all__ = ["FUNCTIONS", "TYPES", "ExpressionError", "parse_expression"]
