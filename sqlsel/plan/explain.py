"""A plan as a text that a person can read. It is made from the very plan that runs."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from sqlsel.config import DATAPOOL
from sqlsel.words import printable

if TYPE_CHECKING:
    from sqlsel.plan.model import LimitStep, ObjectiveStep, Plan, ThresholdStep

WIDTH = 80
SIGNS = {"SMALLER": "<", "SMALLER_EQUAL": "<=", "BIGGER": ">", "BIGGER_EQUAL": ">="}
_ROUTES = {
    "weights": "one SQL statement sorts the candidates",
    "balance": "one SQL window function deals the places to the classes",
    "greedy": "SQL computes who may be chosen and every column; numpy picks one sample at a time, in double precision",
}


def explain_plan(plan: Plan) -> str:
    """The steps of a plan in the order they happen, in lines of at most 80 characters."""
    samples = "samples" if plan.facts.objects_of is None else "objects"
    lines = [f"Choose {_asked(plan)} from {plan.facts.name} ({plan.facts.n_samples:,} {samples})", ""]
    for index, step in enumerate([*_filters(plan), *_ranking(plan), *_ends(plan)], start=1):
        first, *parts = step.split("\n")
        lines += _wrapped(first, f"{index:>2}. ", "    ")
        for part in parts:
            lines += _wrapped(part, "    - ", "      ")
    return "\n".join([*lines, "", *_wrapped(f"How it runs: {_ROUTES[plan.route]}.", "", "  ")])


def _kind(plan: Plan) -> str:
    if plan.sequence_length is not None:
        return "sequences"
    return "samples" if plan.facts.objects_of is None else "objects"


def _wrapped(text: str, first: str, later: str) -> list[str]:
    # a path is copied from the terminal, so it stays in one piece
    wrapper = textwrap.TextWrapper(WIDTH, first, later, break_on_hyphens=False, break_long_words=False)
    return wrapper.wrap(printable(text))


def _asked(plan: Plan) -> str:
    share = plan.config.proportion_samples
    kind = _kind(plan) if plan.n != 1 else _kind(plan)[:-1]
    count = (
        f"{plan.n:,} {kind}" if plan.facts.objects_of is None else f"{plan.n:,} {kind} of task {plan.facts.objects_of}"
    )
    if plan.sequence_length is not None:
        count = f"{plan.n * plan.sequence_length:,} samples, as {count} of {plan.sequence_length:,},"
    return f"{count} ({share * 100:f} % of the dataset)" if share is not None else count


def _filters(plan: Plan) -> list[str]:
    found = []
    if plan.sequence_length is not None:
        found.append(
            f"cut each video, or folder by the names in it, into sequences of {plan.sequence_length:,} frames; what is "
            "left at an end is left out. A sequence has the mean of its frames' numbers and embeddings and all their "
            "objects and classes; it is a candidate if all its frames are"
        )
    if plan.request.preselected is not None:
        tag, count = plan.request.preselected.tag, plan.request.preselected.count
        found.append(
            f"start from the preselected {_kind(plan)} of tag {tag}"
            if tag
            else f"start from {count} preselected {_kind(plan)}"
        )
    found += [f"keep candidates {condition}" for condition in admission_texts(plan)]
    found += [f"compute {step.label} from its predictions" for step in plan.inputs if step.computed]
    needed = [step.label for step in plan.inputs if not step.optional]
    if needed and plan.request.missing == "omit":
        found.append(f"leave out candidates that lack: {', '.join(needed)}")
    elif needed:
        found.append(f"refuse to run if a candidate lacks: {', '.join(needed)}")
    return [*found, *(f"keep candidates with {threshold_text(step)}" for step in plan.thresholds)]


def admission_texts(plan: Plan) -> list[str]:
    """What the call asks of candidates beside the config: ``where width > 3``, ``of tag batch-2``."""
    found = [] if plan.request.where is None else [f"where {plan.request.where}"]
    among, since = plan.request.among, plan.request.since
    if among is not None:
        found.append(f"of tag {among.tag}" if among.tag else f"among {among.count:,} given samples")
    if since is not None:
        moment = f"{since.moment:%Y-%m-%d %H:%M:%S} UTC"
        latest = "the latest selection" if since.tag == DATAPOOL else f"tag {since.tag} was selected"
        found.append(f"added after {latest} ({moment})" if since.tag else f"added after {moment}")
    return found


def threshold_text(step: ThresholdStep) -> str:
    """A threshold as a condition: ``metadata size.width >= 300``."""
    threshold = step.strategy.threshold
    bound = f"{threshold} ({step.strategy.bound:.15g})" if isinstance(threshold, str) else f"{threshold:g}"
    return f"{step.input.label} {SIGNS[step.strategy.operation]} {bound}"


def _ranking(plan: Plan) -> list[str]:
    ties = "the lowest sample_id" if plan.request.seed is None else f"the order that seed {plan.request.seed} gives"
    if not plan.objectives:
        return [f"no objective ranks the rest: take them in {ties}"]
    if len(plan.objectives) == 1:
        return [f"rank by {_objective_text(plan.objectives[0])}; equal ones in {ties}"]
    lines = [f"take again and again the best by all of these together; equal ones in {ties}:"]
    return ["\n".join([*lines, *(_objective_text(objective) for objective in plan.objectives)])]


def _objective_text(step: ObjectiveStep) -> str:
    strength = "" if step.strategy.strength == 1 else f" (strength {step.strategy.strength:g})"
    return f"{step.name}: {step.wanted}{strength}"


def limit_text(step: LimitStep) -> str:
    """A limit as a bound: ``never have more than 5 of one value of metadata video.id, preselected ones included …``."""
    return (
        f"never have more than {step.most:,} of one value of {step.input.label}, preselected ones included; "
        "candidates without a value are not limited"
    )


def _ends(plan: Plan) -> list[str]:
    found = [*map(limit_text, plan.limits), f"stop at {plan.n:,} new {_kind(plan)}, or when no candidate is left"]
    return found + [end for step in plan.objectives for end in step.strategy.ends(step.name, step.input.label)]
