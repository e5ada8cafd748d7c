"""The strategies: what makes the kernel objective of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlsel.config import (
    BalanceStrategy,
    DiversityStrategy,
    SimilarityStrategy,
    TypicalityStrategy,
    WeightsStrategy,
)
from sqlsel.selection.strategies.balance import balance
from sqlsel.selection.strategies.diversity import diversity
from sqlsel.selection.strategies.prepared import Loaded, Picks, Prepared
from sqlsel.selection.strategies.similarity import similarity
from sqlsel.selection.strategies.typicality import typicality
from sqlsel.selection.strategies.weights import weights

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlsel.plan.model import ObjectiveStep

__all__ = ["PREPARE", "Loaded", "Picks", "Prepared", "prepare"]

PREPARE: dict[type, Callable[[ObjectiveStep, Any, Loaded], Prepared]] = {
    BalanceStrategy: balance,
    DiversityStrategy: diversity,
    SimilarityStrategy: similarity,
    TypicalityStrategy: typicality,
    WeightsStrategy: weights,
}
"""A line for each strategy. It is called with the step, its strategy and what was read for the run."""


def prepare(step: ObjectiveStep, loaded: Loaded) -> Prepared:
    """The kernel objective of one step of the plan.

    Raises:
        KernelInputError: If the values cannot be used, such as infinite weights.
    """
    return PREPARE[type(step.strategy)](step, step.strategy, loaded)
