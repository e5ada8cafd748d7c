"""From a plan's objectives and the columns that SQL computed to kernel objectives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sqlsel import kernels
from sqlsel.config import BalanceStrategy, DiversityStrategy, TypicalityStrategy, WeightsStrategy
from sqlsel.errors import SelectionError
from sqlsel.kernels.objects import reduce_rows
from sqlsel.selection.arrow import to_doubles
from sqlsel.selection.mixes import attainable_counts, attainable_sums, mix_of, reached_mix
from sqlsel.selection.reading import Matrix, class_codes, distribution_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy.typing as npt
    import pyarrow as pa

    from sqlsel.plan.model import ObjectiveStep

    Bools = npt.NDArray[np.bool_]
    Doubles = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.int64]


LARGEST_TABLE = 8 * 2**30
"""Bytes of a table of samples and classes."""


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """What was read for a run.

    Attributes:
        columns: ``position``, ``preselected`` and the inputs of every sample in play, by position.
        preselected: ``(N,)``.
        vectors: Matrix or objects by input column.
        queries: Query vectors by objective name.
    """

    columns: pa.Table
    preselected: Bools
    vectors: Mapping[str, Matrix | kernels.Objects]
    queries: Mapping[str, npt.NDArray[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class Picks:
    """The outcome as the measures see it.

    Attributes:
        rows: ``(k,)`` picked rows.
        terms: ``(k,)`` the objective's own terms.
        candidates: ``(N,)`` who could be picked.
    """

    rows: Rows
    terms: Doubles
    candidates: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """One objective, ready for the greedy loop.

    Attributes:
        objective: The kernel's objective.
        reached: What was reached, from the picks.
        barred: ``(N,)`` rows that this objective rules out before the first pick; None for none.
    """

    objective: kernels.Objective
    reached: Callable[[Picks], Mapping[str, Any]]
    barred: Bools | None = None


def prepare(step: ObjectiveStep, loaded: Loaded) -> Prepared:
    """The kernel objective of one step of the plan.

    Raises:
        KernelInputError: If the values cannot be used, such as infinite weights.
    """
    strategy = step.strategy
    if isinstance(strategy, WeightsStrategy):
        return _weights(step, strategy, to_doubles(loaded.columns.column(step.input.column)))
    if isinstance(strategy, BalanceStrategy):
        return _balance(step, strategy, loaded)
    if isinstance(strategy, DiversityStrategy):
        return _diversity(step, strategy, loaded.vectors[step.input.column])
    return _closeness(step, loaded.vectors[step.input.column], loaded)


def _weights(step: ObjectiveStep, strategy: WeightsStrategy, values: Doubles) -> Prepared:
    bounds = strategy.target_range
    between = (bounds.min_sum, np.inf if bounds.max_sum is None else bounds.max_sum) if bounds else None
    objective = kernels.Weights(
        step.name, values, strategy.strength, max_sum=strategy.stopping_condition_max_sum, target_range=between
    )
    return Prepared(objective, _mean_against(values))


def _diversity(step: ObjectiveStep, strategy: DiversityStrategy, vectors: Matrix | kernels.Objects) -> Prepared:
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


def _closeness(step: ObjectiveStep, vectors: Matrix | kernels.Objects, loaded: Loaded) -> Prepared:
    """SIMILARITY and TYPICALITY: a weight that follows from the vectors."""
    own: Literal["mean", "max"] = "mean" if isinstance(step.strategy, TypicalityStrategy) else "max"
    if isinstance(vectors, kernels.Objects):
        weights = _object_weights(step, vectors, loaded)
        values = reduce_rows(weights, vectors.offsets, how=own)
        objective: kernels.Objective = kernels.ObjectWeights(
            step.name, weights, vectors.offsets, step.strategy.strength, own=own
        )
    else:
        values = np.full(len(vectors.rows), np.nan)
        present = vectors.rows if vectors.present.all() else vectors.rows[vectors.present]
        values[vectors.present] = _sample_weights(step, present, loaded)
        objective = kernels.Weights(step.name, values, step.strategy.strength)
    return Prepared(objective, _mean_against(values), _too_untypical(step, values))


def _sample_weights(step: ObjectiveStep, matrix: npt.NDArray[np.float32], loaded: Loaded) -> Doubles:
    if isinstance(step.strategy, TypicalityStrategy):
        return kernels.typicality(matrix, step.strategy.num_nearest_neighbors)
    return kernels.similarity(matrix, loaded.queries[step.name])


def _object_weights(step: ObjectiveStep, objects: kernels.Objects, loaded: Loaded) -> Doubles:
    if isinstance(step.strategy, TypicalityStrategy):
        return kernels.object_typicality(objects, step.strategy.num_nearest_neighbors)
    return kernels.object_similarity(objects, loaded.queries[step.name])


def _too_untypical(step: ObjectiveStep, values: Doubles) -> Bools | None:
    if not isinstance(step.strategy, TypicalityStrategy):
        return None
    bound = step.strategy.stopping_condition_minimum_typicality
    # a sample without objects has no typicality, which is none that reaches the bound
    return None if bound is None else ~(values >= bound)


def _mean_against(values: Doubles) -> Callable[[Picks], dict[str, Any]]:
    def reached(picks: Picks) -> dict[str, Any]:
        chosen, pool = values[picks.rows], values[picks.candidates]
        return {"mean": _mean(chosen), "pool_mean": _mean(pool), "sum": float(np.nansum(chosen))}

    return reached


def _mean(values: Doubles) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None


def _check_size(step: ObjectiveStep, rows: int, classes: int) -> None:
    """Refuse a table of classes that no memory is meant to hold."""
    if rows * classes * 8 > LARGEST_TABLE:
        raise SelectionError(
            f"{step.name}: {classes:,} classes of {rows:,} samples are too many to weigh against other objectives",
            hint="balance it alone, or list the classes that matter in a target",
        )


def _balance(step: ObjectiveStep, strategy: BalanceStrategy, loaded: Loaded) -> Prepared:
    column = loaded.columns.column(step.input.column)
    one_class = step.input.kind == "class"
    if one_class:
        names, codes = class_codes(column)
        mix = mix_of(strategy, names, np.bincount(codes[codes >= 0], minlength=len(names)).astype(np.float64))
        _check_size(step, len(codes), len(mix.classes))
        rows = np.zeros((len(codes), len(mix.classes)))
        labelled = np.flatnonzero(codes >= 0)
        rows[labelled, mix.listed[codes[labelled]]] = 1.0
    else:
        found = distribution_rows(column, len(step.input.categories))
        mix = mix_of(strategy, step.input.categories, found.sum(axis=0))
        rows = np.zeros((len(found), len(mix.classes)))
        for number, target in enumerate(mix.listed):
            if target >= 0:
                rows[:, target] += found[:, number]

    def reached(picks: Picks) -> Mapping[str, Any]:
        before = rows[loaded.preselected].sum(axis=0)
        pool = rows[picks.candidates]
        if one_class:
            attainable = attainable_counts(before, pool.sum(axis=0), len(picks.rows))
        else:
            attainable = attainable_sums(pool, before, len(picks.rows))
        return reached_mix(mix, before + rows[picks.rows].sum(axis=0), pool.sum(axis=0), attainable)

    return Prepared(kernels.Balance(step.name, rows, mix.target, strategy.strength), reached)
