"""Limits in SQL: which candidates the values of a key leave room for, and what the limits kept out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.config import MetadataInput, PredictionsInput
from sqlsel.plan.candidates import CHOSEN, IN_PLAY
from sqlsel.plan.ids import same_sample
from sqlsel.plan.look import Look

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlsel.config import Limit
    from sqlsel.config.joint import Keys
    from sqlsel.facts import DatasetFacts
    from sqlsel.plan.model import LimitStep

COUNTED = "sqlsel_counted"
WITHIN = "within_limit"


def limit_look(limit: Limit) -> Look:
    """How a limit looks at its key or its task: as an objective does that looks at the classes of it."""
    if limit.key is not None:
        return class_look(limit.key)
    assert limit.task is not None
    source = PredictionsInput(type="PREDICTIONS", task=limit.task, name="CLASS_DISTRIBUTION")
    return Look(source, "classes", predicted=True)


def class_look(key: Keys) -> Look:
    """A look at the classes of a metadata key, or of several together."""
    return Look(MetadataInput(type="METADATA", key=key), "classes")


def within_query(limit: LimitStep, source: str, order: Sequence[exp.Expr]) -> exp.Select:
    """The rows of a relation with ``within_limit``: whether their value has room for them.

    Args:
        limit: The limit. Preselected rows come first in their value's count; rows without a value are within it.
        source: Name of the relation, with ``preselected`` and the limit's column.
        order: The order in which rows are taken.
    """
    value = sql.column(limit.input.column)
    ordered = sql.order(sql.descending(sql.column("preselected")), *(term.copy() for term in order))
    place = sql.over(exp.RowNumber(), by=[value], ordered=ordered)
    room = exp.LTE(this=place, expression=sql.number(limit.most))
    within = exp.or_(sql.absent(value.copy()), exp.Paren(this=room))
    return exp.select(exp.Star(), exp.alias_(within, WITHIN, quoted=True)).from_(sql.table(source))


def limit_query(limit: LimitStep, facts: DatasetFacts) -> exp.Select:
    """Query with the values that are full after a selection, and the row of NULL, by value.

    Columns: ``value``, ``chosen`` (preselected included) and ``left`` (candidates that were not chosen). The picks are
    in ``sqlsel_chosen``.
    """
    value, preselected = sql.column(limit.input.column, "p"), sql.column("preselected", "p")
    picked = sql.present(sql.column("sample_id", "c"))
    taken = exp.or_(preselected, picked)
    counted = (
        exp.select(
            exp.alias_(value, "value", quoted=True),
            exp.alias_(sql.count(taken), "chosen", quoted=True),
            exp.alias_(sql.count(exp.Not(this=exp.Paren(this=taken.copy()))), "left", quoted=True),
        )
        .from_(sql.table(IN_PLAY, alias="p"))
        .group_by(value.copy())
    )
    counted = sql.left_join(counted, sql.table(CHOSEN, alias="c"), same_sample(facts, "p", "c"))
    names = [sql.column(name) for name in ("value", "chosen", "left")]
    full = exp.GTE(this=sql.column("chosen"), expression=sql.number(limit.most))
    told = exp.select(*names).from_(sql.subquery(counted, COUNTED))
    told = told.where(exp.or_(sql.absent(sql.column("value")), full))
    return told.order_by(sql.ascending(sql.column("value")))
