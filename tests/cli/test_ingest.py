"""sqlsel ingest: every option arrives, nothing is doubled, and bad sources are refused whole."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sqlsel as api
from tests.cli.conftest import sqlsel


def rows(query, database="new.duckdb"):
    with api.connect(database, read_only=True) as db:
        return db.engine.rows(query)


def ingest(source, *options, database="new.duckdb", dataset="d"):
    return sqlsel("ingest", source, "--db", database, "--dataset", dataset, *options)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_folder_twice(demo):
    first = ingest("demo-files/misread")
    assert first.code == 0
    assert first.out == ""
    assert first.err.splitlines()[0] == "new dataset d: 47 samples added, 0 updated"
    assert "  embeddings: 47 rows" in first.err.splitlines()
    again = ingest("demo-files/misread")
    assert again.err.splitlines()[0] == "dataset d: 0 samples added, 47 updated"
    assert rows("SELECT count(*) FROM d.samples") == rows("SELECT count(*) FROM d.embeddings") == [(47,)]


def test_columns_by_name(folder):
    table = pa.table(
        {
            "key": [7, 8],
            "path": ["a.jpg", "b.jpg"],
            "vector": [[3.0, 4.0], [0.0, 2.0]],
            "guess": [[0.5, 0.25, 0.25], [0.0, 0.0, 1.0]],
            "doubt": [0.5, 0.25],
            "size": [{"width": 3}, {"width": 4}],
        }
    )
    pq.write_table(table, "x.parquet")
    outcome = ingest(
        *("x.parquet", "--id", "key", "--file-name", "path", "--embedding", "vector", "--no-normalize"),
        *("--predictions", "kind=guess", "--classes", 'kind="a,b",c,d', "--scores", "kind/own=doubt"),
    )
    assert outcome.code == 0, outcome.err
    assert rows("SELECT sample_id, file_name, metadata.size.width FROM d.samples ORDER BY 1") == [
        (7, "a.jpg", 3),
        (8, "b.jpg", 4),
    ]
    assert rows("SELECT embedding FROM d.embeddings ORDER BY sample_id") == [((3.0, 4.0),), ((0.0, 2.0),)]
    assert rows("SELECT category FROM d.predictions ORDER BY sample_id") == [("a,b",), ("d",)]
    assert rows("SELECT task, score, value FROM d.scores ORDER BY sample_id") == [
        ("kind", "own", 0.5),
        ("kind", "own", 0.25),
    ]


def test_vectors_in_a_file_of_their_own(folder):
    pq.write_table(pa.table({"file_name": ["a.jpg", "b.jpg"]}), "x.parquet")
    pq.write_table(pa.table({"file_name": ["b.jpg", "a.jpg"], "embedding": [[0.0, 2.0], [3.0, 4.0]]}), "v.parquet")
    assert ingest("x.parquet", "--embeddings", "v.parquet").code == 0
    found = rows("SELECT sample_id, embedding FROM d.embeddings ORDER BY 1")
    assert [name for name, _ in found] == ["a.jpg", "b.jpg"]
    assert found[0][1] == pytest.approx((0.6, 0.8))


def test_images_are_measured_unless_not_wanted(demo):
    ingest("demo-files/misread", dataset="measured")
    ingest("demo-files/misread", "--no-measure", dataset="bare")
    assert rows("SELECT count(*) FROM measured.samples WHERE metadata.lightly.sharpness > 0") == [(47,)]
    assert "lightly" not in str(rows("DESCRIBE bare.samples"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--predictions", "kind"), "--predictions 'kind' is not of the form TASK=COLUMN"),
        (("--scores", "kind=doubt"), "--scores 'kind=doubt' is not of the form TASK/SCORE=COLUMN"),
        (("--classes", "=a,b"), "--classes '=a,b' is not of the form TASK=a,b,c"),
        (("--id", "nope"), "nope"),
    ],
)
def test_options_that_make_no_sense(folder, options, message):
    pq.write_table(pa.table({"file_name": ["a.jpg"], "doubt": [0.5]}), "x.parquet")
    outcome = ingest("x.parquet", *options)
    assert outcome.code == 2
    assert message in outcome.err
    assert not (folder / "new.duckdb").exists()


@pytest.mark.parametrize("database", ["", ":memory:"])
def test_a_database_that_would_be_lost(folder, database):
    pq.write_table(pa.table({"file_name": ["a.jpg"]}), "x.parquet")
    outcome = ingest("x.parquet", database=database)
    assert outcome.code == 2
    assert "would be lost" in outcome.err


VECTORS = [[0.6, 0.8], [1.0, 0.0], [0.0, 1.0]]


@pytest.mark.parametrize(
    ("vector", "message"),
    [
        ([math.nan, 1.0], "NaN"),
        ([math.inf, 1.0], "infinit"),
        ([0.0, 0.0], "all numbers are 0"),
        ([1.0, 0.0, 0.0], "3"),
    ],
)
def test_vectors_that_cannot_be_used(folder, vector, message):
    table = pa.table({"file_name": ["a", "b", "bad.jpg"], "embedding": [*VECTORS[:2], vector]})
    pq.write_table(table, "x.parquet")
    outcome = ingest("x.parquet", "--embedding", "embedding")
    assert outcome.code == 1
    assert outcome.err.startswith("Error: ")
    assert "bad.jpg" in outcome.err
    assert message in outcome.err
    assert not (folder / "new.duckdb").exists()


def test_a_refused_source_leaves_the_dataset_as_it_was(folder):
    pq.write_table(pa.table({"file_name": ["a", "b"], "embedding": VECTORS[:2]}), "x.parquet")
    assert ingest("x.parquet", "--embedding", "embedding").code == 0
    before = rows("FROM d.samples ORDER BY ALL"), rows("FROM d.embeddings ORDER BY ALL")
    pq.write_table(pa.table({"file_name": ["a", "c"], "embedding": [[0.0, 1.0], [0.0, 0.0]]}), "y.parquet")
    assert ingest("y.parquet", "--embedding", "embedding").code == 1
    assert (rows("FROM d.samples ORDER BY ALL"), rows("FROM d.embeddings ORDER BY ALL")) == before


def test_file_names_that_stand_twice(folder):
    pq.write_table(pa.table({"file_name": ["a.jpg", "b.jpg", "a.jpg"]}), "x.parquet")
    outcome = ingest("x.parquet")
    assert outcome.code == 1
    assert "a.jpg" in outcome.err
    assert not (folder / "new.duckdb").exists()


@pytest.fixture
def lightly(folder):
    """A small Lightly folder whose files a test can break."""
    task = folder / "src/.lightly/predictions/kind"
    task.mkdir(parents=True)
    (task.parent / "tasks.json").write_text('["kind"]')
    categories = [{"id": 0, "name": "cat"}, {"id": 1, "name": "dog"}]
    (task / "schema.json").write_text(json.dumps({"task_type": "classification", "categories": categories}))
    for name in ("a", "b", "c"):
        write_prediction(task, name, 1, [0.25, 0.75])
    pq.write_table(pa.table({"file_name": ["a.jpg", "b.jpg", "c.jpg"], "embedding": VECTORS}), "src/embeddings.parquet")
    return task


def write_prediction(task, name, category, probabilities):
    found = {"category_id": category, "score": 0.75, "probabilities": probabilities}
    (task / f"{name}.json").write_text(json.dumps({"file_name": f"{name}.jpg", "predictions": [found]}))


def test_a_lightly_folder_whose_images_are_elsewhere(lightly):
    outcome = ingest("src")
    assert outcome.code == 0, outcome.err
    assert rows("SELECT sample_id, category, probabilities FROM d.predictions ORDER BY 1") == [
        (f"{name}.jpg", "dog", [0.25, 0.75]) for name in "abc"
    ]


def test_prediction_files_that_cannot_be_used(lightly):
    (lightly / "a.json").write_text('{"file_name": "a.jpg", "predictions": [')
    write_prediction(lightly, "b", 7, [0.25, 0.75])
    write_prediction(lightly, "c", 1, [0.25, 0.25, 0.5])
    outcome = ingest("src")
    assert outcome.code == 1
    for part in ("a.json", "b.json", "c.json", "7"):
        assert part in outcome.err


def test_a_task_without_its_files(lightly):
    (lightly.parent / "tasks.json").write_text('["kind", "other"]')
    outcome = ingest("src")
    assert outcome.code == 1
    assert "other" in outcome.err


@pytest.mark.parametrize("source", ["nothing.parquet", "nothing/", "x.xyz"])
def test_a_source_that_is_not_there(folder, source):
    outcome = ingest(source)
    assert outcome.code in (1, 2)
    assert outcome.err.startswith("Error: ")
    assert source.rstrip("/") in outcome.err
    assert not (folder / "new.duckdb").exists()


def test_an_empty_folder(folder):
    (folder / "empty").mkdir()
    outcome = ingest("empty")
    assert outcome.code == 1
    assert not (folder / "new.duckdb").exists()


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        ("new", "the database file has that name"),
        ("NEW", "the database file has that name"),
        ("sqlsel", "sqlsel keeps its catalog"),
        ("main", "the engine's own"),
        (" ", "no name for a dataset"),
    ],
)
def test_names_that_no_dataset_can_have(folder, dataset, message):
    pq.write_table(pa.table({"file_name": ["a.jpg"]}), "x.parquet")
    outcome = ingest("x.parquet", dataset=dataset)
    assert outcome.code == 2
    assert message in outcome.err


NASTY = ["a b", 'q"u', "s;emi", "日本", "it's", "x'; DROP TABLE t; --", "../up"]


@pytest.mark.parametrize("name", NASTY)
def test_names_of_any_kind_all_the_way(folder, name):
    key, task = f"{name}.{name}", "k/i=n:d"
    table = pa.table(
        {
            "file_name": [f"{name}-{number}.jpg" for number in range(5)],
            name: [{name: number} for number in range(5)],
            "doubt": [0.1, 0.2, 0.3, 0.4, 0.5],
            "embedding": [[1.0, float(number)] for number in range(5)],
        }
    )
    pq.write_table(table, "x.parquet")
    outcome = ingest("x.parquet", "--embedding", "embedding", dataset=name)
    assert outcome.code == 0, outcome.err
    config = {
        "n_samples": 2,
        "strategies": [
            {"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}},
            {"input": {"type": "METADATA", "key": key}, "strategy": {"type": "WEIGHTS"}},
            {
                "input": {"type": "METADATA", "key": key},
                "strategy": {"type": "THRESHOLD", "threshold": 1, "operation": "BIGGER_EQUAL"},
            },
        ],
    }
    chosen = sqlsel("select", json.dumps(config), "--db", "new.duckdb", "--dataset", name, "--tag", "round 1")
    assert chosen.code == 0, chosen.err
    exported = sqlsel("export", "--db", "new.duckdb", "--dataset", name, "--tag", "round 1", "--format", "json")
    found = json.loads(exported.out)
    assert len(found) == 2
    assert all(row["file_name"].startswith(f"{name}-") and row["metadata"][name][name] >= 1 for row in found)
    assert name in sqlsel("datasets", "--db", "new.duckdb").out
    assert task not in outcome.err


def test_one_sample_is_told_as_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("one.csv").write_text("sample_id,weather\na,sunny\n")
    told = sqlsel("ingest", "one.csv", "--db", "new.duckdb", "--dataset", "d")
    assert told.err == "new dataset d: 1 sample added, 0 updated\n  samples: 1 row\n"
