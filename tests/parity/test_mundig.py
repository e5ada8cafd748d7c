"""The whole sequence of picks agrees with lightly-mundig on random runs of every kind.

Kinds that are left out, and why, are in test_exceptions.py. ``SQLSEL_PARITY=200`` runs 200 of each kind.
"""

from __future__ import annotations

import os

import numpy as np
import pytest

from sqlsel.kernels import (
    Balance,
    Diversity,
    ObjectDiversity,
    Objects,
    ObjectWeights,
    Weights,
    greedy,
    similarity,
    typicality,
)
from tests.kernels import oracle
from tests.parity import peer

RUNS = int(os.environ.get("SQLSEL_PARITY", "50"))
STRENGTHS = np.array([-1.0, 0.5, 1.0, 2.0])


class Run:
    """One random run; each method adds an objective of its kind."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.rows = int(self.rng.integers(10, 61))
        self.objectives = []
        self.extra = {}

    def strength(self):
        return float(self.rng.choice(STRENGTHS))

    def vectors(self, count):
        return self.rng.standard_normal((count, int(self.rng.integers(2, 9)))).astype(np.float32)

    def d(self):
        self.objectives.append(Diversity("d", self.vectors(self.rows), self.strength()))

    def stop(self):
        bound = float(self.rng.uniform(0.5, 2.5))
        self.objectives.append(Diversity("d", self.vectors(self.rows), abs(self.strength()), bound))

    def w(self):
        values = self.rng.random(self.rows).astype(np.float32).astype(np.float64)
        self.objectives.append(Weights("w", values, self.strength()))

    def b(self):
        classes = int(self.rng.integers(2, 6))
        rows = self.rng.dirichlet(np.ones(classes), self.rows).astype(np.float32).astype(np.float64)
        target = self.rng.dirichlet(np.ones(classes)).astype(np.float32).astype(np.float64)
        self.objectives.append(Balance("b", rows, target, self.strength()))

    def objects(self):
        counts = self.rng.integers(0, 4, self.rows)
        counts[0] = 2
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return Objects(self.vectors(int(offsets[-1])), offsets)

    def od(self):
        self.objectives.append(ObjectDiversity("od", self.objects(), self.strength()))

    def ostop(self):
        bound = float(self.rng.uniform(0.5, 2.0))
        counts = self.rng.integers(1, 4, self.rows)
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        objects = Objects(self.vectors(int(offsets[-1])), offsets)
        self.objectives.append(ObjectDiversity("od", objects, abs(self.strength()), bound))

    def os(self):
        objects = self.objects()
        queries = self.rng.standard_normal((3, objects.matrix.shape[1])).astype(np.float32)
        self.extra["os"] = (objects.matrix, queries)
        values = similarity(objects.matrix, queries)
        self.objectives.append(ObjectWeights("os", values, objects.offsets, self.strength(), "max"))

    def ot(self):
        objects = self.objects()
        self.extra["ot"] = (objects.matrix,)
        values = typicality(objects.matrix, 5)
        self.objectives.append(ObjectWeights("ot", values, objects.offsets, self.strength(), "mean"))

    def pre(self):
        self.before = self.rng.choice(self.rows, int(self.rng.integers(1, 4)), replace=False)

    before = ()


KINDS = (  # noqa: SIM905 - a list of words reads better as words
    "d w b dw db wb dwb ww stop od os ot ostop odw osd otd od-os ot-od otb od-os-b "
    "pre-d pre-w pre-b pre-dw pre-db pre-wb pre-dwb pre-stop pre-od pre-os pre-ot pre-odw"
).split()


def methods(kind):
    for word in kind.split("-"):
        rest = word
        while rest:
            name = next(n for n in ("pre", "ostop", "stop", "od", "os", "ot", "d", "w", "b") if rest.startswith(n))
            yield name
            rest = rest[len(name) :]


def only_rounding(run, theirs):
    """Whether every pick of the peer is as good as the best in double, but for single-precision rounding."""
    oracles = [oracle.ORACLES[type(o)](o, len(run.objectives) == 1) for o in run.objectives]
    chosen = list(run.before)
    for pick in theirs:
        left = [row for row in range(run.rows) if row not in chosen]
        parts = np.array(
            [
                [o.strength * oracle.log(k.value(i, chosen)) for o, k in zip(run.objectives, oracles, strict=True)]
                for i in left
            ]
        )
        scores = parts.sum(axis=1)
        if scores[left.index(pick)] < scores.max() - 1e-6 * (1 + np.abs(parts[scores.argmax()]).sum()):
            return False
        chosen.append(pick)
    return True


def compare(kind, seed):
    """'same', 'rounding' or 'apart'."""
    run = Run(seed)
    for name in methods(kind):
        getattr(run, name)()
    preselected = np.zeros(run.rows, bool)
    preselected[list(run.before)] = True
    n = (run.rows - int(preselected.sum())) // 2
    ours = greedy(run.objectives, n=n, candidates=np.ones(run.rows, bool), preselected=preselected)
    theirs = peer.picks(run.objectives, n, run.rows, run.before, run.extra)
    if ours.rows.tolist() == theirs:
        return "same"
    return "rounding" if ours.stop.reason == "n_samples" and only_rounding(run, theirs) else "apart"


@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_sequence_agrees(kind):
    first = 1000 * KINDS.index(kind)
    found = {seed: compare(kind, seed) for seed in range(first, first + RUNS)}
    assert [seed for seed, how in found.items() if how == "apart"] == []
    assert sum(how == "rounding" for how in found.values()) <= max(RUNS // 50, 1)


@pytest.mark.parametrize("seed", range(RUNS))
def test_similarity_and_typicality_agree(seed):
    import lightly_mundig

    rng = np.random.default_rng(seed)
    matrix = rng.standard_normal((int(rng.integers(5, 80)), 6)).astype(np.float32)
    queries = rng.standard_normal((4, 6)).astype(np.float32)
    theirs = lightly_mundig.Similarity(matrix).calculate_similarity(queries)
    np.testing.assert_allclose(similarity(matrix, queries), theirs, rtol=2e-5)
    theirs = lightly_mundig.Typicality(matrix).calculate_typicality(7)
    np.testing.assert_allclose(typicality(matrix, 7), theirs, rtol=2e-5)
