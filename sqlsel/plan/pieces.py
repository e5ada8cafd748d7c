"""All that numpy looks at of every sample in play, as one row each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.plan.candidates import IN_PLAY
from sqlsel.plan.ids import OBJECT_ID, SAMPLE_ID, same
from sqlsel.plan.statements import POSITION

if TYPE_CHECKING:
    from sqlsel.plan.model import Plan


def pieces_query(plan: Plan) -> exp.Select:
    """Query with position, preselected, the inputs, and in ``vectors <input>`` the vectors of samples, in no order."""
    names = [POSITION, "preselected", *(step.column for step in plan.inputs)]
    query = exp.select(*(sql.column(name, "p") for name in names)).from_(sql.table(IN_PLAY, alias="p"))
    for step in plan.inputs:
        if step.vectors is None:
            continue
        alias = f"v_{step.column}"
        source = step.vectors
        stored = sql.table(source.facts.table, source.schema, source.catalog, alias=alias)
        vector = exp.alias_(sql.column("embedding", alias), f"vectors {step.column}", quoted=True)
        on = same(OBJECT_ID if step.per_object else SAMPLE_ID, "p", alias)
        query = sql.left_join(query.select(vector), stored, on)
    return query
