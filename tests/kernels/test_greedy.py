"""Picks, gains, terms and stops equal the definition, whatever runs together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlsel.kernels import Diversity
from tests.kernels import oracle
from tests.kernels.cases import KINDS, Case, balance, cases, diversity, object_diversity, object_weights, weighted


def check(case):
    found = case.greedy()
    rows, gains, terms, stop = oracle.select(case.objectives, case.n, case.candidates, case.preselected, case.limits)
    assert found.rows.tolist() == rows
    assert (found.stop.reason, found.stop.objective) == stop
    scale = 1 + sum(abs(objective.strength) for objective in case.objectives)
    np.testing.assert_allclose(found.gains, gains, rtol=1e-9, atol=1e-10 * scale)
    np.testing.assert_allclose(found.terms, np.reshape(terms, found.terms.shape), rtol=1e-9, atol=1e-12)
    assert found.terms.shape == (len(rows), len(case.objectives))


@given(case=cases())
@settings(max_examples=600, deadline=None)
def test_any_combination_equals_the_definition(case):
    check(case)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_strategy_alone_equals_the_definition(kind):
    @given(case=cases(kinds=[kind], most_objectives=1))
    @settings(max_examples=200, deadline=None)
    def alone(case):
        check(case)

    alone()


@given(case=cases(kinds=[diversity, weighted, balance], most_rows=60, most_objectives=3))
@settings(max_examples=60, deadline=None)
def test_larger_runs_over_samples_equal_the_definition(case):
    check(case)


@given(case=cases(kinds=[object_diversity, object_weights, diversity], most_rows=40, most_objectives=3))
@settings(max_examples=40, deadline=None)
def test_larger_runs_over_objects_equal_the_definition(case):
    check(case)


@given(case=cases())
@settings(max_examples=150, deadline=None)
def test_every_prefix_is_the_selection_of_that_n(case):
    whole = case.greedy()
    half = len(whole.rows) // 2
    part = case.greedy(half)
    assert part.rows.tolist() == whole.rows[:half].tolist()
    assert part.stop.reason == "n_samples"


@given(case=cases())
@settings(max_examples=100, deadline=None)
def test_no_row_is_picked_twice_or_against_the_masks(case):
    found = case.greedy()
    assert len(set(found.rows.tolist())) == len(found.rows) <= case.n
    assert case.candidates[found.rows].all()
    assert not case.preselected[found.rows].any()


@given(
    seed=st.integers(0, 2**32 - 1),
    reach=st.sampled_from([1e2, 1e3, 1e4, 3e4]),
    strength=st.sampled_from([0.5, 1.0, 2.0]),
    preselected=st.integers(0, 2),
)
@settings(max_examples=150, deadline=None)
def test_distances_a_few_tie_widths_apart_beside_a_large_sum_equal_the_definition(seed, reach, strength, preselected):
    rng = np.random.default_rng(seed)
    far = np.array([[0, reach], [0, -reach], [reach, 0]])
    near = np.c_[rng.integers(0, 1 << 12, 40) * 2.0**-22 + 1.0, np.zeros(40)]
    matrix = np.concatenate([far, [[0, 0]], near]).astype(np.float32)[rng.permutation(44)]
    before = np.zeros(44, bool)
    before[rng.choice(44, preselected, replace=False)] = True
    check(Case([Diversity("d", matrix, strength)], 12, np.ones(44, bool), before))
