"""From all samples to the selected ones: what each filter left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlsel.plan.candidates import remaining_query
from sqlsel.selection.objectives import BARS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlsel.engines.base import Engine
    from sqlsel.plan.model import Plan


def told_funnel(summary: Mapping[str, Any] | None, plan: Plan | None, engine: Engine) -> list[dict[str, Any]]:
    """The steps from the dataset to the selection, in the order they are taken.

    Args:
        summary: What the run told; None where no run is known.
        plan: The plan; its table of inputs is there. None where it cannot be made.
        engine: The session.

    Returns:
        For each ``step`` (in words), ``left`` and ``removed``. What a filter left is counted after those before it;
        where that is not known ``left`` is None, and ``removed`` is what the filter removes alone.
    """
    if summary is None:
        return []
    left_out = summary["left_out"]
    sequences = summary.get("sequences")
    everything = summary["samples"] if sequences is None else sequences["all"] + sequences["preselected"]
    steps: list[dict[str, Any]] = [_step("all" if sequences is None else "all sequences", everything, None)]
    preselected = summary["preselected"] if sequences is None else sequences["preselected"]
    if preselected:
        steps.append(_step("not preselected", everything - preselected, preselected))
    if left_out["where"]:
        admitted = everything - preselected - left_out["where"]
        steps.append(_step(" and ".join(left_out["conditions"]), admitted, left_out["where"]))
    steps += _filters(left_out, plan, engine, steps[-1]["left"])
    barred = [(f"not {bar.text}", left_out[bar.key]) for bar in BARS if left_out.get(bar.key)]
    steps += [_step(text, None, removed) for text, removed in barred]
    chosen = summary["selected"] if sequences is None else summary["selected"] // sequences["length"]
    steps.append(_step("candidates", summary["candidates"], None))
    return [*steps, _step("selected", chosen, None)]


def _filters(left_out: Mapping[str, Any], plan: Plan | None, engine: Engine, before: int) -> list[dict[str, Any]]:
    alone = [(f"have {missing['input']}", missing["count"]) for missing in left_out["missing"]]
    alone += [(threshold["condition"], threshold["removed"]) for threshold in left_out["thresholds"]]
    if plan is None:
        return [_step(text, None, removed) for text, removed in alone]
    row = engine.rows(remaining_query(plan))[0]
    needed = [step for step in plan.inputs if not step.optional]
    lacked = {missing["input"] for missing in left_out["missing"]}
    texts = [f"have {step.label}" for step in needed] + [each["condition"] for each in left_out["thresholds"]]
    shown = [step.label in lacked for step in needed] + [True] * len(left_out["thresholds"])
    if row[0] != before or len(row) != len(texts) + 1:
        # the dataset is not what it was when the run counted
        return [_step(text, None, removed) for text, removed in alone]
    return [
        _step(text, after, so_far - after)
        for text, so_far, after, told in zip(texts, row, row[1:], shown, strict=False)
        if told
    ]


def _step(text: str, left: int | None, removed: int | None) -> dict[str, Any]:
    return {"step": text, "left": left, "removed": removed}
