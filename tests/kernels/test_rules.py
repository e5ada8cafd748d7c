"""The rules a user relies on, one small example each."""

from __future__ import annotations

import numpy as np
import pytest

from sqlsel.kernels import (
    Balance,
    Diversity,
    KernelInputError,
    ObjectDiversity,
    Objects,
    ObjectWeights,
    Weights,
    greedy,
)


def run(objectives, n, rows, candidates=None, preselected=(), progress=None):
    marked = np.zeros(rows, bool)
    marked[list(preselected)] = True
    allowed = np.ones(rows, bool) if candidates is None else candidates
    return greedy(objectives, n=n, candidates=allowed, preselected=marked, progress=progress)


def line(*places):
    return np.array(places, np.float32)[:, None]


def test_no_objective_keeps_the_order_of_rows():
    found = run([], 2, 3)
    assert found.rows.tolist() == [0, 1]
    assert found.terms.shape == (2, 0)


def test_max_sum_ends_with_the_pick_that_reaches_it():
    found = run([Weights("w", np.array([1.0, 2.0, 3.0]), max_sum=5.0)], 3, 3)
    assert found.rows.tolist() == [2, 1]
    assert (found.stop.reason, found.stop.objective) == ("max_sum", 0)


def test_preselected_weights_do_not_count_towards_sums():
    weights = Weights("w", np.array([100.0, 2.0, 3.0]), max_sum=5.0, target_range=(0.0, 5.0))
    found = run([weights], 3, 3, preselected=[0])
    assert found.rows.tolist() == [2, 1]


def test_target_range_passes_over_what_would_carry_the_sum_above():
    weights = Weights("w", np.array([4.0, 3.0, 2.0, 1.0]), target_range=(0.0, 5.0))
    found = run([weights], 4, 4)
    assert found.rows.tolist() == [0, 3]
    assert (found.stop.reason, found.stop.objective) == ("target_range", 0)


def test_minimum_distance_keeps_selecting_with_what_is_far_enough():
    objectives = [
        Weights("w", np.array([9.0, 8.0, 7.0, 1.0])),
        Diversity("d", line(0, 0.1, 0.2, 5), 0.001, minimum_distance=0.5),
    ]
    found = run(objectives, 4, 4)
    assert found.rows.tolist() == [0, 3]
    assert (found.stop.reason, found.stop.objective) == ("minimum_distance", 1)


def test_a_candidate_at_exactly_the_minimum_distance_stays():
    found = run([Diversity("d", line(0, 1, 2), minimum_distance=1.0)], 3, 3)
    assert sorted(found.rows.tolist()) == [0, 1, 2]
    assert found.stop.reason == "n_samples"


def test_minimum_distance_holds_against_the_preselected():
    found = run([Diversity("d", line(0, 0.2, 3), minimum_distance=0.5)], 3, 3, preselected=[0])
    assert found.rows.tolist() == [2]


def test_the_smallest_minimum_distance_drops_every_copy():
    places = line(1, 1, 2, 2, 2, 3)
    found = run([Diversity("d", places, minimum_distance=1e-30)], 6, 6)
    assert len(found.rows) == 3
    assert len(np.unique(places[found.rows])) == 3


def test_too_few_candidates_are_named_as_the_stop():
    found = run([Weights("w", np.arange(3.0))], 9, 3)
    assert found.stop.reason == "candidates"
    assert len(found.rows) == 3


def test_alone_the_diversity_term_is_the_distance_and_never_rises():
    matrix = np.random.default_rng(3).standard_normal((60, 5)).astype(np.float32)
    found = run([Diversity("d", matrix)], 60, 60)
    assert np.isnan(found.terms[0, 0])
    assert (np.diff(found.terms[1:, 0]) <= 0).all()
    assert np.array_equal(found.gains, found.terms[:, 0], equal_nan=True)


def test_a_row_of_zeros_never_beats_one_with_a_class():
    rows = np.array([[0.0, 0.0]] * 6 + [[1.0, 0.0]] * 2 + [[0.0, 1.0]] * 2)
    found = run([Balance("b", rows, np.array([0.5, 0.5]))], 5, 10)
    assert found.rows.tolist() == [6, 8, 7, 9, 0]
    np.testing.assert_allclose(found.gains, [0.0, 1.0, -1 / 3, 1 / 3, 0.0], atol=1e-15)


def test_objects_of_one_row_are_neighbours_of_each_other_once_picked():
    objects = Objects(line(0, 1, 5, 9, 9.5), np.array([0, 2, 3, 5, 5]))
    found = run([ObjectDiversity("o", objects)], 4, 4)
    assert found.rows.tolist() == [0, 2, 1, 3]
    np.testing.assert_allclose(found.terms[:, 0], [np.nan, np.sqrt((8**2 + 8.5**2) / 2), 4.0, np.nan])


def test_rows_without_objects_come_last_and_no_distance_keeps_them_out():
    objects = Objects(line(0, 0.1), np.array([0, 0, 1, 2]))
    found = run([ObjectDiversity("o", objects, minimum_distance=1.0)], 3, 3)
    assert found.rows.tolist() == [1, 0]
    assert found.stop.reason == "minimum_distance"
    weights = ObjectWeights("o", np.array([0.1, 0.9]), np.array([0, 0, 1, 2]))
    assert run([weights], 3, 3).rows.tolist() == [2, 1, 0]


def test_weights_beside_others_start_at_zero_with_a_notice():
    found = run([Weights("sharpness", np.array([-5.0, 1.0])), Diversity("d", line(0, 1))], 1, 2)
    assert "sharpness" in found.notices[0]
    assert run([Weights("sharpness", np.array([-5.0, 1.0]))], 1, 2).notices == ()


def test_progress_is_told_every_pick_and_its_gain():
    heard = []
    found = run([Weights("w", np.array([1.0, 3.0, 2.0]))], 2, 3, progress=lambda k, gain: heard.append((k, gain)))
    assert heard == list(zip([1, 2], found.gains.tolist(), strict=True))


@pytest.mark.parametrize(
    ("objective", "message"),
    [
        (Weights("w", np.array([1.0, np.nan])), "no weight"),
        (Weights("w", np.array([1.0, np.inf])), "infinite"),
        (Weights("w", np.array([1.7e308, 1.7e308])), "beyond double"),
        (Weights("w", np.ones(3)), "3"),
        (Diversity("d", np.array([[1], [np.nan]], np.float32)), "row 1"),
        (Diversity("d", np.ones((3, 1), np.float32)), "3"),
        (Diversity("d", np.ones((2, 1))), "float32"),  # type: ignore[arg-type]
        (Diversity("d", np.ones((2, 1), np.float32), present=np.array([True, False])), "no vector"),
        (Balance("b", np.ones((2, 2)), np.array([0.5, np.nan])), "target"),
        (Balance("b", np.ones((2, 2)), np.zeros(2)), "target"),
        (Balance("b", np.ones((2, 2)), np.array([1.5, -0.5])), "target"),
        (Balance("b", np.ones((2, 3)), np.array([0.5, 0.5])), "classes"),
        (Balance("b", np.array([[1.0, -1], [0, 1]]), np.array([0.5, 0.5])), "at least 0"),
        (Balance("b", np.array([[1.0, np.nan], [0, 1]]), np.array([0.5, 0.5])), "NaN"),
        (ObjectWeights("o", np.array([np.nan]), np.array([0, 1, 1])), "finite"),
        (ObjectWeights("o", np.array([1.0]), np.array([0, 2, 1])), "offsets"),
        (Weights("w", np.ones(2), strength=np.nan), "strengths"),
        (Weights("w", np.ones(2), strength=np.inf), "strengths"),
    ],
)
def test_input_that_makes_no_sense_is_refused(objective, message):
    with pytest.raises(KernelInputError, match=message):
        run([objective], 1, 2)


def test_objects_that_do_not_fit_are_refused():
    with pytest.raises(KernelInputError, match="offsets"):
        Objects(line(0, 1), np.array([0, 1]))
    with pytest.raises(KernelInputError, match="NaN"):
        Objects(line(0, np.nan), np.array([0, 2]))
    with pytest.raises(KernelInputError, match="rows"):
        run([ObjectDiversity("o", Objects(line(0), np.array([0, 1])))], 1, 2)


def test_masks_and_numbers_that_do_not_fit_are_refused():
    with pytest.raises(KernelInputError, match="n must"):
        run([], -1, 2)
    with pytest.raises(KernelInputError, match="one length"):
        greedy([], n=1, candidates=np.ones(2, bool), preselected=np.zeros(3, bool))
