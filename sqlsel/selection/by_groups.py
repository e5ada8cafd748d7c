"""A selection of its own in every group: read once, and picked group by group by the same kernels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sqlsel import kernels
from sqlsel.arrow import from_numpy
from sqlsel.errors import EngineError, EngineMemoryError, SelectionError, UsageError
from sqlsel.plan.statements import PICKS
from sqlsel.selection.by_kernels import candidates_of, load
from sqlsel.selection.funnel import read_funnel
from sqlsel.selection.limits import kernel_limits
from sqlsel.selection.objectives import Loaded, prepare
from sqlsel.selection.ranked import ranked_table
from sqlsel.selection.reading import Matrix, class_codes
from sqlsel.selection.runner import silent

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from sqlsel.engines.base import Engine
    from sqlsel.plan.model import Plan

    Rows = npt.NDArray[np.int64]
    Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Picked:
    """The picks of one group, by rank: their rows among all, terms and gains."""

    group: str | None
    rows: Rows
    terms: Doubles
    gains: Doubles


def run_each(plan: Plan, engine: Engine) -> pa.Table:
    """The selections of a plan with groups.

    Args:
        plan: A plan with ``per``.
        engine: A session of its own.

    Returns:
        ``per`` (the group as text), ``sample_id, file_name, rank, gain, terms``: by group as text, NULL last, then by
        rank.

    Raises:
        UsageError: If the engine refuses the condition of the request.
        SelectionError: If no group has a candidate, or samples lack an input that may not be missing.
    """
    try:
        loaded = load(plan, engine, silent)
    except EngineError as failure:
        if plan.request.where is None or isinstance(failure, EngineMemoryError):
            raise
        message = f"where {plan.request.where!r}: {failure.message}"
        raise UsageError(message, hint="check the types it compares") from None
    read_funnel(plan, engine)
    picked = list(_each(plan, loaded))
    if not picked:
        raise SelectionError(f"dataset {plan.facts.name}: nothing to select from in any group")
    return _table(plan, engine, picked)


def _each(plan: Plan, loaded: Loaded) -> Iterator[_Picked]:
    """The picks of every group that has a candidate."""
    assert plan.per is not None
    names, codes = class_codes(loaded.columns.column(plan.per.column))
    order = np.argsort(np.where(codes < 0, len(names), codes), kind="stable")
    starts = np.searchsorted(np.where(codes < 0, len(names), codes)[order], np.arange(len(names) + 2))
    for number in range(len(names) + 1):
        rows = order[starts[number] : starts[number + 1]]
        if not len(rows) or loaded.preselected[rows].all():
            continue
        try:
            found = _of_group(plan, _part(loaded, rows))
        except SelectionError:
            continue  # every candidate of this group is ruled out
        if len(found.rows):
            group = names[number] if number < len(names) else None
            yield _Picked(group, rows[found.rows], found.terms, found.gains)


def _of_group(plan: Plan, loaded: Loaded) -> kernels.Outcome:
    try:
        prepared = [prepare(step, loaded) for step in plan.objectives]
        return kernels.greedy(
            [each.objective for each in prepared],
            n=plan.n,
            candidates=candidates_of(plan, loaded, prepared),
            preselected=loaded.preselected,
            limits=kernel_limits(plan, loaded.columns),
        )
    except kernels.KernelInputError as failure:
        raise SelectionError(f"dataset {plan.facts.name}: {failure}") from None


def _part(loaded: Loaded, rows: Rows) -> Loaded:
    """What was read of some rows, in their order."""
    vectors = {}
    for column, found in loaded.vectors.items():
        assert isinstance(found, Matrix)
        vectors[column] = replace(found, rows=found.rows[rows], present=found.present[rows])
    columns = loaded.columns.take(from_numpy(rows))
    return replace(loaded, columns=columns, preselected=loaded.preselected[rows], vectors=vectors)


def _table(plan: Plan, engine: Engine, picked: list[_Picked]) -> pa.Table:
    rows = np.concatenate([each.rows for each in picked])
    place = from_numpy(np.arange(1, len(rows) + 1))
    with engine.bind({PICKS: pa.table({"position": from_numpy(rows), "rank": place})}):
        found = engine.table(plan.statements["picked"])
    names = [step.name for step in plan.objectives]
    terms, gains = (np.concatenate([getattr(each, name) for each in picked]) for name in ("terms", "gains"))
    ranks = np.concatenate([np.arange(1, len(each.rows) + 1) for each in picked])
    groups = pa.array([each.group for each in picked for _ in each.rows], pa.string())
    ranked = ranked_table(found, names, terms, gains)
    ranked = ranked.set_column(ranked.column_names.index("rank"), "rank", from_numpy(ranks))
    return ranked.add_column(0, "per", groups)
