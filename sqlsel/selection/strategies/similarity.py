"""SIMILARITY: samples near some queries."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sqlsel import kernels
from sqlsel.selection.strategies.closeness import closeness
from sqlsel.selection.strategies.kind import StrategyKind, mean_measures

if TYPE_CHECKING:
    from sqlsel.config.strategies.similarity import SimilarityStrategy
    from sqlsel.plan.model import ObjectiveStep
    from sqlsel.selection.scattered.objective import Scattered, Setting
    from sqlsel.selection.strategies.prepared import Loaded, Prepared


def similarity(step: ObjectiveStep, strategy: SimilarityStrategy, loaded: Loaded) -> Prepared:  # noqa: ARG001
    """Weights by the distance to the nearest query, of samples or of their objects."""
    return closeness(step, loaded, partial(kernels.similarity, queries=loaded.queries[step.name]), own="max")


def _scatter(step: ObjectiveStep, strategy: SimilarityStrategy, setting: Setting) -> Scattered | None:
    """Nearness of each worker's own rows; None for queries of a file, which are scaled as all rows are."""
    from sqlsel.selection.scattered.near import Near

    if step.queries is None or step.queries.file is not None:
        return None
    return Near(step.name, step.input.column, strategy.strength, setting.alone, queries=setting.queries())


SIMILARITY = StrategyKind(similarity, measures=mean_measures, scatter=_scatter)
