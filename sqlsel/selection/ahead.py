"""Vectors that were read before the plan was known, where it can use them as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.arrow import to_numpy
from sqlsel.datasets.ahead import ROW
from sqlsel.plan.candidates import IN_PLAY
from sqlsel.plan.statements import FIRST, in_play_as_stored
from sqlsel.selection.reading import Matrix

if TYPE_CHECKING:
    import pyarrow as pa

    from sqlsel.datasets.ahead import VectorsAhead
    from sqlsel.engines.base import Engine
    from sqlsel.plan.model import Plan


@dataclass(frozen=True, slots=True, eq=False)
class Before:
    """What was read before the plan was known.

    Attributes:
        columns: What the plan's statement ``columns`` finds, with the positions of storage.
        vectors: The vectors by input column.
        first: The position of the first candidate in the order that breaks ties; None where it is not needed.
    """

    columns: pa.Table
    vectors: dict[str, Matrix]
    first: int | None


def read_before(plan: Plan, engine: Engine, ahead: VectorsAhead) -> Before | None:
    """What is in play, numbered as its vectors are stored, with these; None where they do not fit the plan.

    They fit a plan that may take rows in any order and looks at these very vectors, where every one of them is in play.
    The statements run while the last vectors are being read.
    """
    step = next((step for step in plan.inputs if step.vectors is not None), None)
    if step is None or step.vectors is None or not plan.order_late or plan.facts.objects_of is not None:
        return None
    source, read = step.vectors, ahead.source()
    if read is None:
        return None
    table, rows = read
    if (source.catalog, source.schema, source.facts.table) != (engine.catalog, plan.facts.name, table):
        return None
    engine.execute(in_play_as_stored(plan, step, ROW))
    columns = engine.table(plan.statements["columns"])
    if columns.num_rows == rows:
        # an empty selection leaves all candidates tied
        first = first_of_all(plan, engine) if plan.request.preselected is None else None
        matrix = ahead.take()
        if matrix is not None:
            return Before(columns, {step.column: Matrix(matrix, np.ones(len(matrix), dtype=np.bool_))}, first)
    engine.execute(exp.Drop(kind="TABLE", tables=[sql.table(IN_PLAY)]))
    return None


def first_of_all(plan: Plan, engine: Engine) -> int:
    """The position of the first candidate in the order that breaks ties."""
    return int(to_numpy(engine.table(plan.statements[FIRST]).column(0), np.int64)[0])
