"""What measures look at: every sample in play where that fits, else a sample of these and what follows from all."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from sqlglot import exp

from sqlsel import kernels
from sqlsel import nodes as sql
from sqlsel.arrow import from_numpy, to_numpy
from sqlsel.errors import SelectionError
from sqlsel.plan.candidates import CHOSEN, IN_PLAY
from sqlsel.plan.pieces import pieces_query
from sqlsel.plan.statements import places_query
from sqlsel.selection import drawing
from sqlsel.selection.by_kernels import load, read_in_play
from sqlsel.selection.by_pieces import layout_of, scattered_objectives, tried
from sqlsel.selection.fitting import fit_of, leaving_room
from sqlsel.selection.reading import Matrix
from sqlsel.selection.scattered.gathering import Gathered, Knowing, Wanted, gather
from sqlsel.selection.strategies.prepared import Loaded

if TYPE_CHECKING:
    import numpy.typing as npt

    from sqlsel.engines.base import Engine
    from sqlsel.plan.model import Plan
    from sqlsel.selection.by_pieces import Cut
    from sqlsel.selection.outcome import Progress
    from sqlsel.selection.scattered.part import Classes

    Rows = npt.NDArray[np.int64]


def load_to_look(
    plan: Plan, engine: Engine, progress: Progress, *, picks: pa.Table | None, n: int, exact: bool, bars: bool
) -> Loaded:
    """What the objectives of a plan look at, of as many samples in play as measures need.

    Where rows stay on workers, or their vectors do not fit into memory, these are the preselected, the picks, and the
    candidates that ``drawing.sampled`` and ``drawing.random_rows`` draw from all of them. Everything that is computed
    from them then is what would be of all, as numbers that all rows have a part in come along.

    Args:
        plan: The plan as the kernels would run it, in the order of ties.
        engine: A session of its own. It has the temporary tables of the plan from then on.
        progress: Told of the stages.
        picks: Ids of samples that have to be there beside the preselected.
        n: How many rows a random selection draws at most.
        exact: Whether measures look at all of them.
        bars: Whether those that objectives rule out beforehand are in no draw.

    Raises:
        SelectionError: If all vectors have to be there and do not fit, or cannot be used.
    """
    if exact or not can_be_sampled(plan):
        return load(plan, engine, progress)
    with leaving_room(plan, engine):
        engine.execute(plan.statements["inputs"])
        engine.execute(plan.statements["in_play"])
        cut = _cut(plan, engine, progress)
        if cut is None:
            return read_in_play(plan, engine, progress)
        positions = np.empty(0, np.int64) if picks is None else positions_of(plan, engine, picks)
        # of one alone classes are dealt by SQL, and here they are looked at
        objectives = scattered_objectives(plan, engine, alone=False)
        progress("read", 0, None)
        wanted = Wanted(positions, drawing.SAMPLE, n, plan.request.seed or 0, bars)
        try:
            with cut(pieces_query(plan), layout_of(plan).read) as pieces:
                return _loaded(plan, gather(objectives, pieces, wanted))
        except kernels.KernelInputError as failure:
            raise SelectionError(f"dataset {plan.facts.name}: {failure}") from None


def can_be_sampled(plan: Plan) -> bool:
    """Whether every objective can be measured on some rows, by what follows from all of them."""
    return plan.sequence_length is None and all(
        isinstance(tried(step, alone=False), Knowing) for step in plan.objectives
    )


def positions_of(plan: Plan, engine: Engine, picks: pa.Table) -> Rows:
    """The positions of samples that are in play, by their ids and in the order of these."""
    ranks = from_numpy(np.arange(1, picks.num_rows + 1))
    with engine.bind({CHOSEN: picks.append_column("rank", ranks)}):
        found = engine.table(places_query(plan.facts))
    rows: Rows = to_numpy(found.column("position"), np.int64)
    return rows


def _cut(plan: Plan, engine: Engine, progress: Progress) -> Cut | None:
    """How rows are cut into pieces; None where all can be in memory."""
    if engine.spreads:
        return engine.pieces
    count = engine.rows(exp.select(sql.count()).from_(sql.table(IN_PLAY)))[0][0]
    fit = fit_of(plan, engine, count)
    if fit is None or fit.fits:
        return None
    from sqlsel.selection.by_blocks import blocks_of

    return partial(blocks_of, plan, engine, fit, progress, count=count)


def _loaded(plan: Plan, gathered: Gathered) -> Loaded:
    """As it would have been read, of fewer rows."""
    part = gathered.part
    columns: dict[str, pa.Array] = {"position": from_numpy(part.positions), "preselected": pa.array(part.preselected)}
    columns |= {name: from_numpy(values) for name, values in part.numbers.items()}
    columns |= {name: _names(classes) for name, classes in part.classes.items()}
    vectors: dict[str, Matrix | kernels.Objects] = {
        name: Matrix(each.rows, each.present) for name, each in part.vectors.items()
    }
    vectors |= {name: kernels.Objects(each.values, each.offsets) for name, each in part.objects.items()}
    return Loaded(
        pa.table(columns),
        part.preselected,
        {step.column: vectors[step.column] for step in plan.inputs if step.vectors is not None},
        {},
        positions=part.positions,
        known=gathered.known,
        total=gathered.total,
    )


def _names(classes: Classes) -> pa.Array:
    codes = pa.array(classes.codes, mask=classes.codes < 0)
    return pa.DictionaryArray.from_arrays(codes, pa.array(classes.names, pa.string())).cast(pa.string())
