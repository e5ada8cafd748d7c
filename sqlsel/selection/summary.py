"""The summary of a selection: what was asked, what was reached, why it stopped, what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlsel.plan.explain import admission_texts, threshold_text
from sqlsel.plan.model import PLAIN_LABEL
from sqlsel.selection.objectives import BARS, kind_of
from sqlsel.selection.shortfall import limit_name, limit_shortfall
from sqlsel.selection.strategies.kind import Beside

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlsel.plan.model import ObjectiveStep, Plan, Request
    from sqlsel.selection.outcome import RunOutcome

_REASONS = {
    "n_samples": "as many samples as asked for",
    "candidates": "no candidate is left",
    "minimum_distance": "every candidate left is nearer than the minimum distance to a chosen sample",
    "max_sum": "the sum of the weights has reached its bound",
    "limits": "every candidate left is of a value that is full",
    "target_range": "every candidate left would carry the sum of the weights above its range",
}


def summarize(plan: Plan, outcome: RunOutcome, notices: tuple[str, ...]) -> dict[str, Any]:
    """The summary as plain values that JSON can hold.

    Args:
        plan: What was asked.
        outcome: What came of it.
        notices: Sentences for the user from the checks of the config.
    """
    selected, asked = outcome.ranked.num_rows, plan.n * (plan.sequence_length or 1)
    kind = "samples" if plan.facts.objects_of is None else "objects"
    fewer = [] if selected == asked else [f"{asked:,} {kind} were asked for, {selected:,} are selected"]
    return {
        "dataset": plan.facts.name,
        "seed": plan.request.seed,
        "asked": {"n_samples": asked, "config": plan.config.to_dict(), **_beside(plan.request)},
        "selected": selected,
        "preselected": _preselected(outcome),
        "sequences": outcome.sequences,
        "candidates": outcome.funnel["candidates"] - outcome.funnel.get("ruled_out", 0),
        "samples": plan.facts.n_samples,
        "objects_of": plan.facts.objects_of,
        "stop": {
            "reason": outcome.ending.reason,
            "objective": outcome.ending.objective,
            "text": _REASONS[outcome.ending.reason],
        },
        "left_out": _left_out(plan, outcome),
        "objectives": [_objective(step, plan, outcome) for step in plan.objectives],
        "limits": [
            {**limit, "missed": limit_shortfall(limit) if outcome.ending.reason == "limits" else []}
            for limit in outcome.limits
        ],
        "notices": [*notices, *outcome.notices, *fewer, *_trailing(outcome.sequences)],
    }


def _beside(request: Request) -> dict[str, Any]:
    """What the call asked beside the config, so that the run can be planned again."""
    among, since = request.among, request.since
    return {
        "missing": request.missing,
        "where": request.where,
        "candidates": None if among is None else among.tag,
        "given_candidates": None if among is None else among.count,
        "since": None if since is None else since.moment.isoformat(),
    }


def _preselected(outcome: RunOutcome) -> int:
    sequences, counted = outcome.sequences, outcome.funnel["preselected"]
    return counted if sequences is None else counted * sequences["length"] + sequences["trailing_preselected"]


def _trailing(sequences: Mapping[str, Any] | None) -> list[str]:
    """Frames that no sequence has."""
    if sequences is None:
        return []
    length, found = sequences["length"], []
    if sequences["trailing_frames"]:
        frames, sources = sequences["trailing_frames"], sequences["trailing_in"]
        found.append(
            f"trailing frames that make no sequence of {length:,}: {frames:,}, left out of {sources:,} "
            f"{'videos or folders' if sources > 1 else 'video or folder'}"
        )
    if sequences["trailing_preselected"]:
        frames = sequences["trailing_preselected"]
        found.append(f"{frames:,} preselected frames make no sequence of {length:,}: not looked at")
    if sequences["without_file_name"]:
        found.append(f"{sequences['without_file_name']:,} samples without a file name are in no sequence: left out")
    return found


def _left_out(plan: Plan, outcome: RunOutcome) -> dict[str, Any]:
    funnel = outcome.funnel
    others = plan.facts.n_samples - funnel["preselected"] if outcome.sequences is None else outcome.sequences["all"]
    return {
        "where": others - funnel["admitted"],
        "conditions": admission_texts(plan),
        "missing": [
            {"input": step.label, "count": funnel[f"missing_{step.column}"]}
            for step in plan.inputs
            if funnel.get(f"missing_{step.column}")
        ],
        "thresholds": [
            {"name": step.name, "condition": threshold_text(step), "removed": funnel[f"removed_{number}"]}
            for number, step in enumerate(plan.thresholds, start=1)
        ],
        **{bar.key: funnel.get(bar.key, 0) for bar in BARS},
    }


def _objective(step: ObjectiveStep, plan: Plan, outcome: RunOutcome) -> dict[str, Any]:
    reached = outcome.reached[step.name]
    beside = Beside(
        candidates=outcome.funnel["candidates"],
        others=[other.name for other in plan.objectives if other is not step],
        limits=[limit_name(limit) for limit in outcome.limits if limit["kept_out"]],
    )
    return {
        "name": step.name,
        "strategy": step.strategy.type,
        "input": step.input.label,
        **_embedding(step),
        "strength": step.strategy.strength,
        "asked": _asked(step),
        "reached": dict(reached),
        "missed": kind_of(step).missed(step, reached, beside),
    }


def _embedding(step: ObjectiveStep) -> dict[str, str]:
    """Which of the samples' own embeddings an objective looked at."""
    vectors = step.input.vectors
    return {} if vectors is None or vectors.facts.task is not None else {"embedding": vectors.facts.name}


def _asked(step: ObjectiveStep) -> str:
    """What was asked, with the embedding where that is not the only one without a name."""
    plain = not _embedding(step) or step.input.label == PLAIN_LABEL
    return step.asked if plain else f"{step.asked}, by {step.input.label}"
