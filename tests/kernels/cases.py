"""Random runs for Hypothesis: every strategy in every combination, on data with copies and near-ties."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from hypothesis import strategies as st

from sqlsel.kernels import Balance, Coverage, Diversity, Limit, ObjectDiversity, Objects, ObjectWeights, Weights, greedy

STRENGTHS = st.sampled_from([-2.0, -1.0, -0.3, 0.0, 0.5, 1.0, 1.7, 2.0, 1e9])


@dataclass
class Case:
    objectives: list
    n: int
    candidates: np.ndarray
    preselected: np.ndarray
    limits: tuple = ()

    def greedy(self, n=None):
        """What the kernels make of it."""
        return greedy(
            self.objectives,
            n=self.n if n is None else n,
            candidates=self.candidates,
            preselected=self.preselected,
            limits=self.limits,
        )


def vectors(rng, rows, width, texture):
    if texture == "grid":
        return rng.integers(0, 3, (rows, width)).astype(np.float32)
    matrix = rng.standard_normal((rows, width)).astype(np.float32)
    if texture == "offset":
        matrix = matrix * np.float32(0.01) + np.float32(50)
    if texture == "outlier" and rows:
        matrix[rng.integers(rows)] *= 1000
    if texture == "copies" and rows:
        matrix = matrix[rng.integers(0, max(rows // 3, 1), rows)]
    if texture == "near copies" and rows:
        near = rng.integers(0, max(rows // 3, 1), rows)
        matrix = matrix[near] + rng.integers(-1, 2, (rows, width)).astype(np.float32) * np.float32(1e-6)
    return matrix


def weights(rng, rows, texture):
    if texture == "integers":
        return rng.integers(-2, 4, rows).astype(float)
    if texture == "timestamps":
        return 1.7e9 + rng.random(rows) * 1e-3
    return rng.standard_normal(rows) if texture == "signed" else rng.random(rows)


TEXTURES = st.sampled_from(["normal", "grid", "offset", "outlier", "copies", "near copies"])


@st.composite
def diversity(draw, rng, lacking):
    minimum = draw(st.sampled_from([None, None, 0.0, 1e-5, 0.5, 1.0, 1.5]))
    matrix = vectors(rng, len(lacking), draw(st.integers(1, 6)), draw(TEXTURES))
    matrix[lacking] = np.nan
    return Diversity("diversity", matrix, draw(STRENGTHS), minimum, ~lacking if lacking.any() else None)


@st.composite
def weighted(draw, rng, lacking):
    values = weights(rng, len(lacking), draw(st.sampled_from(["integers", "timestamps", "signed", "uniform"])))
    values[lacking] = np.nan
    max_sum = draw(st.sampled_from([None, None, None, 0.0, 1.0, 3.0]))
    target_range = draw(st.sampled_from([None, None, None, (0.0, 2.0), (1.0, 4.5)]))
    return Weights("weights", values, draw(STRENGTHS), max_sum, target_range)


@st.composite
def balance(draw, rng, lacking):
    classes = draw(st.integers(1, 4))
    kind = draw(st.sampled_from(["labels", "soft", "counts"]))
    if kind == "labels":
        rows = np.eye(classes)[rng.integers(0, classes, len(lacking))]
    elif kind == "soft":
        rows = rng.dirichlet(np.full(classes, 0.7), len(lacking))
    else:
        rows = rng.integers(0, 3, (len(lacking), classes)).astype(float)
    rows[rng.random(len(lacking)) < draw(st.sampled_from([0.0, 0.3]))] = 0
    rows[lacking] = np.nan
    target = np.array(draw(st.lists(st.sampled_from([0.0, 0.1, 0.3, 0.5, 1.0]), min_size=classes, max_size=classes)))
    target[0] += 0.25
    return Balance("balance", rows, target / target.sum(), draw(STRENGTHS))


def offsets(rng, lacking):
    counts = rng.integers(0, 4, len(lacking))
    counts[lacking] = 0
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


@st.composite
def object_diversity(draw, rng, lacking):
    bounds = offsets(rng, lacking)
    objects = Objects(vectors(rng, int(bounds[-1]), draw(st.integers(1, 4)), draw(TEXTURES)), bounds)
    return ObjectDiversity("objects", objects, draw(STRENGTHS), draw(st.sampled_from([None, None, 0.0, 0.7, 1.2])))


@st.composite
def object_weights(draw, rng, lacking):
    bounds = offsets(rng, lacking)
    values = rng.integers(1, 4, bounds[-1]) / 4 if draw(st.booleans()) else rng.random(bounds[-1])
    return ObjectWeights("objects", values, bounds, draw(STRENGTHS), draw(st.sampled_from(["mean", "max"])))


def counted(draw, rng, number):
    """How much reference vectors count."""
    return draw(st.sampled_from([None, None, rng.random(number), rng.integers(0, 3, number).astype(float)]))


@st.composite
def coverage(draw, rng, lacking):
    matrix = vectors(rng, len(lacking), draw(st.integers(1, 6)), draw(TEXTURES))
    matrix[lacking] = np.nan
    reference = np.flatnonzero(~lacking & (rng.random(len(lacking)) < draw(st.sampled_from([1.0, 1.0, 0.5]))))
    weights = counted(draw, rng, len(reference))
    return Coverage("coverage", matrix, draw(STRENGTHS), reference, weights, ~lacking if lacking.any() else None)


@st.composite
def object_coverage(draw, rng, lacking):
    bounds = offsets(rng, lacking)
    objects = Objects(vectors(rng, int(bounds[-1]), draw(st.integers(1, 4)), draw(TEXTURES)), bounds)
    reference = np.flatnonzero(rng.random(bounds[-1]) < draw(st.sampled_from([1.0, 0.5])))
    return Coverage("covered objects", objects, draw(STRENGTHS), reference, counted(draw, rng, len(reference)))


@st.composite
def limited(draw, rng, rows):
    """No limit, one or two; the groups of two may cross, or lie within each other."""
    groups = [
        rng.integers(-1, draw(st.sampled_from([1, 2, 5])), rows) for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2])))
    ]
    if len(groups) == 2 and draw(st.booleans()):
        groups[1] = np.where(groups[0] < 0, -1, groups[0] // 2)
    return tuple(Limit(f"limit {k}", each, draw(st.integers(1, 4))) for k, each in enumerate(groups))


KINDS = [diversity, weighted, balance, object_diversity, object_weights, coverage, object_coverage]


@st.composite
def cases(draw, kinds=KINDS, most_rows=14, most_objectives=4):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows = draw(st.integers(1, most_rows))
    preselected = rng.random(rows) < draw(st.sampled_from([0.0, 0.0, 0.25]))
    candidates = rng.random(rows) < draw(st.sampled_from([1.0, 1.0, 0.7]))
    objectives = []
    for _ in range(draw(st.integers(1, most_objectives))):
        lacking = preselected & (rng.random(rows) < draw(st.sampled_from([0.0, 0.5])))
        objectives.append(draw(draw(st.sampled_from(kinds))(rng, lacking)))
    return Case(objectives, draw(st.integers(0, rows + 2)), candidates, preselected, draw(limited(rng, rows)))


def moved(objective, stored):
    """The objective with its rows where they are stored."""
    if isinstance(objective, ObjectDiversity):
        return replace(objective, objects=moved_objects(objective.objects, stored)[0])
    present = None if objective.present is None else objective.present[stored]
    if not isinstance(objective, Coverage):
        return replace(objective, matrix=objective.matrix[stored], present=present)
    if isinstance(objective.vectors, Objects):
        vectors, taken = moved_objects(objective.vectors, stored)
    else:
        vectors, taken = objective.vectors[stored], stored
    # the reference comes in the order in which it is stored, its weights with it
    reference = np.argsort(taken)[objective.reference]
    order = np.argsort(reference)
    weights = None if objective.weights is None else objective.weights[order]
    return replace(objective, vectors=vectors, reference=reference[order], weights=weights, present=present)


def moved_objects(objects, stored):
    """Objects of rows where these are stored, and which object is at each place."""
    parts = [np.arange(objects.offsets[row], objects.offsets[row + 1]) for row in stored]
    taken = np.concatenate(parts)
    offsets = np.cumsum([0, *map(len, parts)]).astype(np.int64)
    return Objects(objects.matrix[taken], offsets), taken
