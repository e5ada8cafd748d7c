"""The full summary: a selection beside a random one, beside each objective alone, and its coverage."""

import numpy as np
import pytest

import sqlsel
from sqlsel.errors import UsageError
from sqlsel.selection import drawing
from tests import pool as p

BALANCE = {"type": "BALANCE", "target": {"sunny": 0.5, "rainy": 0.5}}
CHOSEN = p.config(12, (p.EMBEDDINGS, p.DIVERSITY), (p.DOUBT, p.WEIGHTS), (p.WEATHER_KEY, BALANCE))


@pytest.fixture
def pool(db):
    made = p.make_pool(80, 0)
    db.ingest(made.table(), dataset="pool", **p.MAPPING)
    return made


def distances(pool, rows):
    wide = pool.vectors.astype(np.float64)
    return np.linalg.norm(wide[:, None] - wide[None, rows], axis=2)


def test_each_objective_is_best_alone_and_above_random(db, pool):
    summary = db.select(CHOSEN, dataset="pool").summary(full=True)
    diversity, doubt, weather = summary["objectives"]
    assert diversity["alone"]["smallest_distance"] >= diversity["reached"]["smallest_distance"]
    assert diversity["reached"]["smallest_distance"] > diversity["random"]["smallest_distance"]
    assert doubt["alone"]["mean"] >= doubt["reached"]["mean"] > doubt["random"]["mean"]
    assert doubt["alone"]["mean"] == pytest.approx(np.sort(pool.score)[-12:].mean())
    assert weather["alone"]["l1"] <= weather["reached"]["l1"] < weather["random"]["l1"]


def test_coverage_is_the_distance_of_candidates_to_the_nearest_pick(db, pool):
    selection = db.select(CHOSEN, dataset="pool")
    curve = selection.summary(full=True)["coverage"]["selected"]
    rows = [pool.ids.index(name) for name in selection.sample_ids]
    assert curve["n"][0] == 1
    assert curve["n"][-1] == 12
    for n, mean, largest in zip(curve["n"], curve["mean"], curve["largest"], strict=True):
        nearest = distances(pool, rows[:n]).min(axis=1)
        assert mean == pytest.approx(nearest.mean(), abs=1e-4)
        assert largest == pytest.approx(nearest.max(), abs=1e-4)


def test_selections_that_sql_makes_are_compared_too(db, pool):
    chosen = p.config(10, (p.DOUBT, p.WEIGHTS))
    summary = db.select(chosen, dataset="pool").summary(full=True)
    assert summary["objectives"][0]["alone"] == pytest.approx(summary["objectives"][0]["reached"])
    assert "coverage" not in summary


def test_large_pools_are_sampled_unless_told_otherwise(db, pool, monkeypatch):
    monkeypatch.setattr(drawing, "SAMPLE", 30)
    selection = db.select(CHOSEN, dataset="pool")
    assert selection.summary(full=True)["sample"] == {"candidates": 30, "of": 80}
    assert selection.summary(full=True, exact=True)["sample"] == {"candidates": 80, "of": 80}


def test_preselected_samples_count_as_chosen(db, pool):
    db.select(CHOSEN, dataset="pool", tag="round-1")
    second = db.select(CHOSEN, dataset="pool", preselected=db.select(CHOSEN, dataset="pool").sample_ids)
    curve = second.summary(full=True)["coverage"]["selected"]
    assert curve["mean"][-1] < db.select(CHOSEN, dataset="pool").summary(full=True)["coverage"]["selected"]["mean"][-1]


def test_it_needs_the_database_open():
    with sqlsel.connect() as db:
        db.ingest(p.make_pool(20, 0).table(), dataset="pool", **p.MAPPING)
        selection = db.select(CHOSEN, dataset="pool")
    with pytest.raises(UsageError, match="closed"):
        selection.summary(full=True)
    at_once = sqlsel.select(p.make_pool(20, 0).table(), CHOSEN, **p.MAPPING)
    assert at_once.summary(full=True)["sample"]["of"] == 20


def test_a_negative_strength_asks_for_low_values(db):
    made = p.make_pool(20, 0)
    db.ingest(made.table(), dataset="pool", **p.MAPPING)
    for strength, word in ((2, "high"), (-2, "low")):
        config = p.config(3, (p.DOUBT, {"type": "WEIGHTS", "strength": strength}))
        (objective,) = db.select(config, dataset="pool").summary()["objectives"]
        assert objective["asked"] == f"{word} values"
        assert f"{word} score doubt" in str(db.explain(config, dataset="pool"))
