"""An input that the user wrote in SQL: the column that it gives every sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.expressions import parse_expression
from sqlsel.plan.columns import ScoreColumns, with_columns
from sqlsel.plan.model import InputStep
from sqlsel.plan.objects import from_samples
from sqlsel.plan.scores import score_relation

if TYPE_CHECKING:
    from sqlsel.config import SqlInput
    from sqlsel.facts import DatasetFacts

VALUE = "value"
_SCORES = "scores"


def sql_step(source: SqlInput, column: str, facts: DatasetFacts, *, categorical: bool) -> InputStep:
    """The step of an expression. Where it cannot be computed, is NULL, NaN or infinite, the sample lacks the input.

    A class is the text of the value; NULL is an answer then.
    """
    scores = ScoreColumns(column)
    value = with_columns(parse_expression(source.expression), facts, scores)
    relation = _relation(scores, facts) if scores.found else None
    label = f"SQL ({' '.join(source.expression.split())})"
    if categorical:
        text = sql.call("sqlsel_or_null", sql.varchar(exp.Paren(this=value)))
        return InputStep(column, label, "class", text, relation, optional=True)
    number = sql.call("sqlsel_finite", sql.double(exp.Paren(this=value)))
    return InputStep(column, label, "number", number, relation)


def values_query(expression: str, facts: DatasetFacts, *, guarded: bool = True) -> exp.Select:
    """Query with the ``value`` of an expression for every sample, in the expression's own type.

    Args:
        expression: The expression.
        facts: What the dataset holds.
        guarded: Whether a value that cannot be computed is NULL; else the query fails at it.

    Raises:
        ExpressionError: If the expression is refused, or names something that the samples do not have.
    """
    scores = ScoreColumns(_SCORES)
    value = with_columns(parse_expression(expression), facts, scores)
    computed = sql.call("sqlsel_or_null", exp.Paren(this=value)) if guarded else value
    query = from_samples(exp.select(exp.alias_(computed, VALUE, quoted=True)), facts)
    if not scores.found:
        return query
    return sql.left_join(query, sql.subquery(_relation(scores, facts), _SCORES), _same_sample("s", _SCORES))


def _relation(scores: ScoreColumns, facts: DatasetFacts) -> exp.Select:
    """Query with the scores that an expression names, a column each, for every sample."""
    columns = [exp.alias_(sql.column("value", name), name, quoted=True) for name in scores.found.values()]
    query = exp.select(sql.column("sample_id", "s"), *columns)
    query = query.from_(sql.table("samples", facts.name, facts.catalog, alias="s"))
    for (task, score), name in scores.found.items():
        relation = sql.subquery(score_relation(facts, facts.tasks[task], score), name)
        query = sql.left_join(query, relation, _same_sample("s", name))
    return query


def _same_sample(left: str, right: str) -> exp.Expr:
    return exp.EQ(this=sql.column("sample_id", left), expression=sql.column("sample_id", right))
