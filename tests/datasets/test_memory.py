"""The bound on the engine's memory while a source is stored."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sqlsel
from sqlsel.engines.duckdb import memory
from sqlsel.errors import IngestError
from sqlsel.sources.lightly.vectors import EMBEDDINGS
from tests.sources.lightly.folders import task


@pytest.fixture
def db(tmp_path):
    with sqlsel.connect(tmp_path / "curation.duckdb") as database:
        yield database


def limit(db):
    return db.engine.rows("SELECT current_setting('memory_limit')")[0][0]


def vectors(rows, width):
    numbers = np.random.default_rng(0).normal(size=rows * width).astype(np.float32)
    return pa.table({"embedding": pa.FixedSizeListArray.from_arrays(pa.array(numbers), width)})


def test_the_bound_holds_while_rows_are_stored_and_no_longer(db):
    usual, told = limit(db), []
    db.ingest(vectors(10, 4), dataset="street", progress=lambda *_: told.append(limit(db)))
    assert set(told) != {usual}
    assert limit(db) == usual
    with pytest.raises(IngestError):
        db.ingest(pa.table({"id": [1, 1]}), dataset="street")
    assert limit(db) == usual


def test_a_lower_bound_of_the_user_stays(db):
    db.engine.execute("SET memory_limit = '80MiB'")
    usual, told = limit(db), []
    db.ingest(vectors(10, 4), dataset="street", progress=lambda *_: told.append(limit(db)))
    assert set(told) == {usual}


def test_a_source_that_needs_more_is_stored_without_the_bound(db, tmp_path, monkeypatch):
    pq.write_table(vectors(20_000, 256), tmp_path / "x.parquet")
    monkeypatch.setattr(memory, "_LEAST_MEGABYTES", 6)
    monkeypatch.setattr(memory, "_MEGABYTES_PER_THREAD", 0)
    monkeypatch.setattr(memory, "_ROW_GROUP", 0)
    begun = []
    report = db.ingest(tmp_path / "x.parquet", dataset="street", progress=lambda *state: begun.append(state))
    assert begun.count(("samples", 0, None)) == 2
    assert report.counts["embeddings"] == 20_000
    assert db.engine.rows("SELECT count(*) FROM street.embeddings") == [(20_000,)]


def threads(db):
    return db.engine.rows("SELECT current_setting('threads')")[0][0]


def test_a_file_a_sample_is_stored_by_one_thread_in_half_of_the_memory(db, tmp_path):
    task(tmp_path, a={"file_name": "a.png", "predictions": []})
    usual, told = (limit(db), threads(db)), []
    db.engine.execute("SET threads = 3")
    db.ingest(tmp_path, dataset="street", progress=lambda *_: told.append((limit(db), threads(db))))
    assert set(told) == {("48.0 MiB", 1)}
    assert (limit(db), threads(db)) == (usual[0], 3)


def test_vectors_of_a_folder_are_stored_by_all_threads(db, tmp_path):
    pq.write_table(vectors(10, 4).append_column("file_name", [[f"{n}.png" for n in range(10)]]), tmp_path / EMBEDDINGS)
    db.engine.execute("SET threads = 3")
    told = {}
    db.ingest(tmp_path, dataset="street", progress=lambda stage, *_: told.update({stage: threads(db)}))
    assert told["embeddings"] == 3


def test_the_settings_of_a_users_connection_are_left_alone(tmp_path):
    import duckdb

    with duckdb.connect(tmp_path / "own.duckdb") as connection:
        db = sqlsel.connect(connection)
        usual, told = limit(db), []
        db.ingest(vectors(10, 4), dataset="street", progress=lambda *_: told.append(limit(db)))
        assert set(told) == {usual}
