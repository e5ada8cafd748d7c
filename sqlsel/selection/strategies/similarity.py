"""SIMILARITY: samples near some queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel import kernels
from sqlsel.selection.strategies.closeness import closeness, scattered_closeness
from sqlsel.selection.strategies.kind import StrategyKind, mean_measures

if TYPE_CHECKING:
    from sqlsel.config.strategies.similarity import SimilarityStrategy
    from sqlsel.plan.model import ObjectiveStep
    from sqlsel.selection.scattered.objective import Scattered, Setting
    from sqlsel.selection.strategies.prepared import Loaded, Prepared


def similarity(step: ObjectiveStep, strategy: SimilarityStrategy, loaded: Loaded) -> Prepared:  # noqa: ARG001
    """Weights by the distance to the nearest query, of samples or of their objects."""
    return closeness(step, loaded, lambda vectors: kernels.similarity(vectors, loaded.queries[step.name]), own="max")


def _scatter(step: ObjectiveStep, strategy: SimilarityStrategy, setting: Setting) -> Scattered:  # noqa: ARG001
    """Nearness of each worker's own vectors."""
    from sqlsel.selection.scattered.near import Nearness

    assert step.queries is not None
    measure = Nearness(setting.queries(), of_file=step.queries.file is not None)
    return scattered_closeness(step, setting, measure, own="max")


SIMILARITY = StrategyKind(similarity, measures=mean_measures, scatter=_scatter)
