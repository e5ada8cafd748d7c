"""WEIGHTS: high numbers first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel import kernels
from sqlsel.selection.arrow import to_doubles
from sqlsel.selection.strategies.prepared import Prepared, mean_against

if TYPE_CHECKING:
    from sqlsel.config import WeightsStrategy
    from sqlsel.plan.model import ObjectiveStep
    from sqlsel.selection.strategies.prepared import Loaded


def weights(step: ObjectiveStep, strategy: WeightsStrategy, loaded: Loaded) -> Prepared:
    """The numbers of a column."""
    values = to_doubles(loaded.columns.column(step.input.column))
    bounds = strategy.target_range
    between = (bounds.min_sum, np.inf if bounds.max_sum is None else bounds.max_sum) if bounds else None
    objective = kernels.Weights(
        step.name, values, strategy.strength, max_sum=strategy.stopping_condition_max_sum, target_range=between
    )
    return Prepared(objective, mean_against(values))
