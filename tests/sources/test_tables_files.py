"""Files as sources: formats, patterns, broken ones."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sqlsel.errors import IngestError, UsageError
from tests.datasets.contents import rows

RECORDS = [
    {"id": 1, "file_name": "a.jpg", "embedding": [1.0, 0.0], "city": "Bern", "size": {"width": 10}},
    {"id": 2, "file_name": "b.jpg", "embedding": [0.0, 1.0], "city": None, "size": {"width": 20}},
]
SAMPLES = [
    (1, "a.jpg", {"city": "Bern", "size": {"width": 10}}),
    (2, "b.jpg", {"city": None, "size": {"width": 20}}),
]


def write_parquet(path):
    pq.write_table(pa.Table.from_pylist(RECORDS), path)


def write_json(path):
    path.write_text(json.dumps(RECORDS))


def write_lines(path):
    path.write_text("\n".join(map(json.dumps, RECORDS)))


def write_csv(path):
    path.write_text('id,file_name,embedding,city,size.width\n1,a.jpg,"[1.0, 0]",Bern,10\n2,b.jpg,"[0, 1]",,20\n')


def write_tabs(path):
    path.write_text(
        "id\tfile_name\tembedding\tcity\tsize.width\n1\ta.jpg\t[1.0, 0]\tBern\t10\n2\tb.jpg\t[0, 1]\t\t20\n"
    )


WRITERS = {
    "x.parquet": write_parquet,
    "x.PQ": write_parquet,
    "x.json": write_json,
    "x.jsonl": write_lines,
    "x.ndjson": write_lines,
    "lines in.json": write_lines,
    "x.csv": write_csv,
    "x.tsv": write_tabs,
    'it\'s; "[x]*?" ü.parquet': write_parquet,
    "[x]*.csv": write_csv,
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_files_of_each_format_are_read(db, tmp_path, name, kind):
    path = tmp_path / name
    WRITERS[name](path)
    report = db.ingest(kind(path), dataset="street")
    assert report.counts == {"samples": 2, "embeddings": 2, "predictions": 0, "scores": 0}
    assert rows(db, "street", "samples") == SAMPLES
    assert rows(db, "street", "embeddings") == [(1, (1.0, 0.0)), (2, (0.0, 1.0))]


@pytest.mark.parametrize("suffix", [".csv.gz", ".jsonl.gz"])
def test_packed_text_files_are_read(db, tmp_path, suffix):
    import gzip

    plain = tmp_path / "plain"
    (write_csv if "csv" in suffix else write_lines)(plain)
    (tmp_path / f"x{suffix}").write_bytes(gzip.compress(plain.read_bytes()))
    db.ingest(tmp_path / f"x{suffix}", dataset="street")
    assert rows(db, "street", "samples") == SAMPLES


def test_a_pattern_names_many_files_and_unites_their_columns(db, tmp_path):
    pq.write_table(pa.table({"id": [2], "x": [1]}), tmp_path / "part-1.parquet")
    pq.write_table(pa.table({"y": ["u"], "id": [1]}), tmp_path / "part-2.parquet")
    pq.write_table(pa.table({"id": [3]}), tmp_path / "other.parquet")
    db.ingest(str(tmp_path / "part-*.parquet"), dataset="street")
    assert rows(db, "street", "samples") == [(1, None, {"x": None, "y": "u"}), (2, None, {"x": 1, "y": None})]


def test_a_relative_pattern_is_read_from_here(db, tmp_path, monkeypatch):
    write_csv(tmp_path / "a.csv")
    monkeypatch.chdir(tmp_path)
    assert db.ingest("*.csv", dataset="street").added == 2


def test_types_are_told_from_the_whole_file(db, tmp_path):
    lines = [*(f"{i},{i}" for i in range(30_000)), "30000,odd"]
    (tmp_path / "late.csv").write_text("\n".join(["id,code", *lines]))
    db.ingest(tmp_path / "late.csv", dataset="street")
    assert rows(db, "street", "samples", "max(sample_id), max(metadata.code)") == [(30_000, "odd")]


BROKEN = {
    "x.parquet": b"PAR1 no parquet",
    "y.parquet": b"",
    "x.json": b'[{"id": 1}, {"id":',
    "x.jsonl": b'{"id": 1}\n{"id": \n',
    "x.npy": b"no npy",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_are_refused_by_name(db, tmp_path, name):
    (tmp_path / name).write_bytes(BROKEN[name])
    with pytest.raises(IngestError) as refusal:
        db.ingest(tmp_path / name, dataset="street")
    assert refusal.value.message.startswith(str(tmp_path / name))
    assert refusal.value.hint
    assert db.datasets() == []


@pytest.mark.parametrize(("name", "text"), [("x.csv", ""), ("x.csv", "id,x\n"), ("x.json", ""), ("x.json", "[]")])
def test_files_without_rows_are_refused(db, tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(IngestError, match="the source is empty"):
        db.ingest(tmp_path / name, dataset="street")
    assert db.datasets() == []


def test_a_missing_file_is_told_with_the_nearest(db, tmp_path):
    write_csv(tmp_path / "samples.csv")
    with pytest.raises(UsageError, match="no such file, folder or table") as refusal:
        db.ingest(tmp_path / "sample.csv", dataset="street")
    assert "did you mean 'samples.csv'?" in refusal.value.hint


def test_a_pattern_that_matches_nothing_is_told(db, tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        db.ingest(str(tmp_path / "*.parquet"), dataset="street")


def test_a_file_that_nothing_reads_is_told_with_the_formats(db, tmp_path):
    (tmp_path / "x.xlsx").write_text("")
    with pytest.raises(UsageError, match="nothing reads a file of that name") as refusal:
        db.ingest(tmp_path / "x.xlsx", dataset="street")
    assert ".parquet" in refusal.value.hint


def test_no_temporary_table_is_left_behind(db, tmp_path):
    write_csv(tmp_path / "x.csv")
    db.ingest(tmp_path / "x.csv", dataset="street")
    (tmp_path / "y.csv").write_text("id,x\n1,a\n1,b\n")
    with pytest.raises(IngestError):
        db.ingest(tmp_path / "y.csv", dataset="street")
    assert db.engine.rows("SELECT table_name FROM duckdb_tables() WHERE temporary") == []
    assert db.engine.rows("SELECT view_name FROM duckdb_views() WHERE NOT internal") == []
