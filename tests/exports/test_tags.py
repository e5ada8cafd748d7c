"""A tag in every format: what is in it, in which order, and that a file appears whole or not at all."""

import csv
import json
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sqlsel
from sqlsel.errors import SqlselError, UsageError
from sqlsel.exports.formats import FORMATS
from tests import pool as p

CONFIG = p.config(5, (p.EMBEDDINGS, p.DIVERSITY), (p.BRIGHTNESS, p.WEIGHTS))
EARLIER = ["s003", "s001"]


@pytest.fixture
def tagged(db):
    """A database whose tag ``round-1`` holds five new samples and two preselected ones; and the selection."""
    db.ingest(p.make_pool(20, 0).table(), dataset="pool", **p.MAPPING)
    return db, db.select(CONFIG, dataset="pool", tag="round-1", preselected=EARLIER)


def in_order(selection):
    return [*selection.sample_ids, *sorted(EARLIER)]


def test_file_names_are_one_a_line(tagged, tmp_path):
    db, selection = tagged
    path = tmp_path / "names.txt"
    assert db.export("pool", "round-1", "filenames", path).samples == 7
    assert path.read_text().splitlines() == [f"{name}.jpg" for name in in_order(selection)]
    assert db.export("pool", "round-1", "filenames", path, exclude_preselected=True).samples == 5
    assert path.read_text() == "".join(f"{name}\n" for name in selection.file_names)


def test_parquet_holds_the_ranked_table_and_the_metadata(tagged, tmp_path):
    db, selection = tagged
    assert db.export("pool", "round-1", "parquet", tmp_path / "x.parquet", exclude_preselected=True).samples == 5
    found = pq.read_table(tmp_path / "x.parquet")
    assert found.drop_columns(["metadata"]).equals(selection.to_arrow())
    stored = dict(db.connection.execute("SELECT sample_id, metadata.light.brightness FROM pool.samples").fetchall())
    for row in found.to_pylist():
        assert row["metadata"]["light"]["brightness"] == stored[row["sample_id"]]


def test_parquet_tells_how_the_tag_came_about(tagged, tmp_path):
    db, _ = tagged
    db.select({**CONFIG, "n_samples": 2}, dataset="pool", tag="round-1", preselected="round-1", seed=None)
    db.export("pool", "round-1", "parquet", tmp_path / "x.parquet")
    told = {key.decode(): value.decode() for key, value in pq.read_schema(tmp_path / "x.parquet").metadata.items()}
    assert (told["sqlsel.dataset"], told["sqlsel.tag"]) == ("pool", "round-1")
    assert json.loads(told["sqlsel.config"])["n_samples"] == 2
    assert (told["sqlsel.seed"], told["sqlsel.version"]) == ("null", sqlsel.__version__)
    runs = json.loads(told["sqlsel.runs"])
    assert [run["seed"] for run in runs] == [0, None]
    assert runs[-1]["run_id"] == told["sqlsel.run_id"]
    shown = db.connection.execute(
        "SELECT value FROM parquet_kv_metadata(?) WHERE key = 'sqlsel.tag'", [str(tmp_path / "x.parquet")]
    )
    assert shown.fetchall() == [(b"round-1",)]


def test_the_ranked_table_of_a_selection_tells_the_same(tagged, tmp_path):
    db, selection = tagged
    told = selection.to_arrow().schema.metadata
    assert json.loads(told[b"sqlsel.config"])["n_samples"] == 5
    assert (told[b"sqlsel.seed"], told[b"sqlsel.tag"]) == (b"0", b"round-1")
    assert told[b"sqlsel.run_id"].decode() == selection.run_id
    without = db.select(CONFIG, dataset="pool", seed=None).to_arrow().schema.metadata
    assert without.keys() == {f"sqlsel.{key}".encode() for key in ("dataset", "version", "config", "seed")}
    assert without[b"sqlsel.seed"] == b"null"


def test_parquet_of_a_tag_that_was_replaced_tells_the_last_run_alone(tagged, tmp_path):
    db, _ = tagged
    db.select({**CONFIG, "n_samples": 3}, dataset="pool", tag="round-1", overwrite=True, seed=9)
    db.export("pool", "round-1", "parquet", tmp_path / "x.parquet")
    told = pq.read_schema(tmp_path / "x.parquet").metadata
    assert told[b"sqlsel.seed"] == b"9"
    assert b"sqlsel.runs" not in told
    db.export("pool", "initial-tag", "parquet", tmp_path / "x.parquet")
    assert pq.read_schema(tmp_path / "x.parquet").metadata.keys() == {b"sqlsel.dataset", b"sqlsel.tag"}


@pytest.mark.parametrize("format_name", ["json", "jsonl"])
def test_json_is_the_same_rows(tagged, tmp_path, format_name):
    db, selection = tagged
    path = tmp_path / "x.json"
    assert db.export("pool", "round-1", format_name, path).samples == 7
    text = path.read_text()
    rows = json.loads(text) if format_name == "json" else [json.loads(line) for line in text.splitlines()]
    assert [row["sample_id"] for row in rows] == in_order(selection)
    assert [row["rank"] for row in rows] == [1, 2, 3, 4, 5, None, None]
    assert rows[1]["terms"].keys() == {"diversity", "weights:light.brightness"}
    assert [row["gain"] for row in rows[:5]] == selection.to_arrow().column("gain").to_pylist()
    assert rows[6]["gain"] is rows[6]["terms"] is None
    assert rows[6]["metadata"].keys() == {"light", "weather"}


def test_csv_has_a_column_for_each_term_and_key(tagged, tmp_path):
    db, selection = tagged
    db.export("pool", "round-1", "csv", tmp_path / "x.csv")
    with (tmp_path / "x.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        "sample_id",
        "file_name",
        "rank",
        "gain",
        "terms.diversity",
        "terms.weights:light.brightness",
        "metadata.light.brightness",
        "metadata.weather",
    ]
    terms = [dict(row) for row in selection.to_arrow().column("terms").to_pylist()]
    assert [float(row["terms.weights:light.brightness"]) for row in rows[:5]] == [
        term["weights:light.brightness"] for term in terms
    ]
    assert rows[5]["rank"] == rows[5]["gain"] == rows[5]["terms.diversity"] == ""


def test_every_sample_is_the_initial_tag(tagged, tmp_path):
    db, _ = tagged
    assert db.export("pool", "initial-tag", "csv", tmp_path / "x.csv").samples == 20
    header, *rows = (tmp_path / "x.csv").read_text().splitlines()
    assert header.startswith("sample_id,file_name,rank,gain,metadata.")
    assert [row.split(",")[0] for row in rows] == [f"s{number:03d}" for number in range(20)]


@pytest.mark.parametrize("format_name", FORMATS)
def test_nothing_is_a_file_too(tagged, tmp_path, format_name):
    db, _ = tagged
    assert db.export("pool", "initial-tag", format_name, tmp_path / "x", exclude_preselected=True).samples == 0
    if format_name == "parquet":
        assert pq.read_table(tmp_path / "x").num_rows == 0
    elif format_name == "json":
        assert json.loads((tmp_path / "x").read_text()) == []
    else:
        assert len((tmp_path / "x").read_text().splitlines()) == (format_name == "csv")


NASTY = ["a,b.jpg", 'q"uote.jpg', "semi;colon.jpg", "日本語.jpg", "it's -- sql.jpg", " blank .jpg"]


def test_names_of_any_kind_come_back_from_csv_and_json(db, tmp_path):
    db.ingest(pa.table({"file_name": NASTY, 'k"e,y': [1, 2, 3, 4, 5, 6]}), dataset='d "x"; --')
    db.export('d "x"; --', "initial-tag", "csv", tmp_path / "x.csv")
    db.export('d "x"; --', "initial-tag", "json", tmp_path / "x.json")
    with (tmp_path / "x.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    keys = {name: number for number, name in enumerate(NASTY, 1)}
    assert {row["file_name"]: int(row['metadata.k"e,y']) for row in rows} == keys
    found = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    assert {row["file_name"]: row["metadata"]['k"e,y'] for row in found} == keys


def test_values_that_json_lacks_are_told_as_text_or_null(db, tmp_path):
    moment = datetime(2024, 5, 1, 12, 30, 15, 250000, tzinfo=UTC).replace(tzinfo=None)
    table = pa.table(
        {
            "file_name": ["a"],
            "seen": pa.array([moment], pa.timestamp("ns")),
            "loud": pa.array([float("nan")]),
            "flag": [True],
            "tags": [["x", "y"]],
        }
    )
    db.ingest(table, dataset="d")
    db.export("d", "initial-tag", "json", tmp_path / "x.json")
    metadata = json.loads((tmp_path / "x.json").read_text())[0]["metadata"]
    assert metadata == {"seen": "2024-05-01T12:30:15.250000", "loud": None, "flag": True, "tags": ["x", "y"]}
    db.export("d", "initial-tag", "csv", tmp_path / "x.csv")
    row = next(csv.DictReader((tmp_path / "x.csv").read_text().splitlines()))
    assert row["metadata.seen"] == "2024-05-01T12:30:15.250000"
    assert row["metadata.flag"] == "true"
    assert json.loads(row["metadata.tags"]) == ["x", "y"]


def test_a_line_break_in_a_file_name_is_refused_where_it_would_make_two(db, tmp_path):
    db.ingest(pa.table({"file_name": ["a\nb.jpg"]}), dataset="d")
    with pytest.raises(UsageError, match="line break"):
        db.export("d", "initial-tag", "filenames", tmp_path / "x.txt")
    assert list(tmp_path.iterdir()) == []
    assert db.export("d", "initial-tag", "csv", tmp_path / "x.csv").samples == 1


def test_a_file_that_exists_is_replaced_only_when_all_is_written(tagged, tmp_path, monkeypatch):
    db, _ = tagged
    path = tmp_path / "x.csv"
    path.write_text("old")
    path.chmod(0o640)

    def breaks(*_arguments, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sqlsel.exports.csv_file.cell", breaks)
    with pytest.raises(SqlselError, match="cannot be written: No space left"):
        db.export("pool", "round-1", "csv", path)
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["x.csv"]
    monkeypatch.undo()
    db.export("pool", "round-1", "csv", path)
    assert path.read_text().startswith("sample_id,")
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link(tagged, tmp_path):
    db, _ = tagged
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    db.export("pool", "round-1", "filenames", tmp_path / "link.txt")
    assert (tmp_path / "link.txt").is_symlink()
    assert len((tmp_path / "real.txt").read_text().splitlines()) == 7


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("pol", "round-1", "csv", "x"), "no dataset 'pol'\ndid you mean 'pool'"),
        (("pool", "round-2", "csv", "x"), "no tag 'round-2' in dataset 'pool'\ndid you mean 'round-1'"),
        (("pool", "round-1", "xlsx", "x"), "no format 'xlsx'\nthere is: filenames, csv"),
        (("pool", "round-1", "csv", "none/x"), "none/x: cannot be written: No such file"),
        (("pool", "round-1", "csv", "."), "a folder, not a file"),
    ],
)
def test_what_cannot_be_exported(tagged, tmp_path, monkeypatch, arguments, message):
    db, _ = tagged
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as refused:
        db.export(*arguments)
    assert message in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_read_only_file_can_be_exported_from(tmp_path):
    with sqlsel.connect(tmp_path / "c.duckdb") as db:
        db.ingest(p.make_pool(20, 0).table(), dataset="pool", **p.MAPPING)
        db.select(CONFIG, dataset="pool", tag="round-1")
    with sqlsel.connect(tmp_path / "c.duckdb", read_only=True) as db:
        assert db.export("pool", "round-1", "filenames", tmp_path / "x.txt").samples == 5
