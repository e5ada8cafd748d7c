"""What a selection is worth: beside a random one, beside each objective alone, and how well it covers the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel import kernels
from sqlsel.plan.candidates import CHOSEN
from sqlsel.plan.statements import places_query, statements
from sqlsel.selection.arrow import from_numpy, to_numpy
from sqlsel.selection.by_kernels import candidates_of, load
from sqlsel.selection.coverage import coverage_curve
from sqlsel.selection.objectives import Loaded, Picks, kind_of, prepare
from sqlsel.selection.reading import Matrix

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

    from sqlsel.engines.base import Engine
    from sqlsel.plan.model import ObjectiveStep, Plan
    from sqlsel.selection.outcome import Progress

    Bools = npt.NDArray[np.bool_]
    Rows = npt.NDArray[np.int64]

SAMPLE = 50_000
"""How many candidates a comparison looks at, unless it is exact."""


@dataclass(frozen=True, slots=True, eq=False)
class _Field:
    """The rows that a comparison looks at."""

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
    greedy = replace(plan, route="greedy")
    greedy = replace(greedy, statements=statements(greedy))
    loaded = load(greedy, engine, progress)
    field = _field(greedy, engine, loaded, picks, exact=exact)
    objectives = {}
    for step in greedy.objectives:
        progress(f"compare {step.name}", 0, None)
        objectives[step.name] = {"random": _random(step, field), "alone": _alone(step, field)}
    looked_at, of = int(field.candidates.sum()), int((~loaded.preselected).sum())
    found: dict[str, Any] = {"objectives": objectives, "sample": {"candidates": looked_at, "of": of}}
    if (covered := _coverage(greedy, field)) is not None:
        found["coverage"] = covered
    return found


def _coverage(plan: Plan, field: _Field) -> dict[str, Any] | None:
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


def _field(plan: Plan, engine: Engine, loaded: Loaded, picks: pa.Table, *, exact: bool) -> _Field:
    prepared = [prepare(step, loaded) for step in plan.objectives]
    candidates = candidates_of(plan, loaded, prepared)
    rng = np.random.default_rng(plan.request.seed or 0)
    rows = np.flatnonzero(candidates)
    picked = _positions(plan, engine, picks)
    random = rng.permutation(rows)[: len(picked)]
    if not exact and len(rows) > SAMPLE:
        candidates = np.zeros_like(candidates)
        candidates[rng.choice(rows, SAMPLE, replace=False)] = True
    return _Field(plan, loaded, candidates, picked, random)


def _positions(plan: Plan, engine: Engine, picks: pa.Table) -> Rows:
    ranks = from_numpy(np.arange(1, picks.num_rows + 1))
    with engine.bind({CHOSEN: picks.append_column("rank", ranks)}):
        found = engine.table(places_query(plan.facts))
    rows: Rows = to_numpy(found.column("position"), np.int64)
    return rows


def _random(step: ObjectiveStep, field: _Field) -> dict[str, Any]:
    if not kind_of(step).needs_terms:
        terms = np.full(len(field.random), np.nan)
        return dict(prepare(step, field.loaded).reached(Picks(field.random, terms, field.candidates)))
    mask = np.zeros(len(field.candidates), dtype=np.bool_)
    mask[field.random] = True
    return _run(_unbounded(step), field, mask)


def _alone(step: ObjectiveStep, field: _Field) -> dict[str, Any]:
    return _run(_unbounded(step), field, field.candidates)


def _run(step: ObjectiveStep, field: _Field, candidates: Bools) -> dict[str, Any]:
    prepared = prepare(step, field.loaded)
    outcome = kernels.greedy(
        [prepared.objective], n=len(field.picked), candidates=candidates, preselected=field.loaded.preselected
    )
    return dict(prepared.reached(Picks(outcome.rows, outcome.terms[:, 0], field.candidates)))


def _unbounded(step: ObjectiveStep) -> ObjectiveStep:
    """The objective without its stops, so that selections of the same size are compared."""
    return replace(step, strategy=step.strategy.without_bounds())
