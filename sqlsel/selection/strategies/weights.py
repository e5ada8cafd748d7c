"""WEIGHTS: high numbers first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel import kernels
from sqlsel.arrow import to_doubles
from sqlsel.config.strategies.weights import WeightsStrategy
from sqlsel.selection.strategies.kind import Measure, StrategyKind, mean_measures, mean_text, number_text
from sqlsel.selection.strategies.prepared import Prepared, mean_against

if TYPE_CHECKING:
    from sqlsel.plan.model import ObjectiveStep
    from sqlsel.selection.scattered.objective import Scattered, Setting
    from sqlsel.selection.strategies.kind import Beside, Reached
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


def _scatter(step: ObjectiveStep, strategy: WeightsStrategy, setting: Setting) -> Scattered:
    """The numbers of each worker's own rows."""
    from sqlsel.selection.scattered.numbers import Numbers

    most = strategy.target_range.max_sum if strategy.target_range is not None else None
    between = None if most is None else (0.0, most)
    max_sum = strategy.stopping_condition_max_sum
    return Numbers(step.name, step.input.column, strategy.strength, setting.alone, max_sum, between)


def _missed(step: ObjectiveStep, reached: Reached, beside: Beside) -> list[dict[str, Any]]:  # noqa: ARG001
    """Whether the sum of a target range stayed below its lower end."""
    assert isinstance(step.strategy, WeightsStrategy)
    bounds = step.strategy.target_range
    if bounds is None or reached["sum"] >= bounds.min_sum:
        return []
    text = f"the sum is {reached['sum']:g} instead of at least {bounds.min_sum:g}: too few samples; select more"
    return [{"reason": "too few samples", "text": text}]


def _text(reached: Reached) -> str:
    return f"{mean_text(reached)}; sum {number_text(reached['sum'])}"


def _measures(reached: Reached) -> list[Measure]:
    return [*mean_measures(reached), Measure("sum", reached["sum"])]


WEIGHTS = StrategyKind(weights, text=_text, missed=_missed, measures=_measures, scatter=_scatter)
