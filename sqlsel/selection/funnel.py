"""How many samples each filter left out, and whether the run may go on with the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.errors import SelectionError
from sqlsel.nodes import chain
from sqlsel.plan.candidates import INPUTS, inputs_query, lacking_query
from sqlsel.plan.explain import admission_texts, threshold_text

if TYPE_CHECKING:
    from sqlglot import exp

    from sqlsel.engines.base import Engine
    from sqlsel.plan.model import Plan

_EXAMPLES = 5


def read_funnel(plan: Plan, engine: Engine) -> dict[str, int]:
    """The counts of the plan's funnel statement.

    Raises:
        SelectionError: If no candidate is left, or samples lack an input and the request refuses that.
    """
    counts = engine.table(plan.statements["funnel"]).to_pylist()
    funnel: dict[str, int] = counts[0]
    if plan.request.missing == "error":
        _refuse_missing(plan, engine, funnel)
    if not funnel["candidates"]:
        raise SelectionError(
            f"dataset {plan.facts.name}: nothing to select from: {_where_they_went(plan, funnel)}",
            hint=_advice(plan, funnel),
        )
    return funnel


def _refuse_missing(plan: Plan, engine: Engine, funnel: dict[str, int]) -> None:
    lacking = [step for step in plan.inputs if funnel.get(f"missing_{step.column}")]
    if not lacking:
        return
    parts = []
    for step in lacking:
        query: exp.Select = lacking_query(plan, step, _EXAMPLES)
        if plan.route != "greedy":
            query = chain({INPUTS: inputs_query(plan)}, query)
        examples = ", ".join(str(row[0]) for row in engine.rows(query))
        kind = "samples" if plan.facts.objects_of is None else "objects"
        parts.append(f"{funnel[f'missing_{step.column}']:,} {kind} lack {step.label} (such as {examples})")
    raise SelectionError(
        f"dataset {plan.facts.name}: {'; '.join(parts)}",
        hint='missing="omit" (--missing omit) leaves them out',
    )


def _where_they_went(plan: Plan, funnel: dict[str, int]) -> str:
    task = plan.facts.objects_of
    if not plan.facts.n_samples:
        return "it has no samples" if task is None else f"task {task} has no objects"
    parts = [f"{plan.facts.n_samples:,} {'samples' if task is None else f'objects of task {task}'}"]
    if funnel["preselected"]:
        parts.append(f"{funnel['preselected']:,} preselected")
    if conditions := admission_texts(plan):
        parts.append(f"{funnel['admitted']:,} {' and '.join(conditions)}")
    lacking = [(step, funnel.get(f"missing_{step.column}")) for step in plan.inputs]
    parts += [f"{missing:,} lack {step.label}" for step, missing in lacking if missing]
    for index, threshold in enumerate(plan.thresholds, start=1):
        parts.append(f"{funnel[f'removed_{index}']:,} removed by {threshold_text(threshold)}")
    return ", ".join(parts)


def _advice(plan: Plan, funnel: dict[str, int]) -> str:
    if not plan.facts.n_samples:
        return "`sqlsel ingest` adds samples" if plan.facts.objects_of is None else "choose those of another task"
    if plan.thresholds and funnel["complete"]:
        return "loosen a threshold"
    return "check the inputs of the config with `sqlsel info`"
