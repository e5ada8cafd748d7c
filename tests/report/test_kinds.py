"""Reports on everything there is: tags without a run, objects, sequences, nothing selected, no embeddings."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

import sqlsel
from sqlsel.errors import UsageError
from tests import pool as p
from tests.report.conftest import CONFIG

RANDOM = {"input": {"type": "RANDOM"}, "strategy": {"type": "WEIGHTS"}}


def same(left, right):
    """Two reports without what tells when and how they were asked for."""
    gone = ("made", "runs", "run", "tag")
    return {k: v for k, v in left.items() if k not in gone} == {k: v for k, v in right.items() if k not in gone}


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"where": "metadata.light.brightness < 0.9"},
        {"preselected": ["s001", "s002"]},
        {"candidates": "half"},
        {"seed": None},
        {"seed": 7, "where": "metadata.weather = 'sunny'"},
    ],
)
def test_a_tag_tells_what_its_selection_told(db, pool, told, told_of_tag, how):
    everything = {"n_samples": 40, "strategies": [RANDOM]}
    db.select(everything, dataset="pool", tag="half")
    selection = db.select(CONFIG, dataset="pool", tag="round-1", **how)
    found = told_of_tag("round-1")
    assert same(told(selection), found)
    assert found["no_plan"] is None


def test_a_selection_that_was_not_kept(db, pool, told):
    found = told(db.select(CONFIG, dataset="pool"))
    assert found["tag"] is found["run"]["run_id"] is None
    assert found["run"]["version"] == sqlsel.__version__
    assert found["runs"] == []


def test_given_candidates_are_not_recorded(db, pool, told_of_tag):
    db.select(CONFIG, dataset="pool", tag="round-1", candidates=pool.ids[:60])
    found = told_of_tag("round-1")
    assert "chose among given ids" in found["no_plan"]
    assert found["objectives"][0]["measures"][0]["reached"] > 0
    assert found["objectives"][0]["measures"][0]["random"] is None
    assert (
        found["counts"]["selected"]
        == sum(found["distributions"][0]["selected"]) + found["distributions"][0]["missing"]["selected"]
    )


def test_queries_that_are_gone(db, pool, told_of_tag):
    other = p.make_pool(5, 3)
    db.ingest(other.table(), dataset="other", **p.MAPPING)
    near = {"type": "EMBEDDINGS", "dataset_id": "other"}
    db.select(p.config(5, (near, {"type": "SIMILARITY"})), dataset="pool", tag="near")
    assert told_of_tag("near")["no_plan"] is None
    db.connection.execute("DROP SCHEMA other CASCADE")
    found = told_of_tag("near")
    assert "cannot be planned again" in found["no_plan"]
    assert "other" in found["no_plan"]
    assert found["map"]["selected"]["shown"] == 5


def test_a_tag_that_grew(db, pool, told_of_tag):
    db.select(CONFIG, dataset="pool", tag="round-1")
    second = db.select(CONFIG, dataset="pool", tag="round-1", preselected="round-1")
    found = told_of_tag("round-1")
    assert (found["counts"]["selected"], found["counts"]["preselected"]) == (12, 12)
    assert [pick["sample_id"] for pick in found["gallery"]] == second.sample_ids
    assert [run["this"] for run in found["runs"]] == [True, False]


def test_tags_that_no_run_made(db, pool, told_of_tag):
    first = db.select(CONFIG, dataset="pool", tag="round-1")
    second = db.select({**CONFIG, "n_samples": 5}, dataset="pool", tag="round-2", preselected="round-1")
    db.combine_tags("pool", "UNION", ["round-1", "round-2"], tag="both")
    found = told_of_tag("both")
    assert found["config"] is None
    assert "No run is recorded" in found["no_plan"]
    assert found["counts"]["selected"] == len(first) + len(second)
    assert len(found["distributions"]) == len(told_of_tag("round-1")["distributions"])
    whole = told_of_tag("initial-tag")
    assert whole["curves"] is None
    assert whole["counts"]["selected"] == 80
    assert told_of_tag("datapool")["counts"]["selected"] == 17


def test_a_random_selection_of_a_tag_that_no_run_made(db, pool, told_of_tag):
    db.select(CONFIG, dataset="pool", tag="round-1")
    db.select({**CONFIG, "n_samples": 5}, dataset="pool", tag="round-2")
    db.combine_tags("pool", "UNION", ["round-1", "round-2"], tag="both")
    found = told_of_tag("both")
    assert all(each["total"]["random"] == 12 for each in found["distributions"] if each["of"] == "samples")


def test_the_tag_of_a_run_that_chose_nothing_new(db, pool, told_of_tag):
    """A tag with preselected samples alone, as a run leaves it whose minimum distance nothing met."""
    bound = {"type": "DIVERSITY", "stopping_condition_minimum_distance": 1.99}
    db.select(CONFIG, dataset="pool", tag="round-1")
    selection = db.select(p.config(3, (p.EMBEDDINGS, bound)), dataset="pool", tag="none", preselected="round-1")
    assert len(selection) == 0
    found = told_of_tag("none")
    assert (found["counts"]["selected"], found["counts"]["preselected"]) == (0, 12)
    assert found["gallery"] == []
    assert found["objectives"][0]["measures"][0]["random"] is None


def test_nothing_selected(db, pool, told):
    bound = {"type": "DIVERSITY", "stopping_condition_minimum_distance": 1.99}
    db.select(CONFIG, dataset="pool", tag="round-1")
    found = told(db.select(p.config(3, (p.EMBEDDINGS, bound)), dataset="pool", preselected="round-1"))
    assert found["counts"]["selected"] == 0
    assert found["gallery"] == []
    assert found["curves"] is found["near"] is None
    assert found["stop"]["reason"] == "minimum_distance"
    assert found["map"]["selected"] == {"shown": 0, "of": 0}


def test_objects_of_a_tag(db, pool, told, told_of_tag):
    config = {**p.config(6, (p.OBJECTS, p.DIVERSITY), (p.WEATHER_KEY, {"type": "BALANCE", "distribution": "UNIFORM"}))}
    config["select_objects_of"] = "things"
    selection = db.select(config, dataset="pool", tag="things-1")
    assert same(told(selection), told_of_tag("things-1"))
    found = told_of_tag("things-1")
    assert (found["kind"], found["objects_of"]) == ("object", "things")
    names = {each["name"] for each in found["distributions"]}
    assert {"object.score", "things", "scene", "weather"} <= names
    assert "object.category" not in names
    second = db.select(config, dataset="pool", tag="things-2", preselected="things-1")
    assert same(told(second), told_of_tag("things-2"))
    assert told_of_tag("things-2")["counts"]["preselected"] == 6


def test_sequences_count_frames(db, told, told_of_tag):
    pool = p.make_pool(40, 5)
    table = pool.table().set_column(1, "file_name", pa.array([f"v/clip-{i:03d}-mp4.png" for i in range(40)]))
    db.ingest(table, dataset="video", **p.MAPPING)
    config = {**p.config(12, (p.EMBEDDINGS, p.DIVERSITY), (p.DOUBT, p.WEIGHTS)), "selected_sequence_length": 4}
    found = told(db.select(config, dataset="video", tag="clips"))
    assert same(found, told_of_tag("clips", "video"))
    assert found["counts"]["selected"] == 12
    assert [step["left"] for step in found["funnel"]] == [10, 10, 3]
    assert all(each["total"]["random"] == 12 for each in found["distributions"] if each["of"] == "samples")


def test_without_embeddings(db, told):
    table = pa.table({"sample_id": list(range(50)), "speed": [i / 7 for i in range(50)]})
    db.ingest(table, dataset="plain")
    found = told(
        db.select(
            {
                "n_samples": 5,
                "strategies": [{"input": {"type": "METADATA", "key": "speed"}, "strategy": {"type": "WEIGHTS"}}],
            },
            dataset="plain",
        )
    )
    assert found["map"] is found["curves"] is found["near"] is None
    assert [pick["name"] for pick in found["gallery"]] == ["49", "48", "47", "46", "45"]
    (speed,) = found["distributions"]
    assert speed["mean"]["selected"] == pytest.approx(47 / 7)


def test_without_anything_but_names(db, told):
    db.ingest(pa.table({"file_name": ["a.jpg", "b.jpg", "c.jpg"]}), dataset="names")
    found = told(db.select({"n_samples": 2, "strategies": [RANDOM]}, dataset="names"))
    assert found["distributions"] == []
    assert found["counts"]["selected"] == 2


def test_a_single_sample(db, told):
    db.ingest(pa.table({"sample_id": ["a"], "embedding": pa.array([[1.0, 0.0]])}), dataset="one")
    found = told(db.select(p.config(1, (p.EMBEDDINGS, p.DIVERSITY)), dataset="one"))
    assert found["map"]["maps"][0]["x"] == [0.0]
    assert found["near"]["threshold"] is None
    assert found["near"]["pairs"] == []


def test_one_shot_selections(told):
    selection = sqlsel.select(
        p.make_pool(30, 1).table(), p.config(4, (p.EMBEDDINGS, p.DIVERSITY)), embedding="embedding"
    )
    assert told(selection)["counts"] == {"samples": 30, "candidates": 30, "preselected": 0, "selected": 4, "asked": 4}


def test_it_is_the_same_every_time(db, pool, tmp_path):
    db.select(CONFIG, dataset="pool", tag="round-1")
    first, second = (
        json.loads(db.report("pool", "round-1", tmp_path / name).read_text()) for name in ("a.json", "b.json")
    )
    assert same(first, second)


def test_a_read_only_file_will_do(tmp_path):
    with sqlsel.connect(tmp_path / "x.duckdb") as db:
        db.ingest(p.make_pool(30, 1).table(), dataset="pool", **p.MAPPING)
        db.select(CONFIG, dataset="pool", tag="round-1")
    before = (tmp_path / "x.duckdb").read_bytes()
    with sqlsel.connect(tmp_path / "x.duckdb", read_only=True) as db:
        db.report("pool", "round-1", tmp_path / "r.html")
    assert (tmp_path / "x.duckdb").read_bytes() == before


def test_what_cannot_be_asked(db, pool, tmp_path):
    selection = db.select(CONFIG, dataset="pool", tag="round-1")
    for call, message in (
        (lambda: selection.report(tmp_path / "r.pdf"), "does not say which kind"),
        (lambda: selection.report(tmp_path / "r.html", format="pdf"), "no report format 'pdf'"),
        (lambda: selection.report(tmp_path / "r.html", projection="tsne"), "no projection 'tsne'"),
        (lambda: selection.report(tmp_path / "r.html", thumbnails=-1), "less than none"),
        (lambda: selection.report(tmp_path / "no" / "r.json"), "cannot be written"),
        (lambda: db.report("pool", "round-9", tmp_path / "r.html"), "no tag 'round-9'"),
        (lambda: db.report("pol", "round-1", tmp_path / "r.html"), "no dataset 'pol'"),
    ):
        with pytest.raises(UsageError, match=message):
            call()
    assert list(tmp_path.iterdir()) == []
