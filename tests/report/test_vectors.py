"""Map, curves and near pairs of a report against plain numpy."""

from __future__ import annotations

import sys
import types

import numpy as np
import pytest

from sqlsel.errors import UsageError
from sqlsel.report import maps, points
from sqlsel.report import pool as pools
from tests import pool as p
from tests.report.conftest import CONFIG
from tests.report.test_numbers import could_be_picked, distances, rows_of


@pytest.fixture
def selected(db, pool):
    return db.select(CONFIG, dataset="pool", tag="round-1")


def test_the_map_holds_every_sample_and_what_became_of_it(selected, told, pool):
    found = told(selected)["map"]
    names, status = found["points"]["name"], found["points"]["status"]
    assert sorted(names) == sorted(f"{name}.jpg" for name in pool.ids)
    assert found["points"]["sample_id"] == [name.removesuffix(".jpg") for name in names]
    assert found["selected"] == {"shown": 12, "of": 12}
    assert found["others"] == {"shown": 68, "of": 68}
    chosen = [name.removesuffix(".jpg") for name, each in zip(names, status, strict=True) if each == 1]
    assert chosen == selected.sample_ids
    assert found["points"]["rank"][:12] == list(range(1, 13))
    left_out = {name.removesuffix(".jpg") for name, each in zip(names, status, strict=True) if each == 0}
    assert left_out == {pool.ids[row] for row in could_be_picked(pool)} - set(chosen)


def test_the_axes_are_the_principal_components(selected, told, pool):
    found = told(selected)["map"]
    (axes,) = found["maps"]
    rows = [pool.ids.index(name) for name in found["points"]["sample_id"]]
    wide = pool.vectors[rows].astype(np.float64)
    _, values, right = np.linalg.svd(wide - wide.mean(axis=0), full_matrices=False)
    expected = (wide - wide.mean(axis=0)) @ right[:2].T
    assert np.abs(axes["x"]) == pytest.approx(np.abs(expected[:, 0]), abs=1e-4)
    assert np.abs(axes["y"]) == pytest.approx(np.abs(expected[:, 1]), abs=1e-4)
    assert axes["explained"] == pytest.approx((values**2 / (values**2).sum())[:2], abs=1e-4)


def test_points_have_the_values_they_are_coloured_by(selected, told, pool):
    found = told(selected)["map"]["points"]
    rows = [pool.ids.index(name) for name in found["sample_id"]]
    attributes = {each["name"]: each for each in found["attributes"]}
    weather = attributes["weather"]
    told_weather = [None if code is None else weather["classes"][code] for code in weather["values"]]
    assert told_weather == [pool.weather[row] for row in rows]
    assert attributes["light.brightness"]["values"] == [pool.brightness[row] for row in rows]


def test_curves_against_rank(selected, told, pool):
    found = told(selected)["curves"]
    mine = rows_of(pool, selected.sample_ids)
    own = distances(pool, mine, mine)
    expected = [None, *(own[place, :place].min() for place in range(1, 12))]
    assert found["ranks"] == list(range(1, 13))
    assert found["distance"][0] is None
    assert found["distance"][1:] == pytest.approx(expected[1:], abs=1e-5)
    candidates = could_be_picked(pool)
    coverage = found["coverage"]["selected"]
    for place, n in enumerate(coverage["n"]):
        nearest = distances(pool, candidates, mine[:n]).min(axis=1)
        # in single precision a pick is not quite at itself
        assert coverage["mean"][place] == pytest.approx(nearest.mean(), abs=1e-4)
        assert coverage["largest"][place] == pytest.approx(nearest.max(), abs=1e-5)
    assert (found["candidates"], found["of"]) == (len(candidates), len(candidates))


def test_distances_look_at_the_preselected_too(db, selected, told, pool):
    second = db.select(CONFIG, dataset="pool", preselected="round-1")
    found = told(second)
    before, mine = rows_of(pool, selected.sample_ids), rows_of(pool, second.sample_ids)
    both = [*before, *mine]
    own = distances(pool, mine, both)
    expected = [own[place, : 12 + place].min() for place in range(12)]
    assert found["curves"]["distance"] == pytest.approx(expected, abs=1e-5)
    assert found["counts"]["preselected"] == 12
    assert found["map"]["points"]["status"].count(2) == 12


def test_near_pairs_and_near_duplicates(selected, told, pool):
    found = told(selected)["near"]
    mine = rows_of(pool, selected.sample_ids)
    others = [row for row in could_be_picked(pool) if row not in mine]
    apart = distances(pool, others, mine)
    own = distances(pool, mine, mine)
    np.fill_diagonal(own, np.inf)
    candidates = could_be_picked(pool)
    among = distances(pool, candidates, candidates)
    np.fill_diagonal(among, np.inf)
    threshold = np.median(among.min(axis=1)) / 2
    assert not found["asked"]
    assert found["threshold"] == pytest.approx(threshold)
    assert found["avoided"] == int((apart.min(axis=1) < threshold).sum())
    assert found["selected"] == int((own.min(axis=1) < threshold).sum())
    assert (found["looked_at"], found["picks"]) == (len(others), 12)
    first = found["pairs"][0]
    left, right = np.unravel_index(apart.argmin(), apart.shape)
    assert (first["left_out"], first["selected"]) == (f"{pool.ids[others[left]]}.jpg", f"{pool.ids[mine[right]]}.jpg")
    assert first["distance"] == pytest.approx(apart.min())
    assert len({pair["selected"] for pair in found["pairs"]}) == len(found["pairs"])
    assert [pair["distance"] for pair in found["pairs"]] == sorted(pair["distance"] for pair in found["pairs"])


def test_near_duplicates_are_those_that_the_config_forbids(db, pool, told):
    bound = {"type": "DIVERSITY", "stopping_condition_minimum_distance": 1.0}
    selection = db.select(p.config(80, (p.EMBEDDINGS, bound)), dataset="pool")
    found = told(selection)["near"]
    assert (found["asked"], found["threshold"]) == (True, 1.0)
    assert found["avoided"] == found["looked_at"] == 80 - len(selection)
    assert found["selected"] == 0
    assert found["random"] > 0


def test_large_datasets_are_sampled_and_say_so(db, selected, told, monkeypatch):
    monkeypatch.setattr(pools, "MOST", 30)
    monkeypatch.setattr(pools, "MOST_PICKS", 9)
    monkeypatch.setattr(points, "SHOWN", 20)
    found = told(selected)
    assert found["map"]["selected"]["of"] == 12
    assert found["map"]["points"]["rank"][:9] == list(range(1, 10))
    assert found["map"]["others"]["shown"] == 20
    assert found["curves"]["candidates"] < found["curves"]["of"]
    assert found["near"]["looked_at"] < 56
    again = told(db.select(CONFIG, dataset="pool"))
    assert again["map"]["points"]["name"] == found["map"]["points"]["name"]


def test_long_names_leave_points_out(selected, told, monkeypatch):
    each = len('["s000.jpg", "s000"]')
    monkeypatch.setattr(points, "NAME_BYTES", 22 * each)
    assert told(selected)["map"]["others"]["shown"] == 10
    # the picks have two thirds of the room, and what others leave is theirs
    monkeypatch.setattr(points, "NAME_BYTES", 12 * each)
    found = told(selected)["map"]
    assert (found["selected"]["shown"], found["others"]["shown"]) == (8, 4)
    assert found["points"]["rank"][:8] == list(range(1, 9))


def test_umap_comes_first_where_it_is_installed(selected, told, monkeypatch):
    class Umap:
        def __init__(self, **how):
            assert how["random_state"] == 0

        def fit_transform(self, matrix):
            return matrix[:, :2] * 10

    monkeypatch.setattr(maps, "find_spec", lambda name: object())
    monkeypatch.setitem(sys.modules, "umap", types.SimpleNamespace(UMAP=Umap))
    assert [each["method"] for each in told(selected)["map"]["maps"]] == ["UMAP", "PCA"]
    assert [each["method"] for each in told(selected, projection="pca")["map"]["maps"]] == ["PCA"]


def test_umap_that_is_missing(selected, tmp_path, monkeypatch):
    monkeypatch.setattr(maps, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match="umap-learn") as refused:
        selected.report(tmp_path / "r.json", projection="umap")
    assert refused.value.hint == "pip install umap-learn"
    assert list(tmp_path.iterdir()) == []


def test_objects_have_a_map_of_their_own(db, pool, told):
    config = {**p.config(6, (p.OBJECTS, p.DIVERSITY)), "select_objects_of": "things"}
    selection = db.select(config, dataset="pool", tag="things-1")
    found = told(selection)
    assert found["kind"] == "object"
    assert found["map"]["task"] == "things"
    assert found["map"]["points"]["name"][:6] == [f"{image}.jpg#{place}" for image, place in selection.objects]
    assert found["counts"]["samples"] == sum(len(each or ()) for each in pool.objects)
    assert [pick["name"] for pick in found["gallery"]] == found["map"]["points"]["name"][:6]
