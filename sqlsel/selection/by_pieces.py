"""Selections of rows that are spread over workers: SQL computes the columns, and every worker looks at its own rows."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sqlsel import kernels
from sqlsel.arrow import from_numpy
from sqlsel.errors import SelectionError
from sqlsel.plan.pieces import pieces_query
from sqlsel.plan.statements import PICKS
from sqlsel.selection.funnel import read_funnel
from sqlsel.selection.limits import nothing_left
from sqlsel.selection.objectives import every_one_barred, kind_of, objectless
from sqlsel.selection.outcome import Ending, Progress, RunOutcome
from sqlsel.selection.ranked import ranked_table
from sqlsel.selection.reading import read_queries
from sqlsel.selection.scattered.objective import Setting
from sqlsel.selection.scattered.part import Layout
from sqlsel.selection.scattered.running import POOL_BYTES, ScatteredRun, added
from sqlsel.selection.sequences import cut_sequences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    import numpy.typing as npt
    from sqlglot import exp

    from sqlsel.engines.base import Engine, Pieces
    from sqlsel.plan.model import InputStep, LimitStep, ObjectiveStep, Plan
    from sqlsel.selection.scattered.objective import Chosen, Scattered
    from sqlsel.selection.scattered.part import Part

    Cut = Callable[[exp.Select, Callable[[Iterable[pa.RecordBatch]], Part]], AbstractContextManager[Pieces]]


LARGE = ("distribution", "classes")
"""Kinds of input with several numbers a row."""


def can_scatter(plan: Plan) -> bool:
    """Whether the rows of a plan can be in pieces, where they are large: every strategy and input goes with that."""
    alone = len(plan.objectives) == 1
    large = any(step.vectors is not None or step.kind in LARGE for step in plan.inputs)
    return large and all(_goes(step, alone=alone) for step in plan.objectives)


def _goes(step: ObjectiveStep, *, alone: bool) -> bool:
    return tried(step, alone=alone) is not None


def tried(step: ObjectiveStep, *, alone: bool) -> Scattered | None:
    """A step's objective without its queries; None where it cannot be scattered."""
    return _made(step, Setting(alone, _of_objects(step.input), lambda: np.empty((0, 0), np.float32)))


def _of_objects(step: InputStep) -> bool:
    """Whether an input has the vectors of samples' objects, as many as there are."""
    return step.vectors is not None and step.vectors.facts.task is not None and not step.per_object


def run_scattered(plan: Plan, engine: Engine, progress: Progress) -> RunOutcome:
    """Any combination of objectives that can be scattered, by jobs over all rows. The rows stay where they are."""
    progress("filter", 0, None)
    cut_sequences(plan, engine)
    engine.execute(plan.statements["inputs"])
    funnel = read_funnel(plan, engine)
    return run_in_pieces(plan, engine, progress, funnel, engine.pieces)


def run_in_pieces(
    plan: Plan,
    engine: Engine,
    progress: Progress,
    funnel: dict[str, int],
    cut: Cut,
    pool_bytes: int = POOL_BYTES,
) -> RunOutcome:
    """The rest of a run whose ``inputs`` are there.

    Args:
        plan: The plan, whose positions are those of the order of ties.
        engine: The session.
        progress: Told of the stages.
        funnel: What the filters left out.
        cut: Makes the pieces, as the engine's ``pieces`` does.
        pool_bytes: How large the vectors are at most that picks are chosen from at a time.
    """
    progress("order", 0, None)
    engine.execute(plan.statements["in_play"])
    objectives = scattered_objectives(plan, engine, alone=len(plan.objectives) == 1)
    progress("read", 0, None)
    with cut(pieces_query(plan), layout_of(plan).read) as pieces:
        try:
            run = ScatteredRun(objectives, plan.limits, pieces, plan.n, pool_bytes)
            outcome = run.run(lambda done: progress("select", done, plan.n))
            measured = run.measured(outcome)
        except kernels.KernelInputError as failure:
            raise SelectionError(f"dataset {plan.facts.name}: {failure}") from None
    if not run.candidates:
        raise every_one_barred(plan)
    if outcome.stop.reason == "limits" and not len(outcome.rows):
        raise nothing_left(plan)
    ruled_out = added(each.ruled_out for each in run.counted)
    without = added(each.without for each in run.counted)
    told = _told(plan, engine, {**funnel, **ruled_out}, run, outcome, measured)
    return replace(told, notices=(*told.notices, *objectless(plan, without)))


def layout_of(plan: Plan) -> Layout:
    """What the columns of the rows are."""
    steps: list[ObjectiveStep | LimitStep] = [*plan.objectives, *plan.limits]
    widths: tuple[dict[str, int], dict[str, int]] = {}, {}
    for step in plan.inputs:
        if step.vectors is not None:
            widths[_of_objects(step)][step.column] = step.vectors.facts.width
    kinds = {step.input.column: step.input.kind for step in steps}
    kinds |= {each.column: each.kind for step in plan.objectives for each in step.more.values()}
    categories = {step.input.column: _categories(step.input) for step in steps if step.input.kind in LARGE}
    return Layout(kinds, categories, *widths, plan.sequence_length)


def _categories(step: InputStep) -> tuple[str, ...] | None:
    """Whose numbers a row has: those of a distribution; None where any class may occur."""
    return step.categories if step.kind == "distribution" else None


def scattered_objectives(plan: Plan, engine: Engine, *, alone: bool) -> list[Scattered]:
    """The objectives of a plan that can be scattered.

    Args:
        plan: The plan.
        engine: The session that finds queries.
        alone: Whether one objective picks by itself.
    """
    found = []
    for step in plan.objectives:
        queries = partial(_queries, plan, engine, step)
        made = _made(step, Setting(alone, _of_objects(step.input), queries))
        assert made is not None
        found.append(made)
    return found


def _made(step: ObjectiveStep, setting: Setting) -> Scattered | None:
    scatter = kind_of(step).scatter
    return None if scatter is None else scatter(step, step.strategy, setting)


def _queries(plan: Plan, engine: Engine, step: ObjectiveStep) -> npt.NDArray[np.float32]:
    assert step.input.vectors is not None
    assert step.queries is not None
    found = read_queries(engine, plan.statements[f"queries {step.name}"], step.input.vectors.facts.width)
    if not len(found):
        raise SelectionError(
            f"{step.name}: {step.queries.label} have no embeddings", hint="ingest embeddings for them, or name others"
        )
    return found


def _told(
    plan: Plan,
    engine: Engine,
    funnel: dict[str, int],
    run: ScatteredRun,
    outcome: kernels.Outcome,
    measured: list[Chosen],
) -> RunOutcome:
    ranks = np.arange(1, len(outcome.rows) + 1)
    with engine.bind({PICKS: pa.table({"position": from_numpy(outcome.rows), "rank": from_numpy(ranks)})}):
        picked = engine.table(plan.statements["picked"])
    names = [step.name for step in plan.objectives]
    stop = outcome.stop
    return RunOutcome(
        ranked=ranked_table(picked, names, outcome.terms, outcome.gains),
        funnel=funnel,
        ending=Ending(stop.reason, None if stop.objective is None else names[stop.objective]),
        reached={
            name: each.reached(chosen) for name, each, chosen in zip(names, run.objectives, measured, strict=True)
        },
        notices=outcome.notices,
    )
