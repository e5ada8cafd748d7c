"""Runs a plan on an engine. SQL says who may be chosen; SQL or the kernels choose."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlsel.errors import EngineError, EngineMemoryError, UsageError
from sqlsel.selection.by_kernels import run_greedy
from sqlsel.selection.by_sql import run_balance, run_weights
from sqlsel.selection.limits import read_limits
from sqlsel.selection.mixes import read_mixes
from sqlsel.selection.ranked import ids_of
from sqlsel.selection.sequences import frame_by_frame, told_sequences

if TYPE_CHECKING:
    from sqlsel.datasets.ahead import VectorsAhead
    from sqlsel.engines.base import Engine
    from sqlsel.plan.model import Plan
    from sqlsel.selection.outcome import Progress, RunOutcome

_BY_SQL = {"weights": run_weights, "balance": run_balance}


def run_plan(
    plan: Plan, engine: Engine, progress: Progress | None = None, ahead: VectorsAhead | None = None
) -> RunOutcome:
    """Choose the samples of a plan. Nothing is written but temporary tables of the engine's session.

    Args:
        plan: The plan.
        engine: A session of its own; where ids are preselected they are bound as ``sqlsel_preselected``.
        progress: Told of the stages.
        ahead: The dataset's vectors, where they are being read already.

    Raises:
        UsageError: If the engine refuses the condition of the request.
        SelectionError: If no candidate is left, or samples lack an input that may not be missing.
    """
    try:
        if plan.route == "greedy":
            outcome = run_greedy(plan, engine, progress or silent, ahead)
        else:
            outcome = _BY_SQL[plan.route](plan, engine, progress or silent)
    except EngineError as failure:
        if plan.request.where is None or isinstance(failure, EngineMemoryError):
            raise
        # all other SQL is made from what the dataset holds; only a condition can compare a number with a text
        raise UsageError(
            f"where {plan.request.where!r}: {failure.message}", hint="check the types it compares"
        ) from None
    outcome = replace(
        outcome, ranked=frame_by_frame(plan, engine, outcome.ranked), sequences=told_sequences(plan, engine)
    )
    ids = ids_of(outcome.ranked)
    mixes = read_mixes(plan, engine, ids)
    reached = {name: {**found, **mixes.get(name, {})} for name, found in outcome.reached.items()}
    return replace(outcome, reached=reached, limits=read_limits(plan, engine, ids))


def silent(stage: str, done: int, total: int | None) -> None:
    """A progress that tells nobody."""
