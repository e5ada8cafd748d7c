"""DIVERSITY: far from what was picked before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel import kernels
from sqlsel.selection.strategies.kind import Measure, StrategyKind
from sqlsel.selection.strategies.prepared import Prepared

if TYPE_CHECKING:
    from sqlsel.config.strategies.diversity import DiversityStrategy
    from sqlsel.plan.model import ObjectiveStep
    from sqlsel.selection.scattered.objective import Scattered, Setting
    from sqlsel.selection.strategies.kind import Reached
    from sqlsel.selection.strategies.prepared import Loaded, Picks


def diversity(step: ObjectiveStep, strategy: DiversityStrategy, loaded: Loaded) -> Prepared:
    """Distances between vectors, of samples or of their objects."""
    vectors = loaded.vectors[step.input.column]
    bound = strategy.stopping_condition_minimum_distance

    def reached(picks: Picks) -> dict[str, Any]:
        known = picks.terms[~np.isnan(picks.terms)]
        return {"smallest_distance": float(known.min()) if len(known) else None}

    if isinstance(vectors, kernels.Objects):
        return Prepared(kernels.ObjectDiversity(step.name, vectors, strategy.strength, minimum_distance=bound), reached)
    objective = kernels.Diversity(
        step.name, vectors.rows, strategy.strength, minimum_distance=bound, present=vectors.present
    )
    return Prepared(objective, reached)


def _scatter(step: ObjectiveStep, strategy: DiversityStrategy, setting: Setting) -> Scattered:
    """Distances of each worker's own rows, or of their objects."""
    from sqlsel.selection.scattered.apart import Apart
    from sqlsel.selection.scattered.objects_apart import ObjectsApart

    minimum = strategy.stopping_condition_minimum_distance
    kind = ObjectsApart if setting.of_objects else Apart
    return kind(step.name, step.input.column, strategy.strength, setting.alone, minimum)


def _text(reached: Reached) -> str:
    smallest = reached["smallest_distance"]
    return "a single sample" if smallest is None else f"no two nearer than {smallest:.4g}"


def _measures(reached: Reached) -> list[Measure]:
    return [Measure("smallest distance", reached["smallest_distance"], aim="high")]


# the smallest distance between any two does not depend on the order in which they are picked
DIVERSITY = StrategyKind(diversity, text=_text, measures=_measures, scatter=_scatter, needs_terms=True)
