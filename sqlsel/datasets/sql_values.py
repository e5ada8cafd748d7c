"""What an expression of the user's own gives for the samples of a dataset: its type and its values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import named
from sqlsel.datasets.structs import key_kind
from sqlsel.errors import EngineError, EngineMemoryError, UsageError
from sqlsel.expressions import ExpressionError
from sqlsel.plan.sql_input import VALUE, values_query

if TYPE_CHECKING:
    from sqlsel.engines.base import Engine
    from sqlsel.facts import DatasetFacts, KeyKind


def sql_kind(engine: Engine, facts: DatasetFacts, expression: str) -> tuple[KeyKind, str]:
    """What kind of values an expression gives, and the engine's name for their type.

    Cost: samples are read up to the first that has a value.

    Raises:
        UsageError: If the expression is refused, names what the samples do not have, mixes types, or can be computed
            for no sample.
    """
    value = sql.column(VALUE)
    computed = sql.subquery(_query(facts, expression), "computed")
    first = exp.select(sql.number(1)).from_(computed).where(sql.present(value)).limit(1)
    try:
        type_name = engine.columns(computed)[VALUE]
        if not engine.rows(first):
            # fails where there is a reason, and passes where the values are NULL
            unguarded = sql.subquery(values_query(expression, facts, guarded=False), "computed")
            engine.rows(exp.select(exp.Count(this=value.copy())).from_(unguarded))
    except EngineMemoryError:
        raise
    except EngineError as failure:
        raise UsageError(failure.message) from None
    return key_kind(type_name), type_name.strip('"')


def sql_values(engine: Engine, facts: DatasetFacts, expression: str, limit: int) -> tuple[str, ...]:
    """The first ``limit`` distinct values of an expression as text, sorted. Cost: one pass over the samples.

    Raises:
        UsageError: As ``sql_kind``.
    """
    text = sql.column("text")
    computed = sql.subquery(_query(facts, expression), "computed")
    texts = exp.select(named(sql.varchar(sql.column(VALUE)), "text")).distinct().from_(computed)
    query = exp.select(text).from_(sql.subquery(texts, "texts")).where(sql.present(text.copy()))
    rows = engine.rows(query.order_by(sql.ascending(text.copy())).limit(limit))
    return tuple(row[0] for row in rows)


def _query(facts: DatasetFacts, expression: str) -> exp.Select:
    try:
        return values_query(expression, facts)
    except ExpressionError as refusal:
        raise UsageError(str(refusal)) from None
