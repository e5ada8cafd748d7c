"""Sequences as samples: pieces of a video, or of a folder of frames, that are chosen as one.

A sequence goes by the id of its first frame. Everything that is asked of a sample is asked of it, so that the other
statements of a plan know of sequences only that there are fewer rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.plan.candidates import CHOSEN, IN_PLAY, preselected_ids
from sqlsel.plan.ids import SAMPLE_ID, same

if TYPE_CHECKING:
    from sqlsel.plan.model import InputStep, Plan

SEQUENCES = "sqlsel_sequences"
SEQUENCE = "sequence"
FRAME = "frame"
_RANK = "rank"
_SOURCE = "source"


def sequences_query(plan: Plan) -> exp.Select:
    """Query with every sample and the sequence it is a frame of.

    Columns: ``sample_id``, ``preselected``, ``source`` (its video or folder), ``sequence`` (the id of the first frame;
    NULL for the frames behind the last whole sequence and for samples without a file name) and ``frame``, from 0.
    Preselected frames and the others are cut apart from each other, each in the order of their numbers and names.
    """
    length = sql.number(plan.sequence_length or 1)
    ids = [sql.column("sample_id"), sql.column("preselected"), sql.column(_SOURCE)]
    part = [sql.column(_SOURCE), sql.column("preselected")]
    number, name = sql.call("sqlsel_frame", sql.column("file_name")), sql.column("file_name")
    place = sql.over(exp.RowNumber(), by=part, ordered=sql.order(number, name, sql.column("sample_id")))
    from_zero = exp.Paren(this=exp.Sub(this=place, expression=sql.number(1)))
    total = sql.over(sql.count(), by=[each.copy() for each in part])
    columns = [_named(from_zero, "place"), _named(total, "total")]
    placed = exp.select(*ids, *columns).from_(sql.subquery(_frames(plan), "frames"))
    piece = exp.IntDiv(this=sql.column("place"), expression=length)
    frame = exp.Mod(this=sql.column("place"), expression=length.copy())
    pieces = exp.select(*_copies(ids), sql.column("total"), _named(piece, "piece"), _named(frame, FRAME))
    pieces = pieces.from_(sql.subquery(placed, "placed"))
    first = sql.over(
        exp.FirstValue(this=sql.column("sample_id")),
        by=[*_copies(part), sql.column("piece")],
        ordered=sql.order(sql.column(FRAME)),
    )
    after = exp.Paren(this=exp.Add(this=sql.column("piece"), expression=sql.number(1)))
    whole = exp.LTE(this=exp.Mul(this=after, expression=length.copy()), expression=sql.column("total"))
    inside = exp.and_(whole, sql.present(sql.column(_SOURCE)))
    sequence = exp.Case(ifs=[exp.If(this=inside, true=first)])
    return exp.select(*_copies(ids), _named(sequence, SEQUENCE), sql.column(FRAME)).from_(sql.subquery(pieces, "cut"))


def _frames(plan: Plan) -> exp.Select:
    """The samples with their videos or folders."""
    facts = plan.facts
    file_name = sql.column("file_name", "s")
    chosen = sql.present(sql.column("sample_id", "preselected")) if plan.request.preselected else exp.false()
    source = sql.call("sqlsel_frames_of", file_name.copy())
    columns = [sql.column("sample_id", "s"), file_name, _named(chosen, "preselected"), _named(source, _SOURCE)]
    query = exp.select(*columns).from_(sql.table("samples", facts.name, facts.catalog, alias="s"))
    if not plan.request.preselected:
        return query
    earlier = sql.subquery(preselected_ids(plan.request.preselected, facts), "preselected")
    return sql.left_join(query, earlier, same(SAMPLE_ID, "s", "preselected"))


def in_sequences(plan: Plan, inputs: exp.Select) -> exp.Select:
    """The inputs of every sequence, from those of every sample.

    A number is the mean of the frames' numbers, a distribution the sum of theirs, and classes are all of theirs. A
    sequence lacks an input if one of its frames does, and it is a candidate if all of them are admitted.
    """
    length = sql.number(plan.sequence_length or 1)
    preselected = sql.column("preselected", "i")
    columns = [_named(_over_frames(step, length), step.column) for step in plan.inputs]
    query = exp.select(_named(sql.column(SEQUENCE, "q"), "sample_id"), preselected, *columns)
    query = query.from_(sql.subquery(inputs, "i"))
    query = query.join(sql.table(SEQUENCES, alias="q"), on=same(SAMPLE_ID, "i", "q"))
    query = query.where(sql.present(sql.column(SEQUENCE, "q"))).group_by(sql.column(SEQUENCE, "q"), preselected.copy())
    return query.having(exp.or_(preselected.copy(), exp.EQ(this=sql.count(), expression=length.copy())))


def _over_frames(step: InputStep, length: exp.Expr) -> exp.Expr:
    """The value of a sequence; NULL where a frame has none that must have one."""
    value = sql.column(step.column, "i")
    if step.of_first:
        return exp.ArgMin(this=value, expression=sql.column(FRAME, "q"))
    listed = exp.ArrayAgg(this=exp.Order(this=value, expressions=[sql.ascending(sql.column(FRAME, "q"))]))
    known = exp.Filter(this=listed, expression=exp.Where(this=sql.present(value.copy())))
    if step.optional:
        return known
    if step.kind == "vectors":
        found: exp.Expr = exp.true()
    elif step.kind == "number":
        found = sql.call("sqlsel_mean", known)
    elif step.kind == "distribution":
        some = exp.GT(this=exp.ArraySize(this=value.copy()), expression=sql.number(0))
        filled = exp.Filter(this=listed.copy(), expression=exp.Where(this=some))
        summed = sql.call("sqlsel_sum_vectors", filled)
        found = exp.Coalesce(this=summed, expressions=[exp.Array(expressions=[])])
    else:
        found = known
    every = exp.EQ(this=exp.Count(this=value.copy()), expression=length.copy())
    return exp.Case(ifs=[exp.If(this=every, true=found)])


def frame_vectors_query(step: InputStep, position: str) -> exp.Select:
    """Query with the vectors of every frame in play, or of its objects, by the position of the sequence, in order."""
    assert step.vectors is not None
    source = step.vectors
    stored = sql.table(source.facts.table, source.schema, source.catalog, alias="v")
    query = exp.select(sql.column(position, "p"), sql.column("embedding", "v")).from_(stored)
    query = query.join(sql.table(SEQUENCES, alias="q"), on=same(SAMPLE_ID, "v", "q"))
    on = exp.EQ(this=sql.column(SEQUENCE, "q"), expression=sql.column("sample_id", "p"))
    query = query.join(sql.table(IN_PLAY, alias="p"), on=on).where(sql.present(sql.column(step.column, "p")))
    order = [sql.column(position, "p"), sql.column(FRAME, "q")]
    if source.facts.task is not None:
        order.append(sql.column("object_index", "v"))
    return query.order_by(*(sql.ascending(term) for term in order))


def frames_query(plan: Plan) -> exp.Select:
    """Query with the frames of the chosen sequences: ``sample_id, file_name, rank`` (of the sequence), in order."""
    samples = sql.table("samples", plan.facts.name, plan.facts.catalog, alias="s")
    rank, frame = sql.column(_RANK, "c"), sql.column(FRAME, "q")
    query = exp.select(sql.column("sample_id", "q"), sql.column("file_name", "s"), rank)
    query = query.from_(sql.table(CHOSEN, alias="c"))
    on = exp.EQ(this=sql.column(SEQUENCE, "q"), expression=sql.column("sample_id", "c"))
    query = query.join(sql.table(SEQUENCES, alias="q"), on=on).join(samples, on=same(SAMPLE_ID, "q", "s"))
    return query.order_by(sql.ascending(rank.copy()), sql.ascending(frame))


def cut_query() -> exp.Select:
    """Query with one row of counts: what the cutting made and what it left over.

    Columns: ``sequences`` and ``preselected`` of them, ``trailing`` frames, ``trailing_sources`` they are of,
    ``trailing_preselected`` frames, ``unnamed`` samples and ``longest``, the most candidate frames of a source.
    """
    sequence, source, earlier = sql.column(SEQUENCE), sql.column(_SOURCE), sql.column("preselected")
    first = exp.EQ(this=sql.column(FRAME), expression=sql.number(0))
    trailing = exp.and_(sql.absent(sequence), sql.present(source), exp.Not(this=earlier))
    sources = exp.Count(this=exp.Distinct(expressions=[source.copy()]))
    frames = sql.over(sql.count(), by=[source.copy(), earlier.copy()])
    own = exp.Case(
        ifs=[exp.If(this=exp.and_(sql.present(source.copy()), exp.Not(this=earlier.copy())), true=sql.column("own"))]
    )
    counts = {
        "sequences": sql.count(exp.and_(first, sql.present(sequence.copy()), exp.Not(this=earlier.copy()))),
        "preselected": sql.count(exp.and_(first.copy(), sql.present(sequence.copy()), earlier.copy())),
        "trailing": sql.count(trailing),
        "trailing_sources": exp.Filter(this=sources, expression=exp.Where(this=trailing.copy())),
        "trailing_preselected": sql.count(
            exp.and_(sql.absent(sequence.copy()), sql.present(source.copy()), earlier.copy())
        ),
        "unnamed": sql.count(sql.absent(source.copy())),
        "longest": exp.Coalesce(this=exp.Max(this=own), expressions=[sql.number(0)]),
    }
    counted = exp.select(exp.Star(), _named(frames, "own")).from_(sql.table(SEQUENCES))
    return exp.select(*(_named(value, name) for name, value in counts.items())).from_(sql.subquery(counted, "counted"))


def _named(value: exp.Expr, name: str) -> exp.Expr:
    return exp.alias_(value, name, quoted=True)


def _copies(columns: list[exp.Column]) -> list[exp.Column]:
    return [column.copy() for column in columns]
