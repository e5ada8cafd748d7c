"""COVERAGE: every sample near one that is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel import kernels
from sqlsel.arrow import to_doubles
from sqlsel.kernels.cover.rises import bytes_of_rises
from sqlsel.selection.cover import evenly, reached_cover
from sqlsel.selection.strategies.kind import Measure, StrategyKind, number_text
from sqlsel.selection.strategies.prepared import Prepared

if TYPE_CHECKING:
    from sqlsel.config.strategies.coverage import CoverageStrategy
    from sqlsel.plan.model import ObjectiveStep
    from sqlsel.selection.cover import Reference
    from sqlsel.selection.scattered.objective import Scattered, Setting
    from sqlsel.selection.strategies.kind import Reached
    from sqlsel.selection.strategies.prepared import Doubles, Loaded, Picks, Rows, Singles


def coverage(step: ObjectiveStep, strategy: CoverageStrategy, loaded: Loaded) -> Prepared:
    """Cosines between vectors, of samples or of their objects."""
    vectors = loaded.vectors[step.input.column]
    objects = isinstance(vectors, kernels.Objects)
    matrix = vectors if isinstance(vectors, kernels.Objects) else vectors.rows
    present = None if isinstance(vectors, kernels.Objects) else vectors.present
    reference, weights, of = _goal(step, strategy, loaded)
    before = np.flatnonzero(loaded.preselected if present is None else loaded.preselected & present)

    def near(rows: Rows) -> Doubles:
        return kernels.nearest_cosines(matrix, reference, np.concatenate([before, rows]))

    def reached(picks: Picks) -> dict[str, Any]:
        random = near(evenly(np.flatnonzero(picks.candidates), len(picks.rows)))
        return reached_cover(near(picks.rows), random, weights, "objects" if objects else "samples", of)

    return Prepared(kernels.Coverage(step.name, matrix, strategy.strength, reference, weights, present), reached)


def _goal(step: ObjectiveStep, strategy: CoverageStrategy, loaded: Loaded) -> tuple[Rows | Singles, Doubles, int]:
    """What is to be covered, as rows or, where not all are there, vectors; its weights, and what it stands for."""
    known: Reference | None = loaded.known.get(step.name)
    if known is not None:
        return known.vectors, known.weights, known.of
    vectors = loaded.vectors[step.input.column]
    there = np.arange(len(vectors.matrix)) if isinstance(vectors, kernels.Objects) else np.flatnonzero(vectors.present)
    reference = evenly(there, strategy.reference_samples)
    weights = np.full(len(reference), len(there) / max(len(reference), 1))
    if "weight" in step.more:
        values: Doubles = np.nan_to_num(to_doubles(loaded.columns.column(step.more["weight"].column)))
        if isinstance(vectors, kernels.Objects):
            values = np.repeat(values, np.diff(vectors.offsets))
        weights *= values[reference]
    return reference, weights, len(there)


def _scatter(step: ObjectiveStep, strategy: CoverageStrategy, setting: Setting) -> Scattered | None:
    """What each worker's own rows add; None where all samples are to be covered, or objects of theirs."""
    if setting.of_objects or strategy.reference_samples is None:
        return None
    from sqlsel.selection.scattered.covering import Covering

    weight = step.more["weight"].column if "weight" in step.more else None
    return Covering(step.name, step.input.column, strategy.strength, strategy.reference_samples, weight)


def _holds(step: ObjectiveStep, strategy: CoverageStrategy, rows: int) -> int:
    """The lists of who is near to whom, and the reference."""
    assert step.input.vectors is not None
    count = rows if strategy.reference_samples is None else min(strategy.reference_samples, rows)
    return bytes_of_rises(rows, count, step.input.vectors.facts.width)


def _text(reached: Reached) -> str:
    mean, worst = (number_text(reached[name]) for name in ("mean_cosine", "worst_cosine"))
    random = reached["random"]
    beside = f"{number_text(random['mean_cosine'])} and {number_text(random['worst_cosine'])}"
    text = f"mean cosine to the nearest {mean}, worst {worst}; a random selection {beside}"
    reference = dict(reached["reference"])
    kind = "objects" if "objects" in reference else "samples"
    if reference[kind] == reference["of"]:
        return text
    error = reference["standard_error"]
    off = "" if error is None else f"; the mean is off by {1.96 * error:.2g} at most in 19 of 20 samples"
    return f"{text} (of {reference[kind]:,} of {reference['of']:,} {kind}{off})"


def _measures(reached: Reached) -> list[Measure]:
    return [
        Measure("mean cosine to the nearest", reached["mean_cosine"], aim="high"),
        Measure("worst cosine to the nearest", reached["worst_cosine"], aim="high"),
    ]


COVERAGE = StrategyKind(coverage, scatter=_scatter, holds=_holds, text=_text, measures=_measures)
