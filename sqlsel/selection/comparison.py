"""What a selection is worth: beside a random one, beside each objective alone, and how well it covers the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel import kernels
from sqlsel.plan.statements import statements
from sqlsel.selection.by_kernels import candidates_of
from sqlsel.selection.coverage import coverage_curve
from sqlsel.selection.drawing import random_rows, sampled
from sqlsel.selection.looking import load_to_look, positions_of
from sqlsel.selection.objectives import Loaded, Picks, Prepared, kind_of, prepare
from sqlsel.selection.reading import Matrix

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

    from sqlsel.engines.base import Engine
    from sqlsel.plan.model import ObjectiveStep, Plan
    from sqlsel.selection.outcome import Progress

    Bools = npt.NDArray[np.bool_]
    Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """The rows that a comparison looks at.

    Attributes:
        plan: The plan, as the kernels would run it.
        loaded: What its objectives look at.
        candidates: Which rows may be picked, or the sample of these that is looked at.
        picked: Rows of the picks, in order.
        random: Rows of a random selection of the same size, in order.

    Row i is the sample at ``loaded.places[i]`` in the order of ties.
    """

    plan: Plan
    loaded: Loaded
    candidates: Bools
    picked: Rows
    random: Rows


def compare(plan: Plan, engine: Engine, picks: pa.Table, *, exact: bool, progress: Progress) -> dict[str, Any]:
    """Values of a random selection of the same size and of each objective alone, and the coverage.

    All of it is over a seeded sample of 50,000 candidates where there are more and ``exact`` is False. Cost: one
    selection for each objective, and a matrix product of the candidates with the picks.

    Args:
        plan: The plan that chose.
        engine: A session of its own, prepared as for the run.
        picks: The ids of the picks, in order.
        exact: Look at all candidates.
        progress: Told of the stages.

    Returns:
        ``objectives`` by name with ``random`` and ``alone``; ``coverage`` where the config looks at embeddings of
        samples, with the name of the first of these; ``sample``:
        how many candidates were looked at, of how many.
    """
    field = open_field(plan, engine, picks, exact=exact, progress=progress)
    found = compare_objectives(field, progress)
    if (covered := _coverage(field.plan, field)) is not None:
        found["coverage"] = covered
    return found


def compare_objectives(field: Field, progress: Progress) -> dict[str, Any]:
    """What ``compare`` tells but for the coverage."""
    preselected, among = field.loaded.preselected, field.candidates
    objectives = {}
    for step in field.plan.objectives:
        progress(f"compare {step.name}", 0, None)
        prepared = prepare(unbounded(step), field.loaded)
        objectives[step.name] = {
            "random": reached_by(prepared, step, preselected, field.random, among),
            "alone": _picked_by(prepared, preselected, among, len(field.picked), among),
        }
    looked_at, of = int(among.sum()), int((~preselected).sum()) + field.loaded.left_out
    return {"objectives": objectives, "sample": {"candidates": looked_at, "of": of}}


def by_kernels(plan: Plan) -> Plan:
    """The plan as the kernels would run it, which reads everything that it looks at, in the order of ties."""
    greedy = replace(plan, route="greedy", order_late=False)
    return replace(greedy, statements=statements(greedy))


def _coverage(plan: Plan, field: Field) -> dict[str, Any] | None:
    """How well the candidates are covered, by the first embedding of samples that the config looks at."""
    for step in plan.inputs:
        matrix = field.loaded.vectors.get(step.column)
        if step.vectors is None or not isinstance(matrix, Matrix):
            continue
        before = np.flatnonzero(field.loaded.preselected & matrix.present)
        looked = np.flatnonzero(field.candidates)
        return {
            "embedding": step.vectors.facts.name,
            "selected": coverage_curve(matrix.rows, looked, before, field.picked),
            "random": coverage_curve(matrix.rows, looked, before, field.random),
        }
    return None


def open_field(plan: Plan, engine: Engine, picks: pa.Table, *, exact: bool, progress: Progress) -> Field:
    """Read what a comparison looks at; the arguments are those of ``compare``.

    The session has the temporary tables of the plan from then on.
    """
    plan = by_kernels(plan)
    loaded = load_to_look(plan, engine, progress, picks=picks, n=picks.num_rows, exact=exact, bars=True)
    prepared = [prepare(step, loaded) for step in plan.objectives]
    candidates = candidates_of(plan, loaded, prepared)
    picked = loaded.rows_at(positions_of(plan, engine, picks))
    seed = plan.request.seed or 0
    random = random_rows(candidates, loaded.places, seed, len(picked))
    pool = candidates if exact else sampled(candidates, loaded.places, seed)
    return Field(plan, loaded, pool, picked, random)


def reached_by(prepared: Prepared, step: ObjectiveStep, preselected: Bools, rows: Rows, pool: Bools) -> dict[str, Any]:
    """What an objective reaches with some rows, however these were picked.

    Args:
        prepared: The objective, without its bounds.
        step: Its step of the plan.
        preselected: ``(N,)`` what was chosen before.
        rows: The rows.
        pool: ``(N,)`` what they are measured against.
    """
    if not kind_of(step).needs_terms:
        return dict(prepared.reached(Picks(rows, np.full(len(rows), np.nan), pool)))
    among = np.zeros(len(pool), dtype=np.bool_)
    among[rows] = True
    return _picked_by(prepared, preselected, among, len(rows), pool)


def _picked_by(prepared: Prepared, preselected: Bools, among: Bools, n: int, pool: Bools) -> dict[str, Any]:
    """What an objective reaches that picks by itself."""
    outcome = kernels.greedy([prepared.objective], n=n, candidates=among, preselected=preselected)
    return dict(prepared.reached(Picks(outcome.rows, outcome.terms[:, 0], pool)))


def unbounded(step: ObjectiveStep) -> ObjectiveStep:
    """The objective without its stops, so that selections of the same size are compared."""
    return replace(step, strategy=step.strategy.without_bounds())
