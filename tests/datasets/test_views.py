"""Datasets of views: nothing is copied, selections are the same, and what cannot be viewed is refused."""

import json

import duckdb
import numpy as np
import pytest

import sqlsel
from sqlsel.errors import EngineError, IngestError, SqlselError, UsageError

MAPPING = {
    "id": "id",
    "file_name": "path",
    "embedding": "vec",
    "predictions": {"pets": "pred"},
    "scores": {("pets", "loss"): "loss"},
}
CONFIG = {
    "n_samples": 12,
    "strategies": [
        {"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}},
        {"input": {"type": "SCORES", "task": "pets", "score": "uncertainty_entropy"}, "strategy": {"type": "WEIGHTS"}},
        {
            "input": {"type": "METADATA", "key": "info.weather"},
            "strategy": {"type": "BALANCE", "target": {"rainy": 0.5}},
        },
        {
            "input": {"type": "SCORES", "task": "pets", "score": "loss"},
            "strategy": {"type": "THRESHOLD", "threshold": 0.1, "operation": "BIGGER"},
        },
    ],
}


@pytest.fixture
def lake(tmp_path):
    """A database with a table of the user's own, and the same in Parquet."""
    path = tmp_path / "lake.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("SELECT setseed(0.5)")
        connection.execute(
            """
            CREATE TABLE photos AS SELECT i AS id, 'img_' || i || '.jpg' AS path,
                [random() - 0.5, random() - 0.5, random() - 0.5, random() + 0.1]::FLOAT[] AS vec,
                {'weather': CASE WHEN i % 3 = 0 THEN 'rainy' ELSE 'dry' END, 'speed': i * 1.5} AS info,
                {'cat': 0.2 + 0.6 * (i % 2), 'dog': 0.8 - 0.6 * (i % 2)} AS pred, random() AS loss
            FROM range(120) t(i)
            """
        )
        connection.execute("CREATE VIEW seen AS SELECT * FROM photos")
        connection.execute(f"COPY photos TO '{tmp_path}/photos.parquet'")
    return path


def kinds(db, dataset):
    query = "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = $1"
    return dict(db.engine.rows(query, [dataset]))


@pytest.mark.parametrize("source", ["photos", "seen", "main.photos", "lake.main.photos", "PHOTOS", "photos.parquet"])
def test_views_give_what_a_copy_gives(lake, tmp_path, monkeypatch, source):
    monkeypatch.chdir(tmp_path)
    with sqlsel.connect(lake) as db:
        copied = db.ingest(source, dataset="copied", **MAPPING)
        viewed = db.ingest(source, dataset="viewed", copy=False, **MAPPING)
        assert viewed.counts == copied.counts
        assert kinds(db, "viewed")["samples"] == kinds(db, "viewed")["embeddings"] == "VIEW"
        assert kinds(db, "viewed")["predictions"] == kinds(db, "viewed")["scores"] == "VIEW"
        expected = db.select(CONFIG, dataset="copied", tag="round-1")
    monkeypatch.chdir("/")
    with sqlsel.connect(lake) as db:
        selection = db.select(CONFIG, dataset="viewed", tag="round-1")
        assert selection.sample_ids == expected.sample_ids
        assert selection.summary()["objectives"] == expected.summary()["objectives"]
        more = db.select(CONFIG, dataset="viewed", tag="round-2", preselected="round-1")
        assert not set(more.sample_ids) & set(selection.sample_ids)
    with duckdb.connect(lake, read_only=True) as plain:
        joined = "SELECT count(*) FROM viewed.samples JOIN viewed.tags USING (sample_id) WHERE tag = 'round-2'"
        assert plain.execute(joined).fetchall() == [(24,)]


def test_what_changes_in_the_table_changes_in_the_dataset(lake):
    with sqlsel.connect(lake) as db:
        db.ingest("photos", dataset="viewed", copy=False, **MAPPING)
        db.connection.execute("DELETE FROM photos WHERE id >= 5")
        assert set(db.select(CONFIG, dataset="viewed").sample_ids) <= set(range(5))
        db.connection.execute("UPDATE photos SET vec = [0, 0, 0, 0] WHERE id = 2")
        with pytest.raises(EngineError, match="all zeros"):
            db.select(CONFIG, dataset="viewed")


def test_what_has_no_column_is_a_table_of_the_datasets_own(lake):
    with sqlsel.connect(lake) as db:
        db.ingest("photos", dataset="viewed", copy=False, id="id", file_name="path", embedding="vec")
        assert kinds(db, "viewed")["scores"] == "BASE TABLE"
        vectors = np.random.default_rng(0).normal(size=(120, 3)).astype(np.float32)
        import pyarrow as pa

        table = pa.table({"id": range(120), "embedding": list(vectors)})
        db.add_embedding(table, dataset="viewed", name="clip", id="id")
        config = {"n_samples": 5, "strategies": [{"input": {"type": "EMBEDDINGS", "embedding": "clip"}}]}
        config["strategies"][0]["strategy"] = {"type": "DIVERSITY"}
        assert len(db.select(config, dataset="viewed").sample_ids) == 5


def test_views_are_not_written_to(lake):
    with sqlsel.connect(lake) as db:
        db.ingest("photos", dataset="viewed", copy=False, **MAPPING)
        with pytest.raises(UsageError, match="samples, scores of dataset 'viewed' can only be read"):
            db.ingest("photos", dataset="viewed", **MAPPING)
        with pytest.raises(UsageError, match="dataset 'viewed' exists"):
            db.ingest("photos", dataset="viewed", copy=False, **MAPPING)
        with pytest.raises(UsageError, match="scores of dataset 'viewed' can only be read"):
            db.compute_scores("viewed")
        assert db.datasets() == ["viewed"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("INSERT INTO photos SELECT * FROM photos WHERE id = 3", "'3': 2 rows"),
        ("UPDATE photos SET id = NULL WHERE id = 3", "without a sample id"),
        ("UPDATE photos SET vec = [1, 2] WHERE id = 3", "2 numbers, not 4"),
        ("UPDATE photos SET vec = [1, 2, 'nan'::FLOAT, 0] WHERE id = 3", "NaN"),
        ("UPDATE photos SET pred = {'cat': 3, 'dog': 0.1} WHERE id = 3", "not between 0 and 1"),
    ],
)
def test_bad_rows_are_refused_as_those_of_a_copy_are(lake, change, message):
    with sqlsel.connect(lake) as db:
        db.connection.execute(change)
        said = []
        for copy in (True, False):
            with pytest.raises(IngestError) as refused:
                db.ingest("photos", dataset="viewed", copy=copy, **MAPPING)
            said.append(str(refused.value))
        assert said[0] == said[1]
        assert message in said[0]
        assert db.datasets() == []


def test_what_no_view_can_read_is_refused(lake, tmp_path):
    (tmp_path / "a.csv").write_text("id,path\n1,a.jpg\n")
    (tmp_path / "coco.json").write_text(json.dumps({"images": [], "categories": [], "annotations": []}))
    with sqlsel.connect(lake) as db:
        db.connection.execute("CREATE TEMP TABLE passing AS SELECT * FROM photos")
        db.connection.execute("ATTACH ':memory:' AS other")
        db.connection.execute("CREATE TABLE other.main.elsewhere AS SELECT * FROM photos")
        frame = db.connection.sql("SELECT * FROM photos").to_arrow_table()
        for source in (tmp_path / "a.csv", tmp_path, tmp_path / "coco.json", frame, "passing", "other.main.elsewhere"):
            with pytest.raises(SqlselError) as refused:
                db.ingest(source, dataset="viewed", copy=False, id="id", file_name="path")
            assert "view" in str(refused.value), source
        with pytest.raises(UsageError, match="need a column of ids"):
            db.connection.execute("CREATE TABLE numbers AS SELECT 1.5 AS x")
            db.ingest("numbers", dataset="viewed", copy=False)
        with pytest.raises(UsageError, match="nothing to leave out"):
            db.ingest("photos", dataset="viewed", copy=False, on_error="skip", **MAPPING)
        assert db.datasets() == []
