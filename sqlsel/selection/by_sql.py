"""Selections that one SQL statement decides. What depends on earlier picks (the mix after each) is added by numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.arrow import to_doubles
from sqlsel.config.strategies.balance import BalanceStrategy
from sqlsel.kernels import mix_path
from sqlsel.selection.funnel import read_funnel
from sqlsel.selection.limits import nothing_left
from sqlsel.selection.mixes import attainable_counts, mix_of, reached_mix
from sqlsel.selection.outcome import Ending, Progress, RunOutcome
from sqlsel.selection.ranked import ranked_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from sqlsel.engines.base import Engine
    from sqlsel.plan.model import Plan


def run_weights(plan: Plan, engine: Engine, progress: Progress) -> RunOutcome:
    """The top n by one number, or by the tie rule alone where nothing ranks."""
    funnel, picked = _select(plan, engine, progress)
    values = to_doubles(picked.column("value"))
    if not plan.objectives:
        ranked = ranked_table(picked, (), np.empty((len(values), 0)), values)
        return RunOutcome(ranked, funnel, _ending(plan, funnel, picked), {})
    name = plan.objectives[0].name
    pool_mean = engine.rows(plan.statements["pool"])[0][0]
    reached = {"mean": float(values.mean()), "pool_mean": pool_mean, "sum": float(values.sum())}
    ranked = ranked_table(picked, (name,), values[:, None], values)
    return RunOutcome(ranked, funnel, _ending(plan, funnel, picked), {name: reached})


def run_balance(plan: Plan, engine: Engine, progress: Progress) -> RunOutcome:
    """Places dealt to the classes of one category."""
    step = plan.objectives[0]
    assert isinstance(step.strategy, BalanceStrategy)
    funnel, picked = _select(plan, engine, progress)
    pool = [row for row in engine.rows(plan.statements["pool"]) if row[0] is not None]
    names = [row[0] for row in pool]
    candidates, preselected = (np.array([row[place] for row in pool], dtype=np.float64) for place in (1, 2))
    mix = mix_of(step.strategy, names, candidates + preselected)
    width = len(mix.classes)
    places = {name: int(place) for name, place in zip(names, mix.listed, strict=True)}
    before = np.bincount(mix.listed, weights=preselected, minlength=width).astype(np.float64)
    codes = np.array([places.get(name, -1) for name in picked.column("value").to_pylist()], dtype=np.int64)
    path = mix_path(codes, before, mix.target)
    start = before / before.sum() if before.any() else before
    before_each = np.concatenate([[np.abs(start - mix.target).sum()], path[:-1]])
    gains = before_each - path
    chosen = before + np.bincount(codes[codes >= 0], minlength=width)
    supply = np.bincount(mix.listed, weights=candidates, minlength=width).astype(np.float64)
    reached = reached_mix(mix, chosen, supply, attainable_counts(before, supply, len(codes)))
    ranked = ranked_table(picked, (step.name,), path[:, None], gains)
    return RunOutcome(ranked, funnel, _ending(plan, funnel, picked), {step.name: reached})


def _select(plan: Plan, engine: Engine, progress: Progress) -> tuple[dict[str, int], pa.Table]:
    progress("filter", 0, None)
    funnel = read_funnel(plan, engine)
    progress("select", 0, plan.n)
    picked = engine.table(plan.statements["selection"])
    if plan.limits and not picked.num_rows:
        raise nothing_left(plan)
    progress("select", picked.num_rows, plan.n)
    return funnel, picked


def _ending(plan: Plan, funnel: Mapping[str, int], picked: pa.Table) -> Ending:
    if picked.num_rows == plan.n:
        return Ending("n_samples")
    return Ending("limits" if picked.num_rows < funnel["candidates"] else "candidates")
