"""COVERAGE: lazy equals naive in every way that rises are kept, they never rise, and nothing else changes a pick."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from sqlsel.kernels import (
    Cover,
    Coverage,
    Diversity,
    KernelInputError,
    Objects,
    Weights,
    fallen,
    greedy,
    nearest_cosines,
    rise_bounds,
    threads,
)
from sqlsel.kernels.cover import cosines, listed, lists, most, pairs, shown, summed
from sqlsel.kernels.order import BY_ROW
from sqlsel.kernels.protocol import Play
from tests.benchmarks import data
from tests.kernels.cases import Case, cases, coverage, diversity, object_coverage, weighted
from tests.kernels.test_greedy import check


def run(objectives, n, rows, preselected=()):
    before = np.isin(np.arange(rows), preselected)
    return greedy(objectives, n=n, candidates=~before, preselected=before)


def naive(matrix, n, weights=None, reference=None):
    """The greedy over the whole matrix of cosines, in double."""
    unit, others = (side.astype(np.float64) for side in (matrix, matrix if reference is None else reference))
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    others /= np.linalg.norm(others, axis=1, keepdims=True)
    cosines = np.maximum(unit @ others.T, 0)
    counts = np.ones(len(others)) if weights is None else weights
    cover, picked = np.zeros(len(others)), []
    for _ in range(n):
        rises = np.maximum(cosines - cover, 0) @ counts
        rises[picked] = -1
        picked.append(int(rises.argmax()))
        cover = np.maximum(cover, cosines[picked[-1]])
    return picked, float(cover @ counts)


@pytest.fixture(params=["listed at once", "never listed", "listed on the way", "little room"])
def keeping(request, monkeypatch):
    """How many pairs are kept: as many as it takes, none, or so few that some picks come before; or all in small."""
    if request.param != "listed at once":
        monkeypatch.setattr(pairs, "LEAST", 0 if request.param == "never listed" else 40_000)
        monkeypatch.setattr(pairs, "PAIRS_A_ROW", 0)
    if request.param == "little room":
        small(monkeypatch)
        monkeypatch.setattr(pairs, "LEAST", 8_000)
        monkeypatch.setattr(shown, "WORTH_LISTING", 0.3)


def never_listed(patch):
    """No pair is kept."""
    patch.setattr(pairs, "LEAST", 0)
    patch.setattr(pairs, "PAIRS_A_ROW", 0)


def small(patch):
    """Few rows are kept up to date, lists are in several parts and are compacted."""
    for name, number in {"FEW": 4, "FEW_OF": 1 << 30, "MOST_FRESH": 6, "AHEAD": 8}.items():
        patch.setattr(shown, name, number)
    patch.setattr(pairs, "TURN_OF", 3)
    for name, number in {"CHUNK": 100, "TOGETHER": 200, "BLOCK_COLUMNS": 32}.items():
        patch.setattr(listed, name, number)
    for name, number in {"TOGETHER": 500, "LONG": 8}.items():
        patch.setattr(lists, name, number)
    patch.setattr(cosines, "BLOCK_ROWS", 48)
    patch.setattr(cosines, "BLOCK_COLUMNS", 32)


@pytest.mark.parametrize("kind", ["clustered", "isotropic"])
def test_lazy_equals_naive(keeping, kind):
    matrix = getattr(data, kind)(900, 24, 3)
    found = run([Coverage("c", matrix)], 60, 900)
    picked, value = naive(matrix, 60)
    assert found.rows.tolist() == picked
    assert found.terms.sum() == pytest.approx(value, rel=1e-12)


@given(
    case=cases(kinds=[coverage, object_coverage, weighted, diversity], most_rows=30, most_objectives=3),
    room=st.sampled_from([0, 60, 250]),
)
@settings(max_examples=150, deadline=None)
def test_bounds_that_are_brought_up_to_date_on_demand_decide_as_the_definition_does(case, room):
    with pytest.MonkeyPatch.context() as patch:
        small(patch)
        patch.setattr(pairs, "LEAST", room)
        patch.setattr(pairs, "PAIRS_A_ROW", 0)
        check(case)


@given(case=cases(kinds=[coverage, object_coverage], most_rows=40, most_objectives=1))
@settings(max_examples=100, deadline=None)
def test_gains_never_rise_alone(case):
    case.objectives = [type(each)(**{**fields(each), "strength": 1.0}) for each in case.objectives]
    gains = case.greedy().gains
    if not case.limits:
        assert (np.diff(gains) <= 1e-9 * (1 + gains.max(initial=0.0))).all()


def fields(declared):
    return {name: getattr(declared, name) for name in type(declared).__dataclass_fields__}


def test_threads_change_nothing(keeping, monkeypatch):
    matrix, weights = data.clustered(3000, 32, 1), data.weights(3000, 1)
    monkeypatch.setattr(threads, "WORTH_A_THREAD", 1)
    found = []
    for number in (1, 3):
        with threadpool_limits(number):
            alone = run([Coverage("c", matrix)], 40, 3000)
            beside = run([Coverage("c", matrix), Weights("w", weights)], 40, 3000)
        found.append([alone.rows.tolist(), beside.rows.tolist()])
    assert found[0] == found[1]


def test_preselected_cover_already(keeping):
    matrix = data.clustered(600, 16, 5)
    picked, _ = naive(matrix, 30)
    found = run([Coverage("c", matrix)], 18, 600, preselected=picked[:12])
    assert found.rows.tolist() == picked[12:]


def test_weights_say_what_should_be_covered():
    matrix = np.eye(4, dtype=np.float32)
    found = run([Coverage("c", matrix, weights=np.array([1.0, 5.0, 0.0, 2.0]))], 4, 4)
    assert found.rows.tolist() == [1, 3, 0, 2]
    assert found.terms[:, 0].tolist() == [5, 2, 1, 0]


def test_length_does_not_matter_but_direction():
    rng = np.random.default_rng(0)
    matrix = data.clustered(300, 8, 2)
    longer = (matrix * rng.uniform(0.1, 90, (300, 1))).astype(np.float32)
    assert run([Coverage("c", longer)], 40, 300).rows.tolist() == run([Coverage("c", matrix)], 40, 300).rows.tolist()


def test_copies_add_nothing(keeping):
    matrix = np.repeat(data.clustered(9, 12, 0), 200, axis=0)
    found = run([Coverage("c", matrix)], 12, len(matrix))
    assert sorted(found.rows[:9] // 200) == list(range(9))
    assert found.gains[9:].tolist() == [0, 0, 0]
    assert found.rows[9:].tolist() == sorted(set(range(4)) - set(found.rows[:9].tolist()))[:3]


def test_a_reference_stands_for_all():
    matrix = data.clustered(500, 16, 7)
    reference = np.arange(0, 500, 5)
    found = run([Coverage("c", matrix, reference=reference, weights=np.full(100, 5.0))], 10, 500)
    nearest = nearest_cosines(matrix, reference, found.rows)
    assert found.terms.sum() == pytest.approx(5 * np.maximum(nearest, 0).sum(), rel=1e-5)


def test_a_run_goes_on_from_a_cover_that_is_known_elsewhere(keeping):
    matrix, weights = data.clustered(700, 16, 4), data.weights(140, 2)
    reference, first = np.arange(0, 700, 5), 12
    whole = run([Coverage("c", matrix, reference=reference, weights=weights)], 40, 700)
    chosen, vectors = whole.rows[:first], matrix[reference]
    covers = [np.maximum(nearest_cosines(matrix, reference, chosen[:n]), 0.0) for n in (0, first)]
    # the cosines of a run are those of double precision
    exact = vectors.astype(np.float64) / np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    wide = matrix[chosen].astype(np.float64)
    covers[1] = np.maximum(exact @ (wide / np.linalg.norm(wide, axis=1, keepdims=True)).T, 0.0).max(axis=1)
    bounds = rise_bounds(matrix, vectors, weights, covers[0])
    bounds = fallen(bounds, matrix, vectors, weights, (covers[0], covers[1]))
    assert (bounds[:, 0] <= bounds[:, 1]).all()
    assert (bounds[:, 1] - bounds[:, 0]).max() < 1e-2 * weights.sum()
    for known in (None, bounds):
        cover = Cover(covers[1], float(covers[1] @ weights), known)
        found = run([Coverage("c", matrix, reference=vectors, weights=weights, cover=cover)], 28, 700, chosen)
        assert found.rows.tolist() == whole.rows[first:].tolist()
        assert found.terms[:, 0] == pytest.approx(whole.terms[first:, 0], rel=1e-9)


def test_objects_are_covered_by_objects():
    matrix = np.eye(5, dtype=np.float32)
    objects = Objects(matrix, np.array([0, 1, 1, 4, 5]))
    found = run([Coverage("c", objects)], 4, 4)
    assert found.rows.tolist() == [2, 0, 3, 1]
    assert found.terms[:, 0].tolist() == [3, 1, 1, 0]


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        (lambda m: Coverage("c", m, weights=np.array([1.0, -1, 1])), "negative"),
        (lambda m: Coverage("c", m, weights=np.array([1.0, np.inf, 1])), "infinite"),
        (lambda m: Coverage("c", m, weights=np.ones(2)), "2,.* weights for 3 reference"),
        (lambda m: Coverage("c", m[:2]), "vectors of shape"),
        (lambda m: Coverage("c", Objects(m, np.array([0, 3]))), "objects of 1 rows, not 3"),
    ],
)
def test_what_does_not_fit_is_refused(declared, message):
    with pytest.raises(KernelInputError, match=message):
        run([declared(np.eye(3, dtype=np.float32))], 1, 3)


def test_it_joins_others_lazily_at_a_size_with_several_rungs(keeping):
    rows = 20_000
    matrix = data.clustered(rows, 8, 4)
    reference = np.arange(0, rows, 40)
    objectives = [Coverage("c", matrix, reference=reference), Diversity("d", matrix, 0.5)]
    found = run(objectives, 8, rows)
    smaller = Case(objectives, 8, np.isin(np.arange(rows), [*found.rows, *range(0, rows, 997)]), np.zeros(rows, bool))
    assert smaller.greedy().rows.tolist() == found.rows.tolist()


@pytest.mark.parametrize("count", range(9))
def test_rounds_hold_every_pair_once_and_no_number_twice_in_a_round(count):
    found = list(cosines.rounds(count))
    every = [frozenset(pair) for pairs_of_round in found for pair in pairs_of_round]
    assert len(set(every)) == len(every) == count * (count + 1) // 2
    for pairs_of_round in found[1:]:
        flat = [number for pair in pairs_of_round for number in pair]
        assert len(set(flat)) == len(flat)


@pytest.mark.parametrize("reference", [np.arange(90), np.arange(1, 90, 3)], ids=["all", "some"])
def test_sums_of_rows_that_are_the_reference_too_are_those_of_any_other_rows(monkeypatch, reference):
    monkeypatch.setattr(cosines, "BLOCK_COLUMNS", 16)
    monkeypatch.setattr(cosines, "BLOCK_ROWS", 16)
    matrix = data.clustered(90, 8, 1)
    weights = np.linspace(0, 2, len(reference)).astype(np.float32)
    cover = (np.linspace(0, 0.9, len(reference)).astype(np.float32), None)
    own, apart = (cosines.Cosines(matrix, None, given) for given in (reference, matrix[reference]))
    assert own.own(np.arange(90)) is not None
    assert apart.own(np.arange(90)) is None
    found, expected = (summed.sums(computed, np.arange(90), slice(None), weights, cover) for computed in (own, apart))
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-4)
    unit = matrix.astype(np.float64)
    exact = np.maximum(unit @ unit[reference].T - cover[0], 0) @ weights
    np.testing.assert_allclose(found, exact, rtol=1e-5, atol=1e-4)


def picks_one_by_one(monkeypatch, n):
    """A run whose second best is tried at every pick, its picker, and each pick before it is taken."""
    monkeypatch.setattr(most, "WORTH_TRYING", -1.0)
    every = np.ones(300, dtype=bool)
    running = Coverage("c", data.clustered(300, 8, 1)).start(Play(every, ~every, alone=True, order=BY_ROW))
    picker = running.picker(np.arange(300))
    for _ in range(n):
        row = picker.best()
        yield running, picker, row
        picker.took(row)


def test_the_best_stays_the_best_until_it_is_taken(monkeypatch):
    for running, picker, row in picks_one_by_one(monkeypatch, 60):
        assert picker.best() == row
        running.take(row)


@pytest.mark.parametrize("weight", [0.37, 10.0])
def test_many_equal_pairs_that_go_leave_nothing(weight):
    def row(**numbers):
        vector = np.zeros(6)
        for name, number in numbers.items():
            vector[int(name[1:])] = number
        vector[0] = np.sqrt(1 - (vector**2).sum())
        return vector

    reference = np.zeros((6002, 6), np.float32)
    reference[:3000, 1] = reference[3000, 2] = reference[3001, 3] = reference[3002:, 4] = 1
    weights = np.full(len(reference), weight)
    for seed in range(60):
        low, high = np.sort(np.random.default_rng(seed).uniform(0.1, 0.6, 2))
        rows = [row(_1=high, _2=0.5), row(_3=0.50002), row(_1=low, _4=0.75), row(_1=high + 0.05)]
        matrix = np.array(rows, np.float32)
        found = run([Coverage("c", matrix, reference=reference, weights=weights)], 4, 4)
        assert found.rows.tolist() == naive(matrix, 4, weights, reference)[0]


@pytest.mark.parametrize("heavy", [1e4, 1e6])
@pytest.mark.parametrize("room", [0, 4_000, 1 << 22])
def test_one_heavy_weight_among_many_light_ones(monkeypatch, heavy, room):
    monkeypatch.setattr(pairs, "PAIRS_A_ROW", 0)
    monkeypatch.setattr(pairs, "LEAST", room)
    weights = np.ones(120)
    weights[17] = heavy
    every = np.ones(120, dtype=bool)
    check(Case([Coverage("c", data.clustered(120, 8, 2), weights=weights)], 20, every, ~every))


def test_vectors_of_almost_no_length_have_their_direction():
    matrix = np.random.default_rng(0).standard_normal((6, 3)).astype(np.float32)
    short = matrix.copy()
    short[[0, 4]] *= np.float32(1e-40)
    assert run([Coverage("c", short)], 4, 6).rows.tolist() == naive(short, 4)[0]


def test_weights_that_single_precision_cannot_add_up_are_refused():
    matrix = data.clustered(6, 4, 0)
    with pytest.raises(KernelInputError, match="weights add up to more than"):
        run([Coverage("c", matrix, weights=np.full(6, 1e39))], 2, 6)


def test_the_least_of_a_pick_is_what_it_adds(monkeypatch):
    small(monkeypatch)
    never_listed(monkeypatch)
    for running, _, row in picks_one_by_one(monkeypatch, 40):
        least = running.least(row)
        assert running.take(row) == pytest.approx(least, rel=1e-9)


def test_the_least_of_a_row_without_objects_is_0():
    matrix = data.clustered(3, 4, 0)
    every = np.ones(3, dtype=bool)
    objects = Objects(matrix, np.array([0, 2, 2, 3]))
    running = Coverage("c", objects).start(Play(every, ~every, alone=True, order=BY_ROW))
    assert running.least(1) == 0.0
    assert running.least(0) > 0.0


def test_bounds_apart_from_a_run_add_up_no_more_than_they_say(monkeypatch):
    matrix = data.clustered(40, 4, 0)
    monkeypatch.delattr(cosines.Cosines, "visit_own")
    bounds = rise_bounds(matrix, matrix, np.ones(40), np.zeros(40))
    exact = np.maximum(matrix.astype(float) @ matrix.T.astype(float), 0).sum(axis=1)
    assert (bounds[:, 0] <= exact).all()
    assert (exact <= bounds[:, 1]).all()


@pytest.mark.parametrize("weights", [np.zeros(200), np.ones(200), np.linspace(0, 5, 200)], ids=["0", "1", "any"])
def test_bounds_that_became_loose_are_made_tighter_and_decide_the_same(monkeypatch, weights):
    small(monkeypatch)
    never_listed(monkeypatch)
    monkeypatch.setattr(most, "SETTLED", 0)
    matrix = data.isotropic(200, 6, 4)
    # no more, as two rows that cover no others than each other tie
    found = run([Coverage("c", matrix, weights=weights)], 35, 200)
    assert found.rows.tolist() == (naive(matrix, 35, weights)[0] if weights.any() else list(range(35)))
