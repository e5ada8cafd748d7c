"""The table that a report counts in: every sample with its values, and which sets it belongs to."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import named
from sqlsel.datasets.staging import temporary_table
from sqlsel.plan.candidates import IN_PLAY
from sqlsel.plan.ids import id_columns, id_names, id_text, same, same_sample
from sqlsel.plan.objects import OBJECTS, from_samples
from sqlsel.plan.sequences import SEQUENCE, SEQUENCES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from sqlsel.engines.base import Engine
    from sqlsel.facts import DatasetFacts
    from sqlsel.report.columns import Column
    from sqlsel.report.subject import Subject

FIELD = "sqlsel_report"
RANK, RANDOM, PRESELECTED, CANDIDATE, TURN = "rank", "random", "preselected", "candidate", "turn"

_PICKS, _EARLIER, _RANDOM = "sqlsel_report_picks", "sqlsel_report_earlier", "sqlsel_report_random"


@contextmanager
def field_table(
    engine: Engine, subject: Subject, random: pa.Table | None, columns: Sequence[Column]
) -> Iterator[exp.Table]:
    """Make the temporary table of a report, which lasts as long as the context.

    Columns: the ids, ``file_name``, ``rank`` (NULL for what was not picked), ``random`` (the place in a random
    selection of the same size), ``preselected``, ``candidate`` (whether it could be picked), ``turn`` (from 1: a seeded
    order that samples are drawn in), ``bbox`` where objects have one, and the values by their steps' names.

    Args:
        engine: The session; where there is a plan, its tables are there.
        subject: The selection.
        random: Ids of the random selection, in order; None to draw them from all that could be picked.
        columns: The values.
    """
    names = list(id_names(subject.facts))
    bound = {_PICKS: subject.picks.select([*names, "rank"]), _EARLIER: subject.earlier.select(names)}
    query = _with_values(_members(subject), subject.facts, columns)
    if random is not None:
        bound[_RANDOM] = random.select([*names, "rank"])
        sample = "s" if subject.facts.objects_of is None else OBJECTS
        query = query.select(named(sql.column(RANK, _RANDOM), RANDOM))
        query = sql.left_join(query, sql.table(_RANDOM), same_sample(subject.facts, sample, _RANDOM))
    else:
        query = _drawn(query, subject.picks.num_rows)
    with engine.bind(bound), temporary_table(engine, query, FIELD) as made:
        yield made


def _members(subject: Subject) -> exp.Select:
    """Every sample with the sets it belongs to, but the random one."""
    facts = subject.facts
    sample = "s" if facts.objects_of is None else OBJECTS
    tie = [sql.call("sqlsel_tie", id_text(facts, sample), sql.number(subject.seed)), *id_columns(facts, sample)]
    preselected = sql.present(sql.column("sample_id", _EARLIER))
    query = exp.select(
        *id_columns(facts, sample),
        named(sql.column("file_name", "s"), "file_name"),
        named(sql.column(RANK, _PICKS), RANK),
        named(preselected, PRESELECTED),
        named(exp.and_(exp.Not(this=preselected.copy()), _may_be_picked(subject)), CANDIDATE),
        named(sql.over(exp.RowNumber(), ordered=sql.order(*tie)), TURN),
    )
    if has_boxes(facts):
        query = query.select(named(sql.column("bbox", OBJECTS), "bbox"))
    query = from_samples(query, facts)
    for name in (_PICKS, _EARLIER):
        query = sql.left_join(query, sql.table(name), same_sample(facts, sample, name))
    if subject.plan is None:
        return query
    if subject.plan.sequence_length is None:
        return sql.left_join(query, sql.table(IN_PLAY, alias="p"), same_sample(facts, sample, "p"))
    query = sql.left_join(query, sql.table(SEQUENCES, alias="q"), same(("sample_id",), sample, "q"))
    of_first = exp.EQ(this=sql.column(SEQUENCE, "q"), expression=sql.column("sample_id", "p"))
    return sql.left_join(query, sql.table(IN_PLAY, alias="p"), of_first)


def has_boxes(facts: DatasetFacts) -> bool:
    """Whether the samples are objects that were predicted, so that they may have a box on their image."""
    return facts.objects_of is not None and facts.tasks[facts.objects_of].has_predictions


def _may_be_picked(subject: Subject) -> exp.Expr:
    return exp.true() if subject.plan is None else sql.present(sql.column("sample_id", "p"))


def _with_values(query: exp.Select, facts: DatasetFacts, columns: Sequence[Column]) -> exp.Select:
    sample = "s" if facts.objects_of is None else OBJECTS
    for column in columns:
        step = column.step
        value = step.value.copy()
        if column.kind != "category":
            finite = exp.LTE(this=exp.Abs(this=value), expression=sql.number(sys.float_info.max))
            value = exp.Case(ifs=[exp.If(this=finite, true=value.copy())])
        query = query.select(named(value, step.column))
        if step.relation is not None:
            on = same_sample(facts, sample, step.column) if step.per_object else same(("sample_id",), "s", step.column)
            query = sql.left_join(query, sql.subquery(step.relation.copy(), step.column), on)
    return query


def _drawn(query: exp.Select, count: int) -> exp.Select:
    """The query with a random selection of its own: the first in turn that could be picked."""
    place = sql.over(exp.RowNumber(), by=[sql.column(CANDIDATE)], ordered=sql.order(sql.descending(sql.column(TURN))))
    within = exp.and_(sql.column(CANDIDATE), exp.LTE(this=place, expression=sql.number(count)))
    drawn = exp.Case(ifs=[exp.If(this=within, true=place.copy())])
    return exp.select(exp.Star(), named(drawn, RANDOM)).from_(sql.subquery(query, "members"))
