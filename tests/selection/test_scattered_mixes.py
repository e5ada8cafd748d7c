"""BALANCE of rows that mix classes, in pieces: the same table, in few jobs, with little that moves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sqlsel
from sqlsel.selection.richest import Richest
from tests import pool as p
from tests.selection.test_scattered import assert_same, both, declared, in_pieces, strategy

__all__ = ["in_pieces"]

SOME = [[0.2, 0.3, 0.5], [0.9, 0.05, 0.05], [0.25, 0.25, 0.5], [0.0, 0.0, 1.0]]


def with_scenes(count, seed, draw):
    pool = p.make_pool(count, seed)
    rng = np.random.default_rng(seed)
    pool.probabilities = [[float(share) for share in draw(rng)] for _ in range(count)]
    return pool


@pytest.mark.parametrize("names", [["scenes"], ["even scenes", "diversity"]], ids=" and ".join)
@pytest.mark.parametrize("strength", [1.0, -1.0])
@pytest.mark.parametrize(
    "draw",
    [lambda rng: SOME[rng.integers(len(SOME))], lambda rng: np.eye(3)[rng.integers(3)]],
    ids=["few different rows", "one class each"],
)
def test_rows_that_repeat_are_taken_in_the_order_of_ties(in_pieces, names, strength, draw):
    pool = with_scenes(120, 2, draw)
    whole, cut, made = both(in_pieces, pool, declared(60, names, [strength, 1.0]), 4)
    assert_same(whole, cut)
    assert len(made) == 1


@pytest.mark.parametrize("name", ["scenes", "things"])
def test_limits_and_preselected_rows_without_an_input(in_pieces, name):
    pool = p.make_pool(120, 5, lacking=0.3)
    lacking = [key for key, row in zip(pool.ids, pool.probabilities, strict=True) if row is None][:3]
    config = declared(40, [name], [1.0], [{"key": "weather", "max": 9}])
    whole, cut, _ = both(in_pieces, pool, config, 5, preselected=[*lacking, "s001", "s002"])
    assert_same(whole, cut)


def test_a_threshold_comes_first(in_pieces):
    config = p.config(
        20,
        (p.DOUBT, strategy("THRESHOLD", threshold=0.4, operation="BIGGER")),
        (p.SCENE, strategy("BALANCE", distribution="INPUT")),
    )
    del config["strategies"][0]["strategy"]["strength"]
    assert_same(*both(in_pieces, p.make_pool(100, 6), config, 3)[:2])


def peaked(rng):
    logits = rng.standard_normal(3) + 4.0 * np.eye(3)[rng.choice(3, p=[0.6, 0.3, 0.1])]
    found = np.exp(logits)
    return found / found.sum()


@pytest.mark.parametrize("names", [["even scenes"], ["even scenes", "diversity", "score"]], ids=" and ".join)
def test_few_jobs_are_enough(in_pieces, names):
    pool = with_scenes(4000, 8, peaked)
    with sqlsel.connect() as db:
        db.ingest(pool.table(), dataset="pool", **p.MAPPING)
        made = in_pieces(count=4, rows=1024, least=16)
        assert len(db.select(declared(200, names, [1.0, 1.0, 1.0]), dataset="pool")) == 200
    assert made[0].jobs <= 4 * np.log2(200)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.0]), min_size=3, max_size=3), max_size=30),
    count=st.integers(0, 12),
    cut=st.integers(1, 4),
    each=st.integers(1, 12),
)
def test_the_richest_of_all_are_among_the_richest_of_each(rows, count, cut, each):
    matrix = np.array(rows, dtype=float).reshape(-1, 3)
    best = Richest.of(matrix, count)
    for number in range(3):
        order = sorted((-row[number], math.fsum(row)) for row in rows)[:count]
        assert best.numbers[number].tolist() == [-first for first, _ in order]
        assert best.totals[number].tolist() == [total for _, total in order]
    several = [Richest.of(matrix[begin::cut], min(each, count)) for begin in range(cut)]
    found = Richest.joined(several, count)
    if not any(one.lacks(found, count) for one in several):
        assert [one.tolist() for one in found.numbers] == [one.tolist() for one in best.numbers]
        assert found.shares(np.ones(3)).tolist() == best.shares(np.ones(3)).tolist()
    else:
        assert each < count
