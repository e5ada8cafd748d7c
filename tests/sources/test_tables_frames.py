"""What lies in memory or in the database as a source: Arrow, pandas, polars, numpy, relations, tables and views."""

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

import sqlsel
from sqlsel.errors import IngestError, UsageError
from tests.datasets.contents import rows

COLUMNS = {
    "sample_id": [3, 1, 2],
    "file_name": ["c", "a", "b"],
    "embedding": [[1.0, 0.0], [0.0, 1.0], None],
    "size": [{"width": 10}, {"width": 20}, None],
    "city": ["Bern", None, "Genf"],
}
TABLE = pa.table(COLUMNS)
OTHER = duckdb.connect()

SOURCES = {
    "an Arrow table": lambda: TABLE,
    "an Arrow batch": lambda: TABLE.to_batches()[0],
    "an Arrow reader": TABLE.to_reader,
    "an Arrow dataset": lambda: ds.dataset(TABLE),
    "a pandas frame": lambda: pd.DataFrame(COLUMNS),
    "a pandas frame with an index": lambda: pd.DataFrame(COLUMNS).set_index("sample_id"),
    "a pandas frame that was filtered": lambda: pd.DataFrame(COLUMNS).sort_values("sample_id"),
    "a polars frame": lambda: pl.DataFrame(COLUMNS),
    "a lazy polars frame": lambda: pl.DataFrame(COLUMNS).lazy(),
    "a relation of another connection": lambda: OTHER.from_arrow(TABLE),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_frames_of_each_kind_are_read(db, kind):
    report = db.ingest(SOURCES[kind](), dataset="street")
    assert report.counts == {"samples": 3, "embeddings": 2, "predictions": 0, "scores": 0}
    assert rows(db, "street", "samples") == [
        (1, "a", {"size": {"width": 20}, "city": None}),
        (2, "b", {"size": {"width": None}, "city": "Genf"}),
        (3, "c", {"size": {"width": 10}, "city": "Bern"}),
    ]
    assert rows(db, "street", "embeddings") == [(1, (0.0, 1.0)), (3, (1.0, 0.0))]


def test_a_relation_of_the_same_connection_is_read_once(db):
    db.connection.execute("CREATE SEQUENCE counter")
    relation = db.connection.sql("SELECT nextval('counter') AS sample_id, [1.0, range] AS embedding FROM range(1000)")
    report = db.ingest(relation, dataset="street")
    assert report.counts["samples"] == report.counts["embeddings"] == 1000
    assert db.connection.sql("SELECT nextval('counter')").fetchall() == [(1001,)]


def test_a_relation_without_ids_keeps_rows_together(db):
    relation = db.connection.sql(
        "SELECT range AS x, [range + 1.0, 0.0] AS embedding FROM range(5000) ORDER BY random()"
    )
    db.ingest(relation, dataset="street", normalize=False)
    joined = "FROM street.samples JOIN street.embeddings USING (sample_id) WHERE metadata.x + 1 = embedding[1]"
    assert db.engine.rows(f"SELECT count(*) {joined}") == [(5000,)]


@pytest.mark.parametrize("name", ["photos", "album.photos", 'album."my photos"', "curation.album.photos", "odd.name"])
def test_tables_are_read_by_name(tmp_path, name):
    with sqlsel.connect(tmp_path / "curation.duckdb") as db:
        db.engine.execute("CREATE SCHEMA album")
        for table in ("photos", "album.photos", 'album."my photos"', '"odd.name"'):
            db.engine.execute(f"CREATE TABLE {table} AS SELECT 7 AS id, 'x' AS city")
        db.ingest(name, dataset="street")
        assert rows(db, "street", "samples") == [(7, None, {"city": "x"})]


def test_views_are_computed_once(db):
    db.engine.execute("CREATE VIEW photos AS SELECT range AS x, [random(), 1.0] AS embedding FROM range(100)")
    db.ingest("photos", dataset="street")
    assert rows(db, "street", "samples")[99] == (99, None, {"x": 99})


@pytest.mark.parametrize("table", ["street.samples", "street.embeddings"])
def test_a_dataset_may_be_read_from_its_own_tables(db, table):
    db.ingest(pa.table({"sample_id": [1, 2], "embedding": [[1.0, 0.0], [0.0, 1.0]]}), dataset="street")
    report = db.ingest(table, dataset="street")
    assert (report.updated, report.counts["embeddings"]) == (2, 2)
    assert db.ingest(table, dataset="other").added == 2


def test_an_unknown_table_is_told_with_the_nearest(db):
    db.engine.execute("CREATE TABLE photographs AS SELECT 1 AS id")
    with pytest.raises(UsageError, match="photograph: no such file, folder or table") as refusal:
        db.ingest("photograph", dataset="street")
    assert "did you mean 'photographs'?" in refusal.value.hint


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, np.int8, ">f4"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_matrix_is_vectors_numbered_from_0(db, kind, order):
    db.ingest(np.array([[3, 4], [0, 2]], dtype=kind, order=order), dataset="street")
    assert rows(db, "street", "samples") == [(0, None), (1, None)]
    assert rows(db, "street", "embeddings") == [(0, (pytest.approx(0.6), pytest.approx(0.8))), (1, (0.0, 1.0))]


@pytest.mark.parametrize("array", [np.zeros(3), np.zeros((2, 0)), np.array([["a"]]), np.zeros((2, 2, 2))])
def test_what_is_no_matrix_of_numbers_is_refused(db, array):
    with pytest.raises(IngestError, match="not one vector of numbers in each row"):
        db.ingest(array, dataset="street")


def test_half_precision_is_read_wherever_it_stands(db):
    half = pa.array(np.array([1.5, 2.5], np.float16))
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(np.array([1, 0, 0, 1], np.float16)), 2)
    for source in (
        pa.table({"x": half, "embedding": vectors}),
        pa.table({"x": half, "embedding": vectors}).to_reader(),
    ):
        db.ingest(source, dataset="street")
    assert rows(db, "street", "samples") == [(0, None, {"x": 1.5}), (1, None, {"x": 2.5})]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"id": [1, 2], "x": [1, "a"]}),
        pd.DataFrame([[1, 2, 3]], columns=["id", "x", "x"]),
        pl.DataFrame({"id": [1], "x": pl.Series([1], dtype=pl.Int128)}),
    ],
)
def test_frames_that_arrow_cannot_tell_are_refused(db, frame):
    with pytest.raises(IngestError, match="frame cannot be read"):
        db.ingest(frame, dataset="street")


@pytest.mark.parametrize("source", [pa.table({}), pd.DataFrame(), pa.table({"id": pa.array([], pa.int64())})])
def test_frames_without_rows_or_columns_are_refused(db, source):
    with pytest.raises(IngestError, match="the source is empty"):
        db.ingest(source, dataset="street")


def test_rows_that_python_cannot_take_do_not_block_the_connection(db):
    frame = pd.DataFrame({"id": [1], "at": pd.to_datetime(["2026-01-01"]).tz_localize("UTC")})
    db.ingest(frame, dataset="street")
    with pytest.raises(sqlsel.SqlselError, match="must have magnitude"):
        db.engine.rows("SELECT metadata.at - TIMESTAMPTZ '2026-01-01' + INTERVAL 3000000 YEARS FROM street.samples")
    db.ingest(frame, dataset="street")


@pytest.mark.parametrize("source", [7, None, [1, 2], {"id": [1]}, object()])
def test_what_nothing_reads_is_told(db, source):
    with pytest.raises(UsageError, match="nothing reads a"):
        db.ingest(source, dataset="street")


def test_nothing_of_a_frame_stays_registered(db):
    for make in SOURCES.values():
        db.ingest(make(), dataset="street")
    assert db.engine.rows("SELECT table_name FROM duckdb_tables() WHERE temporary") == []
    assert db.engine.rows("SELECT view_name FROM duckdb_views() WHERE NOT internal") == []
