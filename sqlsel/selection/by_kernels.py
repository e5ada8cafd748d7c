"""Selections that the kernels decide: SQL computes the columns, numpy picks one sample at a time."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from sqlglot import exp

from sqlsel import kernels
from sqlsel.arrow import from_numpy, to_booleans, to_numpy
from sqlsel.errors import SelectionError
from sqlsel.plan.statements import ORDER, PICKS
from sqlsel.selection.ahead import first_of_all, read_before
from sqlsel.selection.fitting import fit_of, leaving_room, too_large
from sqlsel.selection.funnel import read_funnel
from sqlsel.selection.limits import kernel_limits, nothing_left
from sqlsel.selection.objectives import Loaded, Picks, Prepared, every_one_barred, kind_of, objectless, prepare
from sqlsel.selection.outcome import Ending, Progress, RunOutcome
from sqlsel.selection.ranked import ranked_table
from sqlsel.selection.reading import (
    Matrix,
    of_unit_length,
    read_matrix,
    read_means,
    read_objects,
    read_queries,
    to_unit_length,
)
from sqlsel.selection.sequences import cut_sequences

if TYPE_CHECKING:
    from sqlsel.datasets.ahead import VectorsAhead
    from sqlsel.engines.base import Engine
    from sqlsel.plan.model import InputStep, ObjectiveStep, Plan
    from sqlsel.selection.ahead import Before
    from sqlsel.selection.reading import Tell


BYTES_IN_PLAY = 128
"""What the engine holds of a sample in play while its vector is found, generously."""


def run_greedy(plan: Plan, engine: Engine, progress: Progress, ahead: VectorsAhead | None = None) -> RunOutcome:
    """Any combination of objectives, by the greedy loop."""
    if engine.spreads:
        from sqlsel.selection.by_pieces import can_scatter, run_scattered

        if can_scatter(plan):
            return run_scattered(plan, engine, progress)
    with leaving_room(plan, engine):
        progress("filter", 0, None)
        cut_sequences(plan, engine)
        engine.execute(plan.statements["inputs"])
        funnel = read_funnel(plan, engine)
        fit = fit_of(plan, engine, funnel["candidates"] + funnel["preselected"])
        if fit is None or fit.fits:
            return _run_in_memory(plan, engine, progress, funnel, ahead)
        if ahead is not None:
            ahead.stop()
        from sqlsel.selection.by_blocks import run_in_blocks
        from sqlsel.selection.by_pieces import can_scatter

        if plan.sequence_length is not None or not can_scatter(plan):
            raise too_large(plan, fit)
        return run_in_blocks(plan, engine, progress, funnel, fit)


def _run_in_memory(
    plan: Plan, engine: Engine, progress: Progress, funnel: dict[str, int], ahead: VectorsAhead | None
) -> RunOutcome:
    loaded = _load(plan, engine, progress, ahead)
    try:
        prepared = [prepare(step, loaded) for step in plan.objectives]
        candidates = candidates_of(plan, loaded, prepared)
        outcome = kernels.greedy(
            [each.objective for each in prepared],
            n=plan.n,
            candidates=candidates,
            preselected=loaded.preselected,
            limits=kernel_limits(plan, loaded.columns),
            order=_order(plan, engine, candidates, loaded.first),
            progress=lambda done, _gain: progress("select", done, plan.n),
        )
    except kernels.KernelInputError as failure:
        raise SelectionError(f"dataset {plan.facts.name}: {failure}") from None
    if outcome.stop.reason == "limits" and not len(outcome.rows):
        raise nothing_left(plan)
    funnel |= _ruled_out(plan, loaded, prepared, candidates)
    told = _told(plan, engine, funnel, prepared, candidates, outcome)
    return replace(told, notices=(*told.notices, *objectless(plan, _without_objects(loaded, candidates))))


def _order(
    plan: Plan, engine: Engine, candidates: np.ndarray[tuple[int], np.dtype[np.bool_]], known: int | None
) -> kernels.Order:
    """Which of tied rows comes first: positions tell, or the engine where they tie."""
    if not plan.order_late:
        return kernels.BY_ROW

    def first() -> int:
        return first_of_all(plan, engine) if known is None else known

    def ranks() -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        found = np.empty(len(candidates), dtype=np.int64)
        found[to_numpy(engine.table(plan.statements[ORDER]).column(0), np.int64)] = np.arange(len(candidates))
        return found

    return kernels.Late(int(candidates.sum()), first, ranks)


def _without_objects(loaded: Loaded, candidates: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> dict[str, int]:
    """By input of objects how many candidates have none."""
    return {
        column: int((candidates & (np.diff(vectors.offsets) == 0)).sum())
        for column, vectors in loaded.vectors.items()
        if isinstance(vectors, kernels.Objects)
    }


def load(plan: Plan, engine: Engine, progress: Progress) -> Loaded:
    """Everything that the objectives of a plan look at, for every sample in play."""
    cut_sequences(plan, engine)
    engine.execute(plan.statements["inputs"])
    return _load(plan, engine, progress)


def _load(plan: Plan, engine: Engine, progress: Progress, ahead: VectorsAhead | None = None) -> Loaded:
    before = None
    if ahead is not None:
        before = read_before(plan, engine, ahead)
        ahead.stop()
    if before is None:
        engine.execute(plan.statements["in_play"])
    return read_in_play(plan, engine, progress, before)


def read_in_play(plan: Plan, engine: Engine, progress: Progress, before: Before | None = None) -> Loaded:
    """The same, where the engine holds already who is in play; with what was read before."""
    vectors: dict[str, Matrix | kernels.Objects] = {}
    if before is not None:
        columns, vectors = before.columns, {**before.vectors}
    else:
        columns = engine.table(plan.statements["columns"])
    fit = fit_of(plan, engine, columns.num_rows)
    if fit is not None and not fit.fits and not vectors:
        raise too_large(plan, fit)
    for step in plan.inputs:
        if step.vectors is not None and step.column not in vectors:
            progress(f"read {step.label}", 0, None)
            tell = partial(progress, f"read {step.label}")
            vectors[step.column] = _read_vectors(plan, engine, step, columns.num_rows, tell)
    queries = {
        step.name: _read_queries(plan, engine, step, vectors[step.input.column])
        for step in plan.objectives
        if step.queries is not None
    }
    preselected = to_booleans(columns.column("preselected"))
    return Loaded(columns, preselected, vectors, queries, None if before is None else before.first)


def _read_vectors(plan: Plan, engine: Engine, step: InputStep, count: int, tell: Tell) -> Matrix | kernels.Objects:
    assert step.vectors is not None
    query = plan.statements[f"vectors {step.column}"]
    if step.vectors.facts.task is None or step.per_object:
        width = step.vectors.facts.width
        if plan.sequence_length is not None:
            return read_means(engine, query, count, width, plan.sequence_length, tell)
        with engine.bounded_memory(4 * width, beside=count * BYTES_IN_PLAY):
            return read_matrix(engine, query, count, width, tell)
    assert isinstance(query, exp.Select)
    return read_objects(engine, query, count, step.vectors.facts.width, tell)


def _read_queries(
    plan: Plan, engine: Engine, step: ObjectiveStep, vectors: Matrix | kernels.Objects
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    assert step.queries is not None
    matrix = vectors.rows[vectors.present] if isinstance(vectors, Matrix) else vectors.matrix
    found = read_queries(engine, plan.statements[f"queries {step.name}"], matrix.shape[1])
    if not len(found):
        raise SelectionError(
            f"{step.name}: {step.queries.label} have no embeddings", hint="ingest embeddings for them, or name others"
        )
    # the samples' vectors were brought to unit length, or not, when they were stored; a file is as it is
    of_means = vectors.of_unit_vectors if isinstance(vectors, Matrix) else None
    unit = of_unit_length(matrix) if of_means is None else of_means
    return to_unit_length(found) if step.queries.file is not None and unit else found


def candidates_of(plan: Plan, loaded: Loaded, prepared: list[Prepared]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which rows may be picked.

    Raises:
        SelectionError: If there is none.
    """
    candidates = ~loaded.preselected
    for each in prepared:
        if each.barred is not None:
            candidates &= ~each.barred
    if not candidates.any():
        raise every_one_barred(plan)
    return candidates


def _ruled_out(
    plan: Plan, loaded: Loaded, prepared: list[Prepared], candidates: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> dict[str, int]:
    """How many candidates the objectives ruled out beforehand: all of them, and by the key of each bar."""
    kept_out: dict[str, np.ndarray[tuple[int], np.dtype[np.bool_]]] = {}
    for step, each in zip(plan.objectives, prepared, strict=True):
        bar = kind_of(step).bar
        if bar is not None and each.barred is not None:
            kept_out[bar.key] = kept_out.get(bar.key, loaded.preselected) | each.barred
    found = {key: int((mask & ~loaded.preselected).sum()) for key, mask in kept_out.items()}
    return {**found, "ruled_out": int((~loaded.preselected).sum()) - int(candidates.sum())}


def _told(
    plan: Plan,
    engine: Engine,
    funnel: dict[str, int],
    prepared: list[Prepared],
    candidates: np.ndarray[tuple[int], np.dtype[np.bool_]],
    outcome: kernels.Outcome,
) -> RunOutcome:
    ranks = np.arange(1, len(outcome.rows) + 1)
    with engine.bind({PICKS: pa.table({"position": from_numpy(outcome.rows), "rank": from_numpy(ranks)})}):
        picked = engine.table(plan.statements["picked"])
    names = [step.name for step in plan.objectives]
    stop = outcome.stop
    gains = outcome.gains if names else np.full(len(outcome.rows), np.nan)
    return RunOutcome(
        ranked=ranked_table(picked, names, outcome.terms, gains),
        funnel=funnel,
        ending=Ending(stop.reason, None if stop.objective is None else names[stop.objective]),
        reached={
            name: each.reached(Picks(outcome.rows, outcome.terms[:, number], candidates))
            for number, (name, each) in enumerate(zip(names, prepared, strict=True))
        },
        notices=outcome.notices,
    )
