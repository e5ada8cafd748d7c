"""Two tags beside each other, against plain numpy."""

import json

import numpy as np
import pyarrow as pa
import pytest

from sqlsel.errors import ConfigError, UsageError
from sqlsel.measuring import comparing
from sqlsel.measuring.comparison import TO_THE_TAG
from sqlsel.selection.objectives import KINDS
from tests import pool as p

BALANCE = {"type": "BALANCE", "target": {"sunny": 0.5, "rainy": 0.25}}
FAR = p.config(15, (p.EMBEDDINGS, p.DIVERSITY), (p.WEATHER_KEY, BALANCE))
HEAVY = p.config(10, (p.DOUBT, p.WEIGHTS))


@pytest.fixture
def pool(db):
    made = p.make_pool(80, 0)
    db.ingest(made.table(), dataset="pool", **p.MAPPING)
    db.select(FAR, dataset="pool", tag="far")
    db.select(HEAVY, dataset="pool", tag="heavy")
    return made


def rows_of(db, pool, tag, *, picks_only=False):
    ranked = " AND rank IS NOT NULL" if picks_only else ""
    found = db.engine.rows(f"SELECT sample_id FROM pool.tags WHERE tag = '{tag}'{ranked}")
    return [pool.ids.index(name) for (name,) in found]


def put(db, tag, ids):
    db.connection.execute("INSERT INTO pool.tags SELECT ?, unnest(?), NULL", [tag, ids])


def value(found, objective, measure, side, category=None):
    (row,) = [
        each
        for each in found.measures
        if (each.objective, each.measure, each.category) == (objective, measure, category)
    ]
    return getattr(row, side)


def distances(pool, a, b):
    wide = pool.vectors.astype(np.float64)
    return np.linalg.norm(wide[a][:, None] - wide[b][None], axis=2)


def test_the_overlap(db, pool):
    a, b = (set(rows_of(db, pool, tag)) for tag in ("far", "heavy"))
    overlap = db.compare("far", "heavy", dataset="pool").overlap
    assert (overlap.kind, overlap.a, overlap.b, overlap.both) == ("samples", 15, 10, len(a & b))
    assert overlap.jaccard == pytest.approx(len(a & b) / len(a | b))
    assert db.compare("far", "far", dataset="pool").overlap.jaccard == 1
    assert db.compare("datapool", "initial-tag", dataset="pool").overlap.both == len(a | b)


@pytest.mark.parametrize(("side", "tag"), [("a", "far"), ("b", "heavy")])
def test_each_tag_is_measured_by_the_objectives_of_both(db, pool, side, tag):
    found = db.compare("far", "heavy", dataset="pool")
    rows = rows_of(db, pool, tag)
    between = distances(pool, rows, rows)
    assert value(found, "diversity", "smallest distance", side) == pytest.approx(
        between[~np.eye(len(rows), dtype=bool)].min()
    )
    assert value(found, "weights:scene/doubt", "mean", side) == pytest.approx(np.mean([pool.score[i] for i in rows]))
    shares = {name: sum(pool.weather[i] == name for i in rows) / len(rows) for name in ("sunny", "rainy")}
    # samples without a class are in no share
    known = sum(pool.weather[i] is not None for i in rows) / len(rows)
    shares = {name: share / known for name, share in shares.items()}
    others = 1 - sum(shares.values())
    off = abs(shares["sunny"] - 0.5) + abs(shares["rainy"] - 0.25) + abs(others - 0.25)
    assert value(found, "balance:weather", "distance from target", side) == pytest.approx(off)
    assert value(found, "balance:weather", "share", side, "sunny") == pytest.approx(shares["sunny"])
    assert value(found, "balance:weather", "share", side, "others") == pytest.approx(others)
    nearest = distances(pool, np.arange(80), rows).min(axis=1)
    assert value(found, TO_THE_TAG, "mean distance", side) == pytest.approx(nearest.mean(), abs=1e-4)
    assert value(found, TO_THE_TAG, "largest distance", side) == pytest.approx(nearest.max(), abs=1e-4)


def test_which_is_better(db, pool):
    found = db.compare("far", "heavy", dataset="pool")
    assert value(found, "diversity", "smallest distance", "better") == "a"
    assert value(found, "weights:scene/doubt", "mean", "better") == "b"
    assert value(found, "balance:weather", "distance from target", "better") == "a"
    assert value(found, "balance:weather", "share", "better", "sunny") is None
    turned = {"type": "WEIGHTS", "strength": -1}
    low = db.compare("far", "heavy", dataset="pool", config=p.config(5, (p.DOUBT, turned)))
    assert value(low, "weights:scene/doubt", "mean", "better") == "a"
    assert {each.better for each in db.compare("far", "far", dataset="pool").measures} == {None}


def test_it_says_what_the_runs_said(db, pool):
    selection = db.select(FAR, dataset="pool")
    diversity, weather = selection.summary()["objectives"]
    found = db.compare("far", "heavy", dataset="pool")
    assert value(found, "diversity", "smallest distance", "a") == diversity["reached"]["smallest_distance"]
    assert value(found, "balance:weather", "distance from target", "a") == pytest.approx(weather["reached"]["l1"])


def test_a_tag_is_whole_or_what_was_picked(db, pool):
    db.select(FAR, dataset="pool", tag="second", preselected="far")
    whole = db.compare("second", "far", dataset="pool")
    assert (whole.overlap.a, whole.overlap.both) == (30, 15)
    picks = db.compare("second", "far", dataset="pool", exclude_preselected=True)
    assert (picks.overlap.a, picks.overlap.both) == (15, 0)
    rows = rows_of(db, pool, "second", picks_only=True)
    nearest = distances(pool, np.arange(80), rows).min(axis=1)
    assert value(picks, TO_THE_TAG, "mean distance", "a") == pytest.approx(nearest.mean(), abs=1e-4)


def test_samples_that_thresholds_keep_out_are_measured_too(db, pool):
    dark = (
        {"type": "METADATA", "key": "light.brightness"},
        {"type": "THRESHOLD", "threshold": 0.5, "operation": "SMALLER"},
    )
    db.select(p.config(8, (p.DOUBT, p.WEIGHTS), dark), dataset="pool", tag="dark")
    found = db.compare("dark", "far", dataset="pool")
    rows = rows_of(db, pool, "far")
    assert any(pool.brightness[i] >= 0.5 for i in rows)
    assert value(found, "weights:scene/doubt", "mean", "b") == pytest.approx(np.mean([pool.score[i] for i in rows]))


@pytest.mark.parametrize("narrowed", ["where", "candidates", "since"])
def test_only_what_the_run_chose_among_counts(db, pool, narrowed):
    """``all`` and the distances are about the samples that the run could choose, and those of both tags."""
    bright = [i for i in range(80) if pool.brightness[i] is not None and pool.brightness[i] > 0.6]
    asked = {"where": "light.brightness > 0.6", "candidates": "bright", "since": "far"}
    if narrowed == "candidates":
        put(db, "bright", [pool.ids[i] for i in bright])
    if narrowed == "since":
        later = p.make_pool(100, 0)
        db.ingest(later.table(range(80, 100)), dataset="pool", **p.MAPPING)
        pool, bright = later, list(range(80, 100))
    db.select(FAR, dataset="pool", tag="narrow", **{narrowed: asked[narrowed]})
    found = db.compare("narrow", "narrow", dataset="pool")
    rows = rows_of(db, pool, "narrow")
    assert set(rows) <= set(bright)
    nearest = distances(pool, bright, rows).min(axis=1)
    assert value(found, TO_THE_TAG, "mean distance", "a") == pytest.approx(nearest.mean(), abs=1e-4)
    known = [pool.weather[i] for i in bright if pool.weather[i] is not None]
    assert value(found, "balance:weather", "share", "of_all", "sunny") == pytest.approx(
        known.count("sunny") / len(known)
    )
    (told,) = found.in_play
    assert (told.tag, told.samples, told.unknown) == ("narrow", len(bright), None)
    assert "(where light.brightness > 0.6) and both tags" in found.text(200) or narrowed != "where"
    curve = db.curve(tag="narrow", dataset="pool")
    assert curve.points[-1].mean == pytest.approx(nearest.mean(), abs=1e-4)


def test_the_same_objectives_are_measured_over_the_same_samples(db, pool):
    db.select(FAR, dataset="pool", tag="narrow", where="light.brightness > 0.6")
    found = db.compare("far", "narrow", dataset="pool")
    assert [(each.tag, each.samples, bool(each.objectives)) for each in found.in_play] == [
        ("far", 80, True),
        ("narrow", 80, False),
    ]
    assert "narrow was chosen among others (where light.brightness > 0.6)" in found.text(200)
    turned = db.compare("narrow", "far", dataset="pool")
    assert [each.tag for each in turned.in_play] == ["narrow", "far"]
    assert turned.in_play[0].samples < 80
    assert "far was chosen among others (no conditions)" in turned.text(200)


def test_samples_in_play_that_are_not_known_any_more(db, pool):
    db.select(FAR, dataset="pool", tag="given", candidates=pool.ids[:40])
    (told,) = db.compare("given", "given", dataset="pool").in_play
    assert (told.samples, told.conditions) == (80, "")
    assert "40 given ids, which are not recorded" in told.unknown
    put(db, "few", pool.ids[:40])
    db.select(FAR, dataset="pool", tag="of-few", candidates="few")
    db.connection.execute("DELETE FROM pool.tags WHERE tag = 'few'")
    found = db.compare("of-few", "heavy", dataset="pool")
    assert "not those that of-few was chosen among: " in " ".join(found.text(80).split())
    assert found.to_dict()["in_play"][0]["unknown"]
    assert [each.tag for each in found.in_play] == ["of-few", "heavy"]


def test_tags_that_no_selection_made_are_measured_by_the_embeddings(db, pool):
    db.combine_tags("pool", "union", ["far", "heavy"], tag="both")
    db.combine_tags("pool", "difference", ["initial-tag", "both"], tag="rest")
    found = db.compare("both", "rest", dataset="pool")
    assert {each.objective for each in found.measures} == {"diversity", TO_THE_TAG}
    by_doubt = db.compare("both", "rest", dataset="pool", config=HEAVY)
    assert {each.objective for each in by_doubt.measures} == {"weights:scene/doubt"}


def test_objects(db, pool):
    objects = {"select_objects_of": "things", **p.config(10, (p.OBJECTS, p.DIVERSITY))}
    db.select(objects, dataset="pool", tag="objects-1")
    db.select(objects, dataset="pool", tag="objects-2", preselected="objects-1")
    found = db.compare("objects-1", "objects-2", dataset="pool")
    assert (found.overlap.kind, found.overlap.a, found.overlap.b, found.overlap.both) == ("objects", 10, 20, 10)
    assert value(found, "diversity:things", "smallest distance", "a") > 0
    mixed = db.compare("objects-1", "far", dataset="pool")
    assert mixed.overlap.kind == "samples"
    assert value(mixed, "diversity:things", "smallest distance", "b") is not None


def test_large_tags_are_measured_where_that_is_asked_for(db, pool, monkeypatch):
    monkeypatch.setattr(comparing, "SAMPLE", 12)
    found = db.compare("far", "heavy", dataset="pool")
    assert value(found, "diversity", "smallest distance", "a") is None
    assert value(found, "diversity", "smallest distance", "b") > 0
    assert value(db.compare("far", "heavy", dataset="pool", exact=True), "diversity", "smallest distance", "a") > 0


def test_the_text_fits_and_json_holds_all(db, pool):
    found = db.compare("far", "heavy", dataset="pool")
    for width in (40, 80, 120):
        lines = found.text(width).splitlines()
        assert max(map(len, lines)) <= width
        assert lines[2].split() == ["samples", "15", "10"]
    assert str(found) == found.text(80)
    whole = json.loads(json.dumps(found.to_dict()))
    assert whole["overlap"]["jaccard"] == found.overlap.jaccard
    assert len(whole["measures"]) == len(found.measures) == len(found.rows()) - 3


def test_of_many_classes_the_most_different_are_shown(db, pool):
    each = {"type": "SQL", "expression": "sample_id"}
    found = db.compare(
        "far", "heavy", dataset="pool", config=p.config(5, (each, {"type": "BALANCE", "distribution": "UNIFORM"}))
    )
    classes = [row for row in found.measures if row.category is not None]
    assert len(classes) == 80
    assert sum(line.startswith("    s0") for line in found.text().splitlines()) == 12


def test_what_does_not_exist(db, pool):
    with pytest.raises(UsageError, match="no tag 'fra'"):
        db.compare("fra", "heavy", dataset="pool")
    with pytest.raises(UsageError, match="no dataset"):
        db.compare("far", "heavy", dataset="pol")
    with pytest.raises(ConfigError, match="nope"):
        db.compare("far", "heavy", dataset="pool", config=p.config(5, ({"type": "METADATA", "key": "nope"}, p.WEIGHTS)))


def test_a_read_only_file_will_do(tmp_path):
    import sqlsel

    with sqlsel.connect(tmp_path / "a.duckdb") as db:
        db.ingest(p.make_pool(30, 1).table(), dataset="pool", **p.MAPPING)
        db.select(FAR, dataset="pool", tag="far")
    with sqlsel.connect(tmp_path / "a.duckdb", read_only=True) as db:
        assert db.compare("far", "initial-tag", dataset="pool").overlap.b == 30
        assert db.curve(tag="far", dataset="pool").points


def test_what_was_meant_before_there_were_more_embeddings(db, pool):
    before = db.compare("far", "heavy", dataset="pool")
    curve = db.curve(tag="far", dataset="pool")
    turned = pa.table({"sample_id": pool.ids, "embedding": pool.vectors[::-1].tolist()})
    db.add_embedding(turned, dataset="pool", name="other", id="sample_id")
    after = db.compare("far", "heavy", dataset="pool")
    assert value(after, "diversity:default", "smallest distance", "a") == value(
        before, "diversity", "smallest distance", "a"
    )
    assert db.curve(tag="far", dataset="pool").points == curve.points
    assert db.curve(tag="far", dataset="pool", embedding="other").points != curve.points


OF_EACH_KIND = {
    "DIVERSITY": (p.EMBEDDINGS, p.DIVERSITY),
    "COVERAGE": (p.EMBEDDINGS, {"type": "COVERAGE"}),
    "TYPICALITY": (p.EMBEDDINGS, p.TYPICALITY),
    "SIMILARITY": ({**p.EMBEDDINGS, "dataset_id": "pool", "tag_name": "heavy"}, {"type": "SIMILARITY"}),
    "WEIGHTS": (p.DOUBT, p.WEIGHTS),
    "BALANCE": (p.SCENE, {"type": "BALANCE", "distribution": "UNIFORM"}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_strategy_can_be_compared(db, pool, kind):
    (step,) = db.explain(p.config(15, OF_EACH_KIND[kind]), dataset="pool").plan.objectives
    db.select(p.config(15, OF_EACH_KIND[kind]), dataset="pool", tag="asked")
    found = db.compare("asked", "far", dataset="pool", config=p.config(15, OF_EACH_KIND[kind]))
    own = [each for each in found.measures if each.objective == step.name]
    assert own
    assert all(each.a is not None and each.b is not None for each in own)
    assert any(each.better == "a" for each in own)
