"""SIMILARITY: samples near some queries."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sqlsel import kernels
from sqlsel.selection.strategies.closeness import closeness
from sqlsel.selection.strategies.kind import StrategyKind

if TYPE_CHECKING:
    from sqlsel.config.strategies.similarity import SimilarityStrategy
    from sqlsel.plan.model import ObjectiveStep
    from sqlsel.selection.strategies.prepared import Loaded, Prepared


def similarity(step: ObjectiveStep, strategy: SimilarityStrategy, loaded: Loaded) -> Prepared:  # noqa: ARG001
    """Weights by the distance to the nearest query, of samples or of their objects."""
    return closeness(step, loaded, partial(kernels.similarity, queries=loaded.queries[step.name]), own="max")


SIMILARITY = StrategyKind(similarity)
