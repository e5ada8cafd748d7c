"""The strategies as a run knows them: one line each, and whatever asks for one asks here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.errors import SelectionError
from sqlsel.selection.strategies.balance import BALANCE
from sqlsel.selection.strategies.coverage import COVERAGE
from sqlsel.selection.strategies.diversity import DIVERSITY
from sqlsel.selection.strategies.prepared import Loaded, Picks, Prepared
from sqlsel.selection.strategies.similarity import SIMILARITY
from sqlsel.selection.strategies.typicality import TYPICALITY
from sqlsel.selection.strategies.weights import WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlsel.plan.model import ObjectiveStep, Plan
    from sqlsel.selection.strategies.kind import StrategyKind

__all__ = ["BARS", "KINDS", "Loaded", "Picks", "Prepared", "every_one_barred", "kind_of", "objectless", "prepare"]

KINDS: dict[str, StrategyKind] = {
    "BALANCE": BALANCE,
    "COVERAGE": COVERAGE,
    "DIVERSITY": DIVERSITY,
    "SIMILARITY": SIMILARITY,
    "TYPICALITY": TYPICALITY,
    "WEIGHTS": WEIGHTS,
}
"""A line for each strategy that ranks, by its word."""

BARS = tuple(kind.bar for kind in KINDS.values() if kind.bar is not None)
"""Every way in which candidates are ruled out before the first pick."""


def every_one_barred(plan: Plan) -> SelectionError:
    """The error of a run whose objectives rule out every candidate."""
    bars = [bar for bar in BARS if any(kind_of(step).bar is bar for step in plan.objectives)]
    return SelectionError(
        f"dataset {plan.facts.name}: nothing to select from: "
        f"every candidate is {' or '.join(bar.text for bar in bars)}",
        hint=" or ".join(bar.hint for bar in bars),
    )


def objectless(plan: Plan, numbers: Mapping[str, int]) -> list[str]:
    """How many candidates have none of the objects that an input looks at, by input column, in words."""
    found = []
    for step in plan.inputs:
        number = numbers.get(step.column, 0)
        if number and step.vectors is not None:
            who = "1 candidate has" if number == 1 else f"{number:,} candidates have"
            found.append(f"{who} no objects of task {step.vectors.facts.task}: the lowest value there is")
    return found


def kind_of(step: ObjectiveStep) -> StrategyKind:
    """The strategy of a step."""
    return KINDS[step.strategy.type]


def prepare(step: ObjectiveStep, loaded: Loaded) -> Prepared:
    """The kernel objective of one step of the plan.

    Raises:
        KernelInputError: If the values cannot be used, such as infinite weights.
    """
    return kind_of(step).prepare(step, step.strategy, loaded)
