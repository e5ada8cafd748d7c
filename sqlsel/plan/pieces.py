"""All that numpy looks at of every sample in play, as one row each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.plan.candidates import IN_PLAY
from sqlsel.plan.ids import OBJECT_ID, SAMPLE_ID, same
from sqlsel.plan.statements import POSITION

if TYPE_CHECKING:
    from sqlsel.plan.model import Plan, Vectors


def pieces_query(plan: Plan) -> exp.Select:
    """Query with position, preselected, the inputs, and in ``vectors <input>`` the vectors, in no order."""
    names = [POSITION, "preselected", *(step.column for step in plan.inputs)]
    query = exp.select(*(sql.column(name, "p") for name in names)).from_(sql.table(IN_PLAY, alias="p"))
    for step in plan.inputs:
        if step.vectors is None:
            continue
        alias = f"v_{step.column}"
        vector = exp.alias_(sql.column("embedding", alias), f"vectors {step.column}", quoted=True)
        on = same(OBJECT_ID if step.per_object else SAMPLE_ID, "p", alias)
        query = sql.left_join(query.select(vector), _stored(step.vectors, alias, per_object=step.per_object), on)
    return query


def _stored(source: Vectors, alias: str, *, per_object: bool) -> exp.Expr:
    """One row a sample: its vector, or a list of those of its objects, each with its place, in no order."""
    if source.facts.task is None or per_object:
        return sql.table(source.facts.table, source.schema, source.catalog, alias=alias)
    place = exp.cast(sql.column("object_index"), "BIGINT")
    fields = {"object_index": place, "embedding": sql.column("embedding")}
    pairs = [exp.PropertyEQ(this=sql.name(name), expression=value) for name, value in fields.items()]
    listed = exp.alias_(exp.ArrayAgg(this=exp.Struct(expressions=pairs)), "embedding", quoted=True)
    query = exp.select(sql.column("sample_id"), listed)
    query = query.from_(sql.table(source.facts.table, source.schema, source.catalog)).group_by(sql.column("sample_id"))
    return sql.subquery(query, alias)
