"""Limits in a run: the groups that the kernels count, and what became of each limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlsel import kernels
from sqlsel.errors import SelectionError
from sqlsel.plan.candidates import CHOSEN
from sqlsel.selection.reading import class_codes
from sqlsel.words import show

if TYPE_CHECKING:
    import pyarrow as pa

    from sqlsel.engines.base import Engine
    from sqlsel.plan.model import LimitStep, Plan

EXAMPLES = 5


def kernel_limits(plan: Plan, columns: pa.Table) -> list[kernels.Limit]:
    """The limits over the samples in play; those without a value are not limited."""
    return [
        kernels.Limit(step.name, class_codes(columns.column(step.input.column))[1], step.most) for step in plan.limits
    ]


def read_limits(plan: Plan, engine: Engine, chosen: pa.Table) -> list[dict[str, Any]]:
    """What became of each limit, for the summary.

    Args:
        plan: The plan that ran.
        engine: Its session.
        chosen: The ids of the picks.

    Returns:
        For each limit ``key``, ``max``, ``full`` (number of values that are full), ``examples`` (the first of them),
        ``kept_out`` (candidates of full values that were not chosen) and ``not_limited`` (candidates and picks without
        a value).
    """
    if not plan.limits:
        return []
    with engine.bind({CHOSEN: chosen}):
        return [_told(step, engine.rows(plan.statements[step.name])) for step in plan.limits]


def _told(step: LimitStep, rows: list[tuple[str | None, int, int]]) -> dict[str, Any]:
    full = [(value, left) for value, _, left in rows if value is not None]
    return {
        "key": step.key,
        "max": step.most,
        "full": len(full),
        "examples": [value for value, _ in full[:EXAMPLES]],
        "kept_out": sum(left for _, left in full),
        "not_limited": sum(chosen + left for value, chosen, left in rows if value is None),
    }


def nothing_left(plan: Plan) -> SelectionError:
    """The error where limits keep out every candidate from the start."""
    limits = ", ".join(f"{step.most:,} of each {show(step.key)}" for step in plan.limits)
    return SelectionError(
        f"dataset {plan.facts.name}: nothing to select from: the preselected samples fill every value ({limits})",
        hint="raise the limit, or select from samples of other values",
    )
