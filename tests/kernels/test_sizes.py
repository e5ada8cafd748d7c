"""Picks do not depend on how the work is cut: rungs, blocks, threads, storage order."""

from __future__ import annotations

import contextlib
from unittest import mock

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from sqlsel.kernels import (
    Balance,
    Coverage,
    Diversity,
    KernelInputError,
    Late,
    Limit,
    Weights,
    between,
    greedy,
    ladder,
    mixes,
    nearest,
    queues,
    ranked,
    threads,
)
from sqlsel.kernels.cover import cosines, listed, lists, most, pairs, sampled, shown
from tests.kernels import oracle
from tests.kernels.cases import KINDS, balance, cases, coverage, diversity, moved, object_coverage, object_diversity
from tests.kernels.test_greedy import check

CUTS = {
    "one row a block": {
        (ladder, "RUNGS"): (6, 3, 1),
        (ladder, "WIDE"): 4,
        (nearest, "BLOCK_ROWS"): 1,
        (nearest, "BLOCK_CENTRES"): 1,
        (nearest, "FIRST_CENTRES"): 1,
        (nearest, "FEW_CENTRES"): 0,
        (nearest, "PRODUCT_NUMBERS"): 1,
        (between, "BATCH"): 1,
        (ranked, "FIRST_RANKS"): 1,
        (ranked, "CHUNK"): 1,
        (mixes, "MOST_GROUPS"): 0,
        (mixes, "BLOCK_ROWS"): 1,
        (queues, "STEP"): 1,
        (threads, "WORTH_A_THREAD"): 1,
        (cosines, "BLOCK_ITEMS"): 1,
        (cosines, "BLOCK_COLUMNS"): 1,
        (cosines, "WIDE_COLUMNS"): 1,
        (cosines, "BLOCK_ROWS"): 1,
        (listed, "BLOCK_COLUMNS"): 1,
        (shown, "FEW"): 1,
        (shown, "FEW_OF"): 1 << 30,
        (shown, "MOST_FRESH"): 2,
        (pairs, "PAIRS_A_ROW"): 0,
        (pairs, "LEAST"): 0,
        (shown, "AHEAD"): 1,
        (most, "SETTLED"): 0,
        (most, "WORTH_TRYING"): -1.0,
        (pairs, "TURN_OF"): 0,
        (sampled, "NUMBERS"): 1,
    },
    "small blocks": {
        (ladder, "RUNGS"): (9, 2),
        (nearest, "BLOCK_ROWS"): 4,
        (nearest, "BLOCK_CENTRES"): 3,
        (nearest, "FIRST_CENTRES"): 2,
        (nearest, "FEW_CENTRES"): 2,
        (nearest, "PRODUCT_NUMBERS"): 40,
        (between, "BATCH"): 3,
        (ranked, "FIRST_RANKS"): 4,
        (ranked, "CHUNK"): 2,
        (mixes, "MOST_GROUPS"): 0,
        (cosines, "BLOCK_ITEMS"): 4,
        (cosines, "BLOCK_COLUMNS"): 3,
        (cosines, "WIDE_COLUMNS"): 5,
        (cosines, "BLOCK_ROWS"): 4,
        (listed, "BLOCK_COLUMNS"): 3,
        (listed, "CHUNK"): 7,
        (listed, "TOGETHER"): 3,
        (lists, "TOGETHER"): 5,
        (lists, "LONG"): 1,
        (pairs, "TURN_OF"): 1,
        (listed, "TOGETHER_PAIRS"): 10,
        (shown, "FEW"): 3,
        (shown, "FEW_OF"): 1 << 30,
        (shown, "MOST_FRESH"): 8,
        (pairs, "PAIRS_A_ROW"): 0,
        (pairs, "LEAST"): 60,
        (shown, "WORTH_LISTING"): 0.5,
        (shown, "AHEAD"): 2,
        (most, "SETTLED"): 3,
        (most, "WORTH_TRYING"): 0.1,
        (most, "PICKS"): 2,
    },
}


@contextlib.contextmanager
def cut(sizes):
    with contextlib.ExitStack() as stack:
        for (module, name), size in sizes.items():
            stack.enter_context(mock.patch.object(module, name, size))
        yield


@pytest.mark.parametrize("sizes", CUTS.values(), ids=CUTS.keys())
@pytest.mark.parametrize(
    "kinds",
    [KINDS, [balance], [diversity], [diversity, balance], [coverage, object_coverage]],
    ids=["any", "b", "d", "db", "c"],
)
def test_any_cut_gives_the_definition(sizes, kinds):
    @given(case=cases(kinds=kinds, most_rows=30, most_objectives=1 if len(kinds) == 1 else 3))
    @settings(max_examples=150, deadline=None)
    def any_cut(case):
        with cut(sizes):
            check(case)

    any_cut()


def clustered(rng, rows, width, centres=20):
    middle = rng.standard_normal((centres, width))
    matrix = middle[rng.integers(0, centres, rows)] + 0.5 * rng.standard_normal((rows, width))
    return (matrix / np.linalg.norm(matrix, axis=1, keepdims=True)).astype(np.float32)


def medium(rng, rows=3000):
    labels = np.eye(5)[rng.choice(5, rows, p=[0.5, 0.3, 0.1, 0.06, 0.04])]
    return [
        Diversity("d", clustered(rng, rows, 16)),
        Weights("w", rng.random(rows)),
        Balance("b", labels, np.full(5, 0.2)),
        Balance("s", rng.dirichlet(np.ones(5), rows), np.array([0.4, 0.3, 0.1, 0.1, 0.1])),
        Coverage("c", clustered(rng, rows, 12)),
    ]


def picks(objectives, n, rows):
    return greedy(objectives, n=n, candidates=np.ones(rows, bool), preselected=np.zeros(rows, bool)).rows


@pytest.mark.parametrize("chosen", [[0], [0, 1], [0, 2], [1, 2], [0, 1, 2], [3], [0, 3], [0, 1, 2, 3]])
def test_thousands_of_rows_equal_the_definition(chosen):
    rng = np.random.default_rng(11)
    objectives = [medium(rng, 1500)[k] for k in chosen]
    rows = oracle.select_fast(objectives, 300, 1500)
    assert picks(objectives, 300, 1500).tolist() == rows


@pytest.mark.parametrize("chosen", [[0], [0, 1, 2], [4], [4, 1]])
def test_any_number_of_threads_gives_the_same_picks(chosen):
    objectives = [medium(np.random.default_rng(12))[k] for k in chosen]
    found = []
    for count in (1, 2, 4):
        with threadpool_limits(count), mock.patch.object(threads, "WORTH_A_THREAD", 1):
            found.append(picks(objectives, 400, 3000).tolist())
    assert found[0] == found[1] == found[2]


def test_memory_layout_does_not_matter():
    matrix = clustered(np.random.default_rng(13), 2000, 16)
    rows = picks([Diversity("d", matrix)], 200, 2000)
    assert picks([Diversity("d", np.asfortranarray(matrix))], 200, 2000).tolist() == rows.tolist()
    wide = np.zeros((2000, 40), np.float32)
    wide[:, 3:19] = matrix
    assert picks([Diversity("d", wide[:, 3:19])], 200, 2000).tolist() == rows.tolist()


def late(order):
    """The order of rows whose places it holds, found when it is asked for."""
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))

    def made(candidates):
        return Late(int(candidates.sum()), lambda: int(order[candidates[order]][0]), lambda: ranks)

    return made


@pytest.mark.parametrize("sizes", [{}, *CUTS.values()], ids=["as it is", *CUTS])
def test_rows_in_any_storage_order_give_the_picks_of_the_order_of_ties(sizes):
    kinds = [diversity, object_diversity, coverage, object_coverage]

    @given(case=cases(kinds=kinds, most_rows=30), seed=st.integers(0, 2**32 - 1))
    @settings(max_examples=150, deadline=None)
    def any_storage(case, seed):
        assume(all(objective.strength > 0 for objective in case.objectives))
        stored = np.random.default_rng(seed).permutation(len(case.candidates))
        place = np.argsort(stored)
        with cut(sizes):
            expected = case.greedy()
            found = greedy(
                [moved(objective, stored) for objective in case.objectives],
                n=case.n,
                candidates=case.candidates[stored],
                preselected=case.preselected[stored],
                limits=[Limit(each.name, each.groups[stored], each.most) for each in case.limits],
                order=late(place)((case.candidates & ~case.preselected)[stored]),
            )
        assert stored[found.rows].tolist() == expected.rows.tolist()
        np.testing.assert_allclose(found.terms, expected.terms, rtol=1e-9, atol=1e-12)

    any_storage()


def test_an_order_is_not_worked_out_where_nothing_ties():
    rng = np.random.default_rng(5)
    matrix = clustered(rng, 3000, 16)
    every = np.ones(3000, dtype=bool)

    def never():
        raise AssertionError("nothing ties but the first")

    found = greedy(
        [Diversity("d", matrix)], n=100, candidates=every, preselected=~every, order=Late(3000, lambda: 7, never)
    )
    assert found.rows[0] == 7
    moved_up = np.concatenate([[7], np.delete(np.arange(3000), 7)])
    expected = greedy([Diversity("d", matrix[moved_up])], n=100, candidates=every, preselected=~every)
    assert found.rows.tolist() == moved_up[expected.rows].tolist()


def test_an_objective_that_ranks_rows_itself_refuses_another_order():
    every = np.ones(3, dtype=bool)
    order = Late(3, lambda: 2, lambda: np.array([2, 1, 0]))
    with pytest.raises(KernelInputError, match="the lower of two that tie"):
        greedy([Weights("w", np.ones(3))], n=1, candidates=every, preselected=~every, order=order)
