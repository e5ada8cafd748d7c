"""Rows in pieces, however they are cut: the same table as from all rows at once."""

from __future__ import annotations

import pickle
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sqlsel
from sqlsel.engines.duckdb.engine import DuckDBEngine
from sqlsel.selection import by_pieces
from sqlsel.selection.scattered import dense, running
from tests import pool as p


class Cut:
    """Pieces in this process. What goes in and out is pickled, as it is where workers are elsewhere."""

    def __init__(self, batches, read, count, seed):
        import pyarrow as pa

        table = pa.Table.from_batches(batches)
        for number, field in enumerate(table.schema):
            if pa.types.is_fixed_size_list(field.type):
                table = table.set_column(number, field.name, table.column(number).cast(pa.list_(field.type.value_type)))
        cut = np.random.default_rng(seed).integers(0, count, len(table))
        self.count, self.jobs, self.most = count, 0, 0
        self._pieces = [read(table.filter(pa.array(cut == number)).to_batches()) for number in range(count)]
        self._kept = [None] * count

    def step(self, work):
        self.jobs += 1
        work = pickle.loads(pickle.dumps(work))
        both = [work(*each) for each in zip(self._pieces, self._kept, strict=True)]
        self._kept = [keeps for keeps, _ in both]
        answers = [pickle.dumps(answer) for _, answer in both]
        self.most = max(self.most, sum(map(len, answers)))
        return [pickle.loads(answer) for answer in answers]


@pytest.fixture
def in_pieces(monkeypatch):
    """Lets selections run in pieces; returns what to set for them, and the pieces that were made."""
    state = {"count": 3, "seed": 0, "made": []}

    @contextmanager
    def pieces(self, query, read):
        found = Cut(list(self.batches(query)), read, state["count"], state["seed"])
        state["made"].append(found)
        yield found

    def arm(*, count=3, rows=24, least=2, block=1 << 10):
        state.update(count=count, made=[])
        monkeypatch.setattr(DuckDBEngine, "spreads", True)
        monkeypatch.setattr(DuckDBEngine, "rows_in_order", False)
        monkeypatch.setattr(DuckDBEngine, "pieces", pieces)
        monkeypatch.setattr(running, "POOL_ROWS", rows)
        monkeypatch.setattr(running, "LEAST_ROWS", least)
        monkeypatch.setattr(dense, "BLOCK_BYTES", block)
        return state["made"]

    def disarm():
        monkeypatch.setattr(DuckDBEngine, "spreads", False)
        monkeypatch.setattr(DuckDBEngine, "rows_in_order", True)

    arm.disarm = disarm
    return arm


def strategy(kind, strength=1.0, **more):
    return {"type": kind, "strength": strength, **more}


NEAR_FIRST = {"type": "EMBEDDINGS", "query_sample_ids": ["s000", "s001"]}
# enough for some of them to have objects with vectors, whatever the pool
OBJECTS_FIRST = {**p.OBJECTS, "query_sample_ids": [f"s{number:03}" for number in range(16)]}
OBJECTIVES = {
    "objects": (p.OBJECTS, "DIVERSITY", {}),
    "objects apart": (p.OBJECTS, "DIVERSITY", {"stopping_condition_minimum_distance": 0.9}),
    "objects near": (OBJECTS_FIRST, "SIMILARITY", {}),
    "dense": (p.EMBEDDINGS, "TYPICALITY", {"num_nearest_neighbors": 5}),
    "dense enough": (p.EMBEDDINGS, "TYPICALITY", {"stopping_condition_minimum_typicality": 0.36}),
    "dense objects": (p.OBJECTS, "TYPICALITY", {"num_nearest_neighbors": 3}),
    "diversity": (p.EMBEDDINGS, "DIVERSITY", {}),
    "apart": (p.EMBEDDINGS, "DIVERSITY", {"stopping_condition_minimum_distance": 0.9}),
    "similarity": (NEAR_FIRST, "SIMILARITY", {}),
    "cover": (p.EMBEDDINGS, "COVERAGE", {}),
    "cover some": (p.EMBEDDINGS, "COVERAGE", {"reference_samples": 30, "weight": p.DOUBT}),
    "score": (p.DOUBT, "WEIGHTS", {}),
    "brightness": (p.BRIGHTNESS, "WEIGHTS", {"stopping_condition_max_sum": 6.0}),
    "range": (p.BRIGHTNESS, "WEIGHTS", {"target_range": {"min_sum": 1.0, "max_sum": 5.0}}),
    "weather": (p.WEATHER_KEY, "BALANCE", {"target": {"sunny": 0.5, "rainy": 0.2}}),
    "even weather": (p.WEATHER_KEY, "BALANCE", {"distribution": "UNIFORM"}),
    "weather as it is": (p.WEATHER_KEY, "BALANCE", {"distribution": "INPUT"}),
    "scenes": (p.SCENE, "BALANCE", {"target": {"bus": 0.5, "dog": 0.2}}),
    "even scenes": (p.SCENE, "BALANCE", {"distribution": "UNIFORM"}),
    "scenes as they are": (p.SCENE, "BALANCE", {"distribution": "INPUT"}),
    "things": (p.THINGS, "BALANCE", {"target": {"bus": 0.7, "dog": 0.3}}),
    "predicted things": (p.THINGS, "BALANCE", {"distribution": "UNIFORM", "count": "PREDICTED"}),
}


ON_VECTORS = (
    "diversity",
    "apart",
    "similarity",
    "dense",
    "dense enough",
    "cover",
    "cover some",
    "objects",
    "objects apart",
    "objects near",
)
"""Objectives that look at vectors, of samples or of objects, one of each kind and bound."""


def declared(n, names, strengths, limits=()):
    objectives = []
    for name, strength in zip(names, strengths, strict=False):
        looked, kind, more = OBJECTIVES[name]
        objectives.append((looked, strategy(kind, strength, **more)))
    found = p.config(n, *objectives)
    return {**found, "limits": list(limits)} if limits else found


def both(in_pieces, pool, config, count, mapping=p.MAPPING, **asked):
    """The selection from all rows at once, and from pieces; and the pieces."""
    with sqlsel.connect() as db:
        db.ingest(pool.table(), dataset="pool", **mapping)
        in_pieces.disarm()
        whole = db.select(config, dataset="pool", **asked)
        made = in_pieces(count=count)
        return whole, db.select(config, dataset="pool", **asked), made


def assert_same(whole, cut, *, notices=()):
    assert cut.to_arrow().equals(whole.to_arrow())
    here, there = whole.summary(), cut.summary()
    for key in ("stop", "candidates", "left_out"):
        assert there[key] == here[key]
    assert sorted(there["notices"]) == sorted([*here["notices"], *notices])
    for left, right in zip(here["objectives"], there["objectives"], strict=True):
        assert right["reached"].keys() == left["reached"].keys()
        for key, value in left["reached"].items():
            inexact = isinstance(value, float)
            assert right["reached"][key] == (pytest.approx(value, rel=1e-12) if inexact else value)


@pytest.mark.parametrize("strength", [1.0, 0.5, 0.0, -1.0])
@pytest.mark.parametrize(
    "name",
    [
        *ON_VECTORS,
        "dense objects",
        "scenes",
        "even scenes",
        "scenes as they are",
        "things",
        "predicted things",
    ],
)
def test_alone(in_pieces, name, strength):
    whole, cut, made = both(in_pieces, p.make_pool(150, 3), declared(40, [name], [strength]), 4)
    assert_same(whole, cut)
    assert len(made) == 1


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    names=st.lists(st.sampled_from(sorted(OBJECTIVES)), min_size=2, max_size=4, unique=True),
    strengths=st.lists(st.sampled_from([1.0, 0.5, 2.0, -1.0]), min_size=4, max_size=4),
    count=st.sampled_from([1, 2, 5, 100]),
    data=st.integers(0, 1000),
    before=st.sampled_from([None, ["s003"], ["s003", "s017", "s020"]]),
    limit=st.sampled_from([(), ({"key": "weather", "max": 6},)]),
)
def test_combinations(in_pieces, names, strengths, count, data, before, limit):
    if not any(OBJECTIVES[name][0]["type"] == "EMBEDDINGS" for name in names):
        names = ["diversity", *names]
    config = declared(25, names, [1.0, *strengths], limit)
    whole, cut, made = both(in_pieces, p.make_pool(90, data, lacking=0.1), config, count, preselected=before)
    assert_same(whole, cut)
    assert len(made) == 1


@pytest.mark.parametrize("looked", [p.EMBEDDINGS, p.OBJECTS], ids=["samples", "objects"])
@pytest.mark.parametrize("scale", [1.0, 3.0], ids=["unit", "raw"])
def test_queries_of_a_file_are_scaled_as_the_vectors_are(in_pieces, tmp_path, looked, scale):
    pool = p.make_pool(60, 9)
    pool.vectors[:] *= scale
    np.save(tmp_path / "queries.npy", np.random.default_rng(1).standard_normal((3, p.WIDTH)).astype(np.float32))
    config = p.config(20, ({**looked, "query_file": str(tmp_path / "queries.npy")}, strategy("SIMILARITY")))
    whole, cut, made = both(in_pieces, pool, config, 4, mapping={**p.MAPPING, "normalize": False})
    assert_same(whole, cut)
    assert len(made) == 1


def test_copies_of_one_sample_are_taken_in_the_order_of_ties(in_pieces):
    pool = p.make_pool(120, 5)
    pool.vectors[:] = pool.vectors[np.arange(120) % 3]
    assert_same(*both(in_pieces, pool, declared(60, ["diversity"], [1.0]), 5)[:2])


@pytest.mark.parametrize("beside", [[], ["score"], ["weather", "similarity"]], ids="+".join)
def test_copies_that_stay_behind_may_be_the_nearest_to_a_pick(in_pieces, beside):
    pool = p.make_pool(160, 5)
    pool.vectors[:] = pool.vectors[np.arange(160) % 20]
    config = declared(90, ["diversity", *beside], [-1.0, 0.5, 0.5])
    assert_same(*both(in_pieces, pool, config, 5)[:2])


def test_a_negative_number_shifts_all_of_them(in_pieces):
    pool = p.make_pool(80, 6)
    pool.brightness[11] = -3.0
    whole, cut, _ = both(in_pieces, pool, declared(20, ["score", "diversity"], [1.0, 1.0]), 4)
    assert_same(whole, cut)
    config = p.config(20, (p.BRIGHTNESS, strategy("WEIGHTS")), (p.EMBEDDINGS, strategy("DIVERSITY")))
    assert_same(*both(in_pieces, pool, config, 4)[:2])


def test_what_has_one_number_or_class_a_row_runs_as_before(in_pieces):
    config = declared(10, ["score", "weather"], [1.0, 1.0])
    whole, cut, made = both(in_pieces, p.make_pool(40, 7), config, 3)
    assert_same(whole, cut)
    assert not made


@pytest.mark.parametrize("strength", [1.0, -1.0])
def test_few_jobs_are_enough(in_pieces, strength):
    from tests.benchmarks.data import clustered

    pool = p.make_pool(4000, 8)
    pool.vectors = clustered(4000, p.WIDTH, 1)
    with sqlsel.connect() as db:
        db.ingest(pool.table(), dataset="pool", **p.MAPPING)
        made = in_pieces(count=4, rows=1024, least=16)
        assert len(db.select(declared(200, ["diversity"], [strength]), dataset="pool")) == 200
    assert made[0].jobs <= 4 * np.log2(200)


def test_few_jobs_are_enough_to_cover(in_pieces, monkeypatch):
    from tests.benchmarks.data import clustered

    pool = p.make_pool(6000, 8)
    pool.vectors = clustered(6000, p.WIDTH, 1)
    # a job shows no more, however few picks the last one brought
    monkeypatch.setattr(by_pieces.run_in_pieces, "__defaults__", (512 * 4 * p.WIDTH,))
    with sqlsel.connect() as db:
        db.ingest(pool.table(), dataset="pool", **p.MAPPING)
        made = in_pieces(count=4, rows=512, least=16)
        assert len(db.select(declared(200, ["cover"], [1.0]), dataset="pool")) == 200
    assert made[0].jobs <= 4 * np.log2(200)


def test_what_comes_from_the_workers_does_not_grow_with_the_rows(in_pieces):
    from tests.benchmarks.data import clustered

    most = []
    for rows in (1000, 4000):
        pool = p.make_pool(rows, 8)
        pool.vectors = clustered(rows, p.WIDTH, 1)
        config = declared(50, ["diversity", "dense", "score"], [1.0, 1.0, 1.0])
        with sqlsel.connect() as db:
            db.ingest(pool.table(), dataset="pool", **p.MAPPING)
            made = in_pieces(count=4, rows=128, least=16, block=1 << 12)
            assert len(db.select(config, dataset="pool")) == 50
        most.append(made[0].most)
    assert most[1] < 1.2 * most[0]
