"""sqlsel select: what it prints where, what it stores, and what it refuses."""

from __future__ import annotations

import csv
import io
import json

import pyarrow.parquet as pq
import pytest

import sqlsel as api
from tests.cli.conftest import sqlsel

CONFIG = "demo-files/round-1/config.json"
ON_DIGITS = ("--db", "demo.duckdb", "--dataset", "digits")
DIVERSE = {"n_samples": 7, "strategies": [{"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}}]}


def tags():
    with api.connect("demo.duckdb", read_only=True) as db:
        return {tag.tag: (tag.selected, tag.preselected) for tag in db.tags("digits")}


def chosen(config=DIVERSE, **asked):
    with api.connect("demo.duckdb", read_only=True) as db:
        return db.select(config, dataset="digits", **asked)


def test_the_summary_goes_to_stderr_and_the_first_rows_to_stdout(demo):
    outcome = sqlsel("select", CONFIG, *ON_DIGITS)
    assert outcome.code == 0
    header, rule, *rows, rest = outcome.out.splitlines()
    assert header.split()[:3] == ["rank", "file_name", "gain"]
    assert set(rule) == {"-", " "}
    assert [row.split()[0] for row in rows] == [str(rank) for rank in range(1, 11)]
    assert rest == "… 90 more; --format csv prints all, -o FILE writes them"
    assert outcome.err.startswith("Selected 100 of ")
    assert "stopped: as many samples as asked for" in outcome.err
    assert max(len(line) for line in (outcome.out + outcome.err).splitlines()) <= 80
    assert tags() == {"round-1": (100, 0)}


def test_every_format_holds_all_rows(demo):
    ranked = chosen()
    config = json.dumps(DIVERSE)
    names = sqlsel("select", config, *ON_DIGITS, "--format", "filenames").out.splitlines()
    assert names == ranked.file_names
    rows = list(csv.DictReader(io.StringIO(sqlsel("select", config, *ON_DIGITS, "--format", "csv").out)))
    assert [row["file_name"] for row in rows] == names
    assert list(rows[0]) == ["sample_id", "file_name", "rank", "gain", "terms.diversity"]
    listed = json.loads(sqlsel("select", config, *ON_DIGITS, "--format", "json").out)
    assert [row["gain"] for row in listed] == ranked.to_arrow().column("gain").to_pylist()
    lines = sqlsel("select", config, *ON_DIGITS, "--format", "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == listed
    assert listed[0]["terms"] == {"diversity": None}


@pytest.mark.parametrize(
    ("name", "first"),
    [("x.csv", "sample_id,file_name,rank"), ("x.json", "["), ("x.txt", "digit_"), ("x.jsonl", '{"sample_id"')],
)
def test_a_file_is_written_as_it_is_called(demo, name, first):
    outcome = sqlsel("select", json.dumps(DIVERSE), *ON_DIGITS, "-o", name)
    assert (outcome.code, outcome.out) == (0, "")
    assert (demo / name).read_text().startswith(first)


def test_a_parquet_file_too(demo):
    assert sqlsel("select", json.dumps(DIVERSE), *ON_DIGITS, "-o", "x.parquet").code == 0
    assert pq.read_table("x.parquet").column("file_name").to_pylist() == chosen().file_names


def test_a_table_in_a_file_is_complete(demo):
    sqlsel("select", CONFIG, *ON_DIGITS, "-o", "x.out", "--format", "table")
    assert len((demo / "x.out").read_text().splitlines()) == 102


def test_the_config_from_stdin(demo):
    outcome = sqlsel("select", "-", *ON_DIGITS, "--format", "filenames", stdin=json.dumps(DIVERSE))
    assert outcome.out.splitlines() == chosen().file_names


def test_a_tag_is_stored_and_replaced_only_when_told_to(demo):
    config = json.dumps(DIVERSE)
    assert sqlsel("select", config, *ON_DIGITS, "--tag", "round-2", "--preselected", "round-1").code == 0
    assert tags()["round-2"] == (7, 100)
    again = sqlsel("select", config, *ON_DIGITS, "--tag", "round-2")
    assert again.code == 2
    assert again.err.startswith("Error: tag 'round-2' exists already in dataset 'digits'\n")
    assert tags()["round-2"] == (7, 100)
    assert sqlsel("select", config, *ON_DIGITS, "--tag", "round-2", "--overwrite").code == 0
    assert tags()["round-2"] == (7, 0)


def test_options_reach_the_selection(demo):
    config = json.dumps({**DIVERSE, "strategies": [{"input": {"type": "RANDOM"}, "strategy": {"type": "WEIGHTS"}}]})
    asked = ("--format", "filenames", "--seed")
    assert sqlsel("select", config, *ON_DIGITS, *asked, "5").out.splitlines() == chosen(config, seed=5).file_names
    assert sqlsel("select", json.dumps(DIVERSE), *ON_DIGITS, *asked, "none").out.splitlines()[0] == "digit_0400.png"
    where = sqlsel("select", config, *ON_DIGITS, "--where", "metadata.digit = 3", "--format", "json")
    with api.connect("demo.duckdb", read_only=True) as db:
        threes = {row[0] for row in db.engine.rows("SELECT sample_id FROM digits.samples WHERE metadata.digit = 3")}
    assert {row["sample_id"] for row in json.loads(where.out)} <= threes


@pytest.mark.parametrize(
    ("seed", "message"),
    [("often", "'often' is neither a whole number nor 'none'"), (2**63, "9223372036854775808 does not fit in 64 bits")],
)
def test_a_bad_seed(demo, seed, message):
    outcome = sqlsel("select", json.dumps(DIVERSE), *ON_DIGITS, "--seed", seed)
    assert outcome.code == 2
    assert message in outcome.err


@pytest.mark.parametrize(("tag", "told"), [("round-2", "tag round-2 is stored"), (None, "nothing was changed")])
def test_ctrl_c_after_the_tag_was_stored_says_so(demo, monkeypatch, tag, told):
    def interrupted(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("sqlsel.cli.commands.select._write", interrupted)
    outcome = sqlsel("select", CONFIG, *ON_DIGITS, *(("--tag", tag) if tag else ()))
    assert outcome.code == 130
    assert outcome.err.splitlines()[-1] == f"Interrupted; {told}."
    assert ("round-2" in tags()) == (tag is not None)


def test_a_missing_database_is_not_made(demo):
    outcome = sqlsel("select", CONFIG, "--db", "none.duckdb", "--dataset", "digits", "--tag", "new")
    assert outcome.code == 2
    assert outcome.err.startswith("Error: none.duckdb: no such database\n")
    assert not (demo / "none.duckdb").exists()


def test_a_file_that_cannot_be_written_is_told_before_anything_runs(demo):
    outcome = sqlsel("select", CONFIG, *ON_DIGITS, "--tag", "round-2", "-o", "none/x.csv")
    assert outcome.code == 2
    assert outcome.err.startswith("Error: none/x.csv: cannot be written: No such file or directory\n")
    assert "round-2" not in tags()


def test_without_a_tag_the_file_is_not_touched(demo):
    before = (demo / "demo.duckdb").read_bytes()
    assert sqlsel("select", CONFIG, *ON_DIGITS).code == 0
    assert (demo / "demo.duckdb").read_bytes() == before
