"""The strategies as a run knows them: one line each, and whatever asks for one asks here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.selection.strategies.balance import BALANCE
from sqlsel.selection.strategies.coverage import COVERAGE
from sqlsel.selection.strategies.diversity import DIVERSITY
from sqlsel.selection.strategies.prepared import Loaded, Picks, Prepared
from sqlsel.selection.strategies.similarity import SIMILARITY
from sqlsel.selection.strategies.typicality import TYPICALITY
from sqlsel.selection.strategies.weights import WEIGHTS

if TYPE_CHECKING:
    from sqlsel.plan.model import ObjectiveStep
    from sqlsel.selection.strategies.kind import StrategyKind

__all__ = ["BARS", "KINDS", "Loaded", "Picks", "Prepared", "kind_of", "prepare"]

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


def kind_of(step: ObjectiveStep) -> StrategyKind:
    """The strategy of a step."""
    return KINDS[step.strategy.type]


def prepare(step: ObjectiveStep, loaded: Loaded) -> Prepared:
    """The kernel objective of one step of the plan.

    Raises:
        KernelInputError: If the values cannot be used, such as infinite weights.
    """
    return kind_of(step).prepare(step, step.strategy, loaded)
