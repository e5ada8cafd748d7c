"""Distance and coverage against n, against plain numpy."""

import json

import numpy as np
import pytest

from sqlsel.errors import ConfigError, UsageError
from sqlsel.selection.coverage import nearest_before
from tests import pool as p

FAR = p.config(20, (p.EMBEDDINGS, p.DIVERSITY), (p.DOUBT, p.WEIGHTS))


@pytest.fixture
def pool(db):
    made = p.make_pool(90, 3)
    db.ingest(made.table(), dataset="pool", **p.MAPPING)
    return made


def naive(pool, before, picked, n, candidates):
    wide = pool.vectors.astype(np.float64)
    chosen = wide[[*before, *picked[:n]]]
    nearest = np.linalg.norm(wide[candidates][:, None] - chosen[None], axis=2).min(axis=1)
    apart = [
        np.linalg.norm(wide[row] - wide[[*before, *picked[:place]]], axis=1).min()
        for place, row in enumerate(picked[:n])
        if place or before
    ]
    return min(apart, default=None), nearest.mean(), nearest.max()


@pytest.mark.parametrize("of_tag", [True, False])
@pytest.mark.parametrize("preselected", [None, "first"])
def test_each_point_is_what_a_selection_of_that_size_has(db, pool, of_tag, preselected):
    db.select(FAR, dataset="pool", tag="first")
    selection = db.select(FAR, dataset="pool", tag="second", preselected=preselected)
    asked = {"tag": "second"} if of_tag else {"config": FAR, "preselected": preselected}
    curve = db.curve(dataset="pool", **asked)
    picked = [pool.ids.index(name) for name in selection.sample_ids]
    before = []
    if preselected:
        before = [
            pool.ids.index(row[0]) for row in db.engine.rows("SELECT sample_id FROM pool.tags WHERE tag = 'first'")
        ]
    candidates = [row for row in range(90) if row not in before]
    assert curve.points[0].n == 1
    assert curve.points[-1].n == 20
    assert (curve.candidates, curve.of) == (len(candidates),) * 2
    for point in curve.points:
        smallest, mean, largest = naive(pool, before, picked, point.n, candidates)
        assert point.smallest == (None if smallest is None else pytest.approx(smallest, abs=1e-6))
        assert point.mean == pytest.approx(mean, abs=1e-4)
        assert point.largest == pytest.approx(largest, abs=1e-4)


def test_distances_fall_with_n_and_diversity_beats_random(db, pool):
    points = db.curve(p.config(40, (p.EMBEDDINGS, p.DIVERSITY)), dataset="pool").points
    for name in ("mean", "largest", "random_mean", "random_largest"):
        values = [getattr(point, name) for point in points]
        assert values == sorted(values, reverse=True)
    smallest = [point.smallest for point in points[1:]]
    assert smallest == sorted(smallest, reverse=True)
    assert points[-1].largest < points[-1].random_largest


def test_n_goes_beyond_the_config(db, pool):
    assert db.curve(FAR, dataset="pool", n=60).points[-1].n == 60
    share = {"proportion_samples": 0.1, "strategies": FAR["strategies"]}
    assert db.curve(share, dataset="pool").points[-1].n == 9
    assert db.curve(share, dataset="pool", n=30).points[-1].n == 30
    assert db.curve(FAR, dataset="pool", n=500).points[-1].n == 90


def test_a_config_without_embeddings_is_measured_by_those_of_the_dataset(db, pool):
    heavy = p.config(10, (p.DOUBT, p.WEIGHTS))
    curve = db.curve(heavy, dataset="pool")
    chosen = db.select(heavy, dataset="pool")
    picked = [pool.ids.index(name) for name in chosen.sample_ids]
    _, mean, _ = naive(pool, [], picked, 10, range(90))
    assert curve.points[-1].mean == pytest.approx(mean, abs=1e-4)


def test_which_of_several_embeddings(db, pool):
    turned = pool.vectors[::-1].copy()
    db.add_embedding(
        table(pool.ids, turned),
        dataset="pool",
        name="other",
        id="sample_id",
    )
    heavy = p.config(10, (p.DOUBT, p.WEIGHTS))
    with pytest.raises(UsageError, match="several embeddings: 'default', 'other'"):
        db.curve(heavy, dataset="pool")
    one, other = (db.curve(heavy, dataset="pool", embedding=name) for name in ("default", "other"))
    assert (one.embedding, other.embedding) == ("default", "other")
    assert one.points[-1].mean != other.points[-1].mean
    named = p.config(5, ({"type": "EMBEDDINGS", "embedding": "other"}, p.DIVERSITY))
    assert db.curve(named, dataset="pool").embedding == "other"
    with pytest.raises(UsageError, match="no embedding 'clip'"):
        db.curve(heavy, dataset="pool", embedding="clip")


def table(ids, vectors):
    import pyarrow as pa

    return pa.table({"sample_id": ids, "embedding": vectors.tolist()})


def test_objects_have_a_curve_too(db, pool):
    objects = {"select_objects_of": "things", **p.config(12, (p.OBJECTS, p.DIVERSITY))}
    db.select(objects, dataset="pool", tag="objects")
    assert db.curve(tag="objects", dataset="pool").points[-1].n == 12
    assert db.curve(objects, dataset="pool").points[-1].n == 12


def test_sequences_are_measured_frame_by_frame(db):
    made = p.make_pool(40, 5)
    made_table = made.table().set_column(1, "file_name", [[f"v{i // 10}-{i % 10:04}-mp4.png" for i in range(40)]])
    db.ingest(made_table, dataset="frames", **p.MAPPING)
    config = {**p.config(8, (p.EMBEDDINGS, p.DIVERSITY)), "selected_sequence_length": 4}
    assert db.curve(config, dataset="frames").points[-1].n == 8


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "neither a config nor a tag"),
        ({"config": FAR, "tag": "first"}, "both a config and a tag"),
        ({"tag": "fist"}, "no tag 'fist'"),
        ({"tag": "initial-tag"}, "nothing in it was ranked"),
        ({"config": FAR, "n": 0}, "n must be at least 1"),
    ],
)
def test_what_has_no_curve(db, pool, arguments, message):
    db.select(FAR, dataset="pool", tag="first")
    with pytest.raises(UsageError, match=message):
        db.curve(dataset="pool", **arguments)


def test_a_config_that_is_wrong(db, pool):
    with pytest.raises(ConfigError, match="n_samples"):
        db.curve({"strategies": []}, dataset="pool")


def test_without_embeddings_there_is_no_distance(db):
    db.ingest(table(["a", "b"], np.eye(2)).drop_columns(["embedding"]), dataset="bare")
    with pytest.raises(UsageError, match="no embeddings"):
        db.curve(p.config(1, ({"type": "RANDOM"}, p.WEIGHTS)), dataset="bare")


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_the_text_fits(db, pool, width):
    curve = db.curve(FAR, dataset="pool", n=80)
    lines = curve.text(width).splitlines()
    assert max(map(len, lines)) <= width
    assert len(lines) == 18
    assert lines[2].split()[0] == "1"
    assert lines[-1].split()[0] == "80"
    assert "█" in lines[2]
    assert json.loads(json.dumps(curve.to_dict()))["points"] == curve.rows()


@pytest.mark.parametrize("before", [0, 5])
def test_the_nearest_before_each_pick_whatever_the_blocks(monkeypatch, before):
    rng = np.random.default_rng(7)
    matrix = (rng.standard_normal((60, 4)) + 50).astype(np.float32)
    matrix[11] = matrix[3]
    rows = rng.permutation(60)
    monkeypatch.setattr("sqlsel.selection.coverage.LARGEST", 60 * 7)
    found = nearest_before(matrix, rows[:before], rows[before:])
    wide = matrix.astype(np.float64)
    for place in range(before, 60):
        expected = np.linalg.norm(wide[rows[place]] - wide[rows[:place]], axis=1).min() if place else np.inf
        assert found[place - before] == pytest.approx(expected, abs=1e-5)
