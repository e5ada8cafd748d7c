"""TYPICALITY: samples in dense regions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sqlsel import kernels
from sqlsel.selection.strategies.closeness import closeness, scattered_closeness
from sqlsel.selection.strategies.kind import Bar, StrategyKind, mean_measures

if TYPE_CHECKING:
    from sqlsel.config.strategies.typicality import TypicalityStrategy
    from sqlsel.plan.model import ObjectiveStep
    from sqlsel.selection.scattered.objective import Scattered, Setting
    from sqlsel.selection.strategies.prepared import Loaded, Prepared


def typicality(step: ObjectiveStep, strategy: TypicalityStrategy, loaded: Loaded) -> Prepared:
    """Weights by the distances to the nearest neighbours, of samples or of their objects."""
    weigh = partial(kernels.typicality, k=strategy.num_nearest_neighbors)
    return closeness(step, loaded, weigh, own="mean", least=strategy.stopping_condition_minimum_typicality)


def _scatter(step: ObjectiveStep, strategy: TypicalityStrategy, setting: Setting) -> Scattered:
    """Density around each worker's own vectors, which meet those of all others."""
    from sqlsel.selection.scattered.dense import Density

    assert step.input.vectors is not None
    measure = Density(strategy.num_nearest_neighbors, step.input.vectors.facts.width)
    least = strategy.stopping_condition_minimum_typicality
    return scattered_closeness(step, setting, measure, own="mean", least=least, bar=BAR)


BAR = Bar(
    key="below_minimum_typicality",
    text="below the minimum typicality",
    hint="lower stopping_condition_minimum_typicality",
)
TYPICALITY = StrategyKind(typicality, measures=mean_measures, bar=BAR, scatter=_scatter)
