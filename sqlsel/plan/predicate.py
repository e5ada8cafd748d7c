"""A condition that the user wrote in SQL: one safe expression over the sample's own columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.errors import UsageError
from sqlsel.expressions import ExpressionError, parse_expression
from sqlsel.plan.columns import with_columns

if TYPE_CHECKING:
    from sqlglot import exp

    from sqlsel.facts import DatasetFacts


def parse_predicate(text: str, facts: DatasetFacts) -> exp.Expr:
    """The condition over the samples ``s``; metadata is written with or without ``metadata.`` before the key.

    Raises:
        UsageError: If it is no single expression, holds what ``sqlsel.expressions`` does not allow, or names something
            that the samples do not have.
    """
    try:
        return with_columns(parse_expression(text), facts)
    except ExpressionError as refusal:
        raise UsageError(
            f"where {text!r}: {refusal}", hint="write one condition, such as: metadata.width > 300"
        ) from None
