"""Limits: at most so many of a group, whatever else is wanted, and every picker goes on without the rest."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlsel.kernels import Balance, Diversity, KernelInputError, Limit, Weights, greedy, ladder
from tests.kernels import oracle
from tests.kernels.cases import Case, balance, cases, diversity, limited, object_diversity, weighted
from tests.kernels.test_greedy import check


def groups(*numbers):
    return np.array(numbers, dtype=np.int64)


def run(objectives, n, limits, rows, preselected=()):
    before = np.zeros(rows, bool)
    before[list(preselected)] = True
    return greedy(objectives, n=n, candidates=np.ones(rows, bool), preselected=before, limits=limits)


def test_rows_of_a_full_group_are_passed_over():
    found = run([Weights("w", np.array([9.0, 8, 7, 6, 5]))], 3, [Limit("video", groups(0, 0, 0, 1, -1), 1)], 5)
    assert found.rows.tolist() == [0, 3, 4]
    assert found.stop.reason == "n_samples"


def test_preselected_members_count():
    limit = Limit("video", groups(0, 0, 0, 1, 1), 2)
    found = run([Weights("w", np.array([9.0, 8, 7, 6, 5]))], 5, [limit], 5, preselected=[0, 1])
    assert found.rows.tolist() == [3, 4]
    assert (found.stop.reason, found.stop.objective) == ("limits", None)


def test_more_preselected_than_the_limit_allows_stay():
    found = run([], 5, [Limit("video", groups(0, 0, 0, 1, 1), 1)], 5, preselected=[0, 1])
    assert found.rows.tolist() == [3]


def test_rows_of_no_group_are_not_limited():
    found = run([], 5, [Limit("video", groups(-1, -1, -1, 0, 0), 1)], 5)
    assert found.rows.tolist() == [0, 1, 2, 3]


def test_the_bound_that_keeps_out_most_is_the_reason():
    matrix = np.array([[0, 0], [1, 0], [1.1, 0], [1.2, 0], [5, 5]], np.float32)
    apart = Diversity("d", matrix, minimum_distance=0.5)
    assert run([apart], 5, [Limit("one", groups(-1, -1, -1, -1, -1), 1)], 5).stop.reason == "minimum_distance"
    every = run([apart], 5, [Limit("all", groups(0, 0, 0, 0, 0), 2)], 5)
    assert (len(every.rows), every.stop.reason) == (2, "limits")


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        (Limit("video", groups(0, 0), 1), "video: groups must be int64, one for each of 3 rows"),
        (Limit("video", np.zeros(3), 1), "video: groups must be int64"),
        (Limit("video", groups(0, 0, -2), 1), "-1 is a row that is not limited"),
        (Limit("video", groups(0, 0, 0), 0), "the limit must be at least 1, not 0"),
    ],
)
def test_groups_that_do_not_fit_are_refused(limit, message):
    with pytest.raises(KernelInputError, match=message):
        run([], 1, [limit], 3)


@given(case=cases())
@settings(max_examples=150, deadline=None)
def test_no_group_has_more_new_members_than_its_limit_leaves(case):
    found = case.greedy()
    for limit in case.limits:
        inside = limit.groups >= 0
        before = np.bincount(limit.groups[case.preselected & inside], minlength=6)
        after = before + np.bincount(limit.groups[found.rows][limit.groups[found.rows] >= 0], minlength=6)
        assert (after <= np.maximum(before, limit.most)).all()


@given(case=cases(kinds=[diversity, weighted, balance, object_diversity], most_rows=60, most_objectives=3))
@settings(max_examples=80, deadline=None)
def test_rungs_of_any_size_make_the_same_picks(case):
    with mock.patch.object(ladder, "RUNGS", (16, 8, 2)), mock.patch.object(ladder, "SHARES", (8, 64)):
        check(case)


@given(case=cases(kinds=[diversity], most_rows=60, most_objectives=1))
@settings(max_examples=80, deadline=None)
def test_diversity_alone_with_small_rungs(case):
    with mock.patch.object(ladder, "RUNGS", (16, 8, 2)):
        check(case)


@given(case=cases(kinds=[weighted], most_rows=40, most_objectives=1))
@settings(max_examples=80, deadline=None)
def test_weights_alone_sorted_bit_by_bit(case):
    with mock.patch("sqlsel.kernels.ranked.FIRST_RANKS", 2), mock.patch("sqlsel.kernels.ranked.CHUNK", 2):
        check(case)


def dealt(classes, shares, order, n, candidates, preselected, limits):
    """By definition: each place to the class whose turn it is, taken by its first row that no limit keeps out."""
    counts = np.bincount(classes[preselected & (classes >= 0)], minlength=len(shares)).astype(float)
    chosen, new = list(np.flatnonzero(preselected)), []
    while len(new) < n:
        left = [i for i in np.flatnonzero(candidates & ~preselected) if i not in new]
        left = [i for i in left if not oracle.full(i, chosen + new, limits)]
        first = {}
        for i in left:
            wanted = classes[i] >= 0 and shares[classes[i]] > 0
            first.setdefault(classes[i] if wanted else -1, i)
        if not first:
            break
        turns = [((counts[c] + 0.5) / shares[c], -shares[c], order[c], i) for c, i in first.items() if c >= 0]
        row = min(turns)[3] if turns else first[-1]
        if classes[row] >= 0:
            counts[classes[row]] += 1
        new.append(int(row))
    return new


@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(1, 40),
    shares=st.lists(st.sampled_from([0.0, 0.1, 0.3, 0.5, 1.0]), min_size=1, max_size=4),
    data=st.data(),
)
@settings(max_examples=200, deadline=None)
def test_places_are_dealt_by_definition(seed, rows, shares, data):
    rng = np.random.default_rng(seed)
    shares = np.array(shares)
    shares[0] += 0.25
    shares /= shares.sum()
    classes = rng.integers(-1, len(shares), rows)
    matrix = np.zeros((rows, len(shares)))
    matrix[classes >= 0, classes[classes >= 0]] = 1
    order = rng.permutation(len(shares))
    before = rng.random(rows) < data.draw(st.sampled_from([0.0, 0.2]))
    candidates = rng.random(rows) < data.draw(st.sampled_from([1.0, 0.7]))
    limits = data.draw(limited(rng, rows))
    n = data.draw(st.integers(0, rows + 1))
    found = Case([Balance("b", matrix, shares, dealt=order)], n, candidates, before, limits).greedy()
    assert found.rows.tolist() == dealt(classes, shares, order, n, candidates, before, limits)
