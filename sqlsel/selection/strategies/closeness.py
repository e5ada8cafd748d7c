"""Strategies whose weights follow from the vectors alone, before the first pick."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from sqlsel import kernels
from sqlsel.kernels.objects import reduce_rows
from sqlsel.selection.strategies.prepared import Prepared, mean_against

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from sqlsel.plan.model import ObjectiveStep
    from sqlsel.selection.reading import Matrix
    from sqlsel.selection.scattered.measure import Measure
    from sqlsel.selection.scattered.objective import Scattered, Setting
    from sqlsel.selection.strategies.kind import Bar
    from sqlsel.selection.strategies.prepared import Doubles, Loaded

    Weigh = Callable[[npt.NDArray[np.float32]], Doubles]


def closeness(
    step: ObjectiveStep, loaded: Loaded, weigh: Weigh, *, own: Literal["mean", "max"], least: float | None = None
) -> Prepared:
    """Weights of samples, or of their objects.

    Args:
        step: The objective.
        loaded: What was read for the run.
        weigh: From vectors ``(M, d)`` to a weight for each, ``(M,)`` float64.
        own: How the weights of a sample's objects make the sample's own term.
        least: Candidates below this are ruled out; None for no bound.
    """
    vectors, known = loaded.vectors[step.input.column], loaded.known.get(step.name)
    if isinstance(vectors, kernels.Objects):
        weights = weigh(vectors.matrix) if known is None else known.values
        values = reduce_rows(weights, vectors.offsets, how=own)
        objective: kernels.Objective = kernels.ObjectWeights(
            step.name, weights, vectors.offsets, step.strategy.strength, own=own
        )
    else:
        values = _of_present(vectors, weigh) if known is None else known
        objective = kernels.Weights(step.name, values, step.strategy.strength)
    # a sample without objects has no weight, which is none that reaches a bound
    return Prepared(objective, mean_against(values), None if least is None else ~(values >= least))


def _of_present(vectors: Matrix, weigh: Weigh) -> Doubles:
    values = np.full(len(vectors.rows), np.nan)
    present = vectors.rows if vectors.present.all() else vectors.rows[vectors.present]
    values[vectors.present] = weigh(present)
    return values


def scattered_closeness(
    step: ObjectiveStep,
    setting: Setting,
    measure: Measure,
    *,
    own: Literal["mean", "max"],
    least: float | None = None,
    bar: Bar | None = None,
) -> Scattered:
    """The same over many workers, each with its own vectors."""
    from sqlsel.selection.scattered.made import Made
    from sqlsel.selection.scattered.made_of_objects import MadeOfObjects

    name, column, strength = step.name, step.input.column, step.strategy.strength
    key = None if least is None or bar is None else bar.key
    if setting.of_objects:
        return MadeOfObjects(name, column, strength, setting.alone, measure=measure, least=least, bar=key, how=own)
    return Made(name, column, strength, setting.alone, measure=measure, least=least, bar=key)
