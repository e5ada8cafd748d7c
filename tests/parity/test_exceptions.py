"""Where ours and lightly-mundig part, by rule, and why ours is right. Each test shows both results."""

from __future__ import annotations

import lightly_mundig
import numpy as np
import pytest

from sqlsel.kernels import (
    Balance,
    Diversity,
    KernelInputError,
    ObjectDiversity,
    Objects,
    Weights,
    greedy,
    similarity,
    typicality,
)
from tests.kernels import oracle
from tests.parity import peer


def ours(objectives, n, rows, preselected=()):
    before = np.zeros(rows, bool)
    before[list(preselected)] = True
    return greedy(objectives, n=n, candidates=np.ones(rows, bool), preselected=before)


def unit(rng, rows, width):
    matrix = rng.standard_normal((rows, width))
    return (matrix / np.linalg.norm(matrix, axis=1, keepdims=True)).astype(np.float32)


def copies_left(matrix, picks):
    return len(picks) - len(np.unique(matrix[picks], axis=0))


def test_any_minimum_distance_removes_every_copy():
    rng = np.random.default_rng(0)
    matrix = unit(rng, 20_000, 64)
    matrix[rng.permutation(20_000)[:5000]] = matrix[0:5000]
    distinct = len(np.unique(matrix, axis=0))
    objective = Diversity("d", matrix, minimum_distance=1e-6)
    found = ours([objective], 20_000, 20_000)
    assert copies_left(matrix, found.rows) == 0
    assert len(found.rows) == distinct
    assert found.stop.reason == "minimum_distance"


def test_the_peer_keeps_copies_under_a_small_minimum_distance():
    rng = np.random.default_rng(0)
    matrix = unit(rng, 3000, 64)
    matrix[2000:] = matrix[:1000]
    objective = Diversity("d", matrix, minimum_distance=0.005)
    assert copies_left(matrix, peer.picks([objective], 3000, 3000)) > 900
    assert copies_left(matrix, ours([objective], 3000, 3000).rows) == 0


@pytest.mark.parametrize("strength", [1.0, 5.0])
def test_a_minimum_distance_beside_others_goes_on_with_what_is_far_enough(strength):
    rng = np.random.default_rng(1)
    matrix = rng.random((2000, 3)).astype(np.float32)
    objectives = [Diversity("d", matrix, 1.0, 0.14), Weights("w", rng.random(2000).astype(np.float32), strength)]
    theirs = peer.picks(objectives, 200, 2000)
    found = ours(objectives, 200, 2000).rows
    assert len(theirs) < len(found) - 30
    halves = oracle.pairwise_halves(matrix[found])
    np.fill_diagonal(halves, np.inf)
    assert np.sqrt(2 * halves.min()) >= 0.14


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("narrow", np.linspace(0.99, 1, 20_000)),
        ("timestamps", 1.7e9 + np.linspace(0, 1e4, 20_000)),
        ("one huge", np.append(np.linspace(0, 1, 19_999), 1e8)),
        ("negative", np.linspace(-5, -1, 20_000)),
    ],
)
def test_weights_alone_are_the_top_n_whatever_their_range(name, values):
    values = np.random.default_rng(2).permutation(values)
    top = set(np.argsort(-values, kind="stable")[:400].tolist())
    assert set(ours([Weights(name, values)], 400, 20_000).rows.tolist()) == top
    theirs = peer.picks([Weights(name, values)], 400, 20_000)
    assert len(top & set(theirs)) < 390


def test_weights_beside_others_may_be_negative():
    values = -np.arange(1.0, 41.0)
    objectives = [Weights("w", values), Weights("v", np.full(40, 0.5))]
    assert peer.picks(objectives, 5, 40) == [0, 1, 2, 3, 4]
    assert peer.picks([Weights("w", values[::-1]), objectives[1]], 5, 40) == [0, 1, 2, 3, 4]
    assert ours([Weights("w", values[::-1]), objectives[1]], 5, 40).rows.tolist() == [39, 38, 37, 36, 35]


def test_unlabelled_samples_do_not_crowd_out_the_labelled():
    rows = np.zeros((1000, 2))
    rows[np.random.default_rng(3).permutation(1000)[:500]] = np.eye(2)[np.arange(500) % 2]
    objective = Balance("b", rows, np.array([0.5, 0.5]))
    assert (rows[peer.picks([objective], 100, 1000)].sum(axis=1) == 0).sum() > 90
    found = ours([objective], 100, 1000)
    assert rows[found.rows].sum(axis=0).tolist() == [50, 50]
    assert found.terms[-1, 0] == 0


def test_a_target_of_one_class_takes_that_class_alone():
    rows = np.eye(2)[np.arange(40) % 2]
    objective = Balance("b", rows, np.array([1.0, 0.0]))
    assert rows[peer.picks([objective], 10, 40)].sum(axis=0)[1] > 0
    assert rows[ours([objective], 10, 40).rows].sum(axis=0).tolist() == [10, 0]


def test_counting_the_predicted_class_does_not_prefer_flat_predictions():
    soft = np.random.default_rng(4).dirichlet(np.full(5, 0.5), 2000)
    target = np.full(5, 0.2)

    def entropy(rows):
        return float(-(soft[rows] * np.log(soft[rows] + 1e-12)).sum(axis=1).mean())

    pool = entropy(np.arange(2000))
    assert entropy(peer.picks([Balance("b", soft, target)], 100, 2000)) > pool + 0.2
    predicted = np.eye(5)[soft.argmax(axis=1)]
    found = ours([Balance("b", predicted, target)], 100, 2000)
    assert abs(entropy(found.rows) - pool) < 0.1
    assert found.terms[-1, 0] == 0


def test_equal_labels_under_a_uniform_target_keep_the_order_of_rows():
    rows = np.eye(4)[np.random.default_rng(5).integers(0, 4, 200)]
    found = ours([Balance("b", rows, np.full(4, 0.25))], 40, 200)
    for label in range(4):
        picked = found.rows[rows[found.rows, label] == 1]
        assert picked.tolist() == np.flatnonzero(rows[:, label])[:10].tolist()


def test_an_outlier_changes_nothing():
    rng = np.random.default_rng(6)
    matrix = (0.1 * rng.standard_normal((2000, 8))).astype(np.float32)
    matrix[7] = 300
    exact = farthest_first(matrix, 50)
    assert len(set(ours([Diversity("d", matrix)], 50, 2000).rows.tolist()) & set(exact)) == 50
    assert len(set(peer.picks([Diversity("d", matrix)], 50, 2000)) & set(exact)) < 30


def test_a_large_offset_changes_nothing():
    rng = np.random.default_rng(7)
    matrix = (rng.standard_normal((2000, 16)) + 1000).astype(np.float32)
    exact = farthest_first(matrix, 100)
    assert ours([Diversity("d", matrix)], 100, 2000).rows.tolist() == exact
    assert len(set(peer.picks([Diversity("d", matrix)], 100, 2000)) & set(exact)) < 90


def farthest_first(matrix, n):
    wide = matrix.astype(np.float64)
    nearest, picks = np.full(len(wide), np.inf), [0]
    while len(picks) < n:
        nearest = np.minimum(nearest, ((wide - wide[picks[-1]]) ** 2).sum(axis=1))
        picks.append(int(nearest.argmax()))
    return picks


def test_objects_that_nearly_coincide_are_told_apart():
    matrix = np.array([[0.0], [1e-4], [1.3e-4]], np.float32)
    objective = ObjectDiversity("o", Objects(matrix, np.arange(4)), 2.0)
    assert ours([objective], 3, 3).rows.tolist() == [0, 1, 2], "both values lie below the floor: the order of rows"
    matrix = np.array([[0.0], [1e-3], [1.3e-3]], np.float32)
    assert ours([ObjectDiversity("o", Objects(matrix, np.arange(4)))], 3, 3).rows.tolist() == [0, 2, 1]


def test_asking_for_more_than_there_is_gives_what_there_is():
    objective = Weights("w", np.array([1.0, 3.0, 2.0]))
    assert len(peer.picks([objective], 6, 3)) == 6
    found = ours([objective], 6, 3)
    assert found.rows.tolist() == [1, 2, 0]
    assert found.stop.reason == "candidates"


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_numbers_that_are_none_are_refused_where_the_peer_goes_on(number):
    matrix = np.random.default_rng(8).standard_normal((9, 3)).astype(np.float32)
    matrix[0, 0] = number
    assert len(peer.picks([Diversity("d", matrix)], 8, 9)) == 8
    with pytest.raises(KernelInputError, match="row 0"):
        ours([Diversity("d", matrix)], 8, 9)
    assert 1.0 in lightly_mundig.Similarity(matrix).calculate_similarity(matrix[3:5])
    with pytest.raises(KernelInputError, match="NaN or infinite"):
        similarity(matrix, matrix[1:3])
    with pytest.raises(KernelInputError, match=r"no weight|infinite"):
        ours([Weights("w", matrix[:, 0].astype(np.float64))], 3, 9)


def test_targets_without_a_share_are_refused_where_the_peer_goes_on():
    rows = np.eye(2)[np.arange(6) % 2]
    for target in (np.zeros(2), np.full(2, np.nan)):
        objective = Balance("b", rows, target)
        assert peer.picks([objective], 3, 6) == [0, 1, 2]
        with pytest.raises(KernelInputError, match="target"):
            ours([objective], 3, 6)


def test_strengths_without_end_are_refused_and_huge_ones_work():
    weights = np.array([0.5, 0.1, 0.9])
    with pytest.raises(KernelInputError, match="strengths"):
        ours([Weights("w", weights, -np.inf)], 3, 3)
    objectives = [Weights("w", weights, 1e9), Diversity("d", np.eye(3, dtype=np.float32), -1e9)]
    assert sorted(ours(objectives, 3, 3).rows.tolist()) == [0, 1, 2]


def test_equal_vectors_are_fully_typical():
    matrix = np.ones((6, 3), np.float32)
    assert np.isnan(lightly_mundig.Typicality(matrix).calculate_typicality(3)).all()
    assert typicality(matrix, 3).tolist() == [1.0] * 6


def test_distances_have_no_cap():
    matrix = np.array([[0], [2e4], [3e4], [4e4]], np.float32)
    assert peer.picks([Diversity("d", matrix)], 4, 4) == [0, 1, 3, 2]
    assert ours([Diversity("d", matrix)], 4, 4).rows.tolist() == [0, 3, 1, 2]
