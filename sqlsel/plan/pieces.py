"""All that numpy looks at of every sample in play, as one row each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.plan.candidates import IN_PLAY
from sqlsel.plan.ids import OBJECT_ID, SAMPLE_ID, same
from sqlsel.plan.sequences import FRAME, SEQUENCE, SEQUENCES
from sqlsel.plan.statements import POSITION

if TYPE_CHECKING:
    from sqlsel.plan.model import Plan, Vectors

OBJECTS_OF_A_FRAME = 1 << 32
"""No frame has as many."""


def pieces_query(plan: Plan) -> exp.Select:
    """Query with position, preselected, the inputs, and in ``vectors <input>`` the vectors, in no order."""
    names = [POSITION, "preselected", *(step.column for step in plan.inputs)]
    query = exp.select(*(sql.column(name, "p") for name in names)).from_(sql.table(IN_PLAY, alias="p"))
    for step in plan.inputs:
        if step.vectors is None:
            continue
        alias = f"v_{step.column}"
        vector: exp.Expr = sql.column("embedding", alias)
        stored = _stored(step.vectors, alias, per_object=step.per_object)
        if plan.sequence_length is not None:
            # some of a sequence's frames may have vectors where it lacks the input
            vector = exp.Case(ifs=[exp.If(this=sql.present(sql.column(step.column, "p")), true=vector)])
            stored = _of_frames(step.vectors, alias)
        on = same(OBJECT_ID if step.per_object else SAMPLE_ID, "p", alias)
        query = query.select(exp.alias_(vector, f"vectors {step.column}", quoted=True))
        query = sql.left_join(query, stored, on)
    return query


def _stored(source: Vectors, alias: str, *, per_object: bool) -> exp.Expr:
    """One row a sample: its vector, or a list of those of its objects, each with its place, in no order."""
    if source.facts.task is None or per_object:
        return sql.table(source.facts.table, source.schema, source.catalog, alias=alias)
    listed = _listed(exp.cast(sql.column("object_index"), "BIGINT"), sql.column("embedding"))
    query = exp.select(sql.column("sample_id"), listed)
    query = query.from_(sql.table(source.facts.table, source.schema, source.catalog)).group_by(sql.column("sample_id"))
    return sql.subquery(query, alias)


def _of_frames(source: Vectors, alias: str) -> exp.Expr:
    """One row a sequence: the vectors of its frames, or of their objects, as a list with places, in no order."""
    place: exp.Expr = exp.cast(sql.column(FRAME, "q"), "BIGINT")
    if source.facts.task is not None:
        above = exp.Mul(this=place, expression=sql.number(OBJECTS_OF_A_FRAME))
        place = exp.Add(this=above, expression=exp.cast(sql.column("object_index", "v"), "BIGINT"))
    sequence = sql.column(SEQUENCE, "q")
    query = exp.select(exp.alias_(sequence, "sample_id", quoted=True), _listed(place, sql.column("embedding", "v")))
    query = query.from_(sql.table(source.facts.table, source.schema, source.catalog, alias="v"))
    query = query.join(sql.table(SEQUENCES, alias="q"), on=same(SAMPLE_ID, "v", "q"))
    query = query.where(sql.present(sequence.copy())).group_by(sequence.copy())
    return sql.subquery(query, alias)


def _listed(place: exp.Expr, vector: exp.Expr) -> exp.Expr:
    """All vectors of a group as one list of structs."""
    fields = {"object_index": place, "embedding": vector}
    pairs = [exp.PropertyEQ(this=sql.name(name), expression=value) for name, value in fields.items()]
    return exp.alias_(exp.ArrayAgg(this=exp.Struct(expressions=pairs)), "embedding", quoted=True)
