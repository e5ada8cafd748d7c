"""Vectors that were read before the plan was known, where it can use them as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.ahead import ROW
from sqlsel.plan.candidates import IN_PLAY
from sqlsel.plan.statements import in_play_as_stored
from sqlsel.selection.reading import Matrix

if TYPE_CHECKING:
    from sqlsel.datasets.ahead import VectorsAhead
    from sqlsel.engines.base import Engine
    from sqlsel.plan.model import Plan


def read_before(plan: Plan, engine: Engine, ahead: VectorsAhead) -> dict[str, Matrix]:
    """The vectors by input column, with what is in play numbered as they are stored; nothing where they do not fit.

    They fit a plan that may take rows in any order and looks at these very vectors, where every one of them is in play.
    """
    step = next((step for step in plan.inputs if step.vectors is not None), None)
    if step is None or step.vectors is None or not plan.order_late or plan.facts.objects_of is not None:
        return {}
    source = step.vectors
    if (source.catalog, source.schema, source.facts.table) != (engine.catalog, plan.facts.name, ahead.table):
        return {}
    matrix = ahead.take()
    if matrix is None:
        return {}
    engine.execute(in_play_as_stored(plan, step, ROW))
    if engine.rows(exp.select(sql.count()).from_(sql.table(IN_PLAY)))[0][0] == len(matrix):
        return {step.column: Matrix(matrix, np.ones(len(matrix), dtype=np.bool_))}
    engine.execute(exp.Drop(this=sql.table(IN_PLAY), kind="TABLE"))
    return {}
