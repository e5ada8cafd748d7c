"""sqlsel datasets, tags, info, explain, export and sql."""

from __future__ import annotations

import csv
import io
import json

import pytest

import sqlsel as api
from tests.cli.conftest import sqlsel

CONFIG = "demo-files/round-1/config.json"
ON_DIGITS = ("--db", "demo.duckdb", "--dataset", "digits")


def test_datasets(demo):
    outcome = sqlsel("datasets", "--db", "demo.duckdb")
    rows = [line.split() for line in outcome.out.splitlines()[2:]]
    assert [row[:3] for row in rows] == [["digits", "1000", "24"], ["misread", "47", "24"], ["sheets", "120", "16"]]
    listed = json.loads(sqlsel("datasets", "--db", "demo.duckdb", "--format", "json").out)
    assert [row["dataset"] for row in listed] == ["digits", "misread", "sheets"]
    assert listed[2]["tasks"] == "digit_detection, paper_classification"


def test_tags(demo):
    (row,) = csv.DictReader(io.StringIO(sqlsel("tags", "--db", "demo.duckdb", "--format", "csv").out))
    assert row == {"dataset": "digits", "tag": "round-1", "selected": "100", "preselected": "0"}
    none = sqlsel("tags", "--db", "demo.duckdb", "--dataset", "sheets")
    assert (none.code, none.out, none.err) == (0, "", "no tags; `sqlsel select` with --tag makes one\n")
    assert sqlsel("tags", "--db", "demo.duckdb", "--dataset", "sheet").code == 2


def test_info_names_all_that_a_config_can(demo):
    text = sqlsel("info", "--db", "demo.duckdb").out
    assert max(len(line) for line in text.splitlines()) <= 80
    words = " ".join(text.split())
    for part in (
        "3 datasets",
        "digits: 1,000 samples",
        "1,000 of 24 dimensions",
        "digit_classification (classification), 10 classes: 0, 1, 2,",
        "scores: uncertainty_least_confidence, uncertainty_margin, uncertainty_entropy",
        "text: ink.amount, slant.direction",
        "integer categories: digit",
        "number: ink.share, slant.degrees, lightly.meanRed,",
        "round-1: 100 selected",
        "of 24 dimensions of the objects of digit_detection",
    ):
        assert part in words


def test_info_as_json(demo):
    (found,) = json.loads(sqlsel("info", *ON_DIGITS, "--format", "json").out)["datasets"]
    assert found["samples"] == 1000
    assert found["embeddings"] == [
        {"name": "default", "table": "embeddings", "task": None, "dimensions": 24, "vectors": 1000, "computed_by": None}
    ]
    assert found["tasks"][0]["classes"] == [str(digit) for digit in range(10)]
    assert {"key": "digit", "kind": "integer", "categorical": True} in found["metadata"]
    assert found["tags"] == [{"tag": "round-1", "selected": 100, "preselected": 0}]


def test_an_empty_database(tmp_path):
    with api.connect(tmp_path / "e.duckdb"):
        pass
    assert sqlsel("info", "--db", tmp_path / "e.duckdb").out.endswith("MB, 0 datasets\n")
    outcome = sqlsel("datasets", "--db", tmp_path / "e.duckdb", "--format", "json")
    assert (outcome.code, json.loads(outcome.out)) == (0, [])
    missing = sqlsel("tags", "--db", tmp_path / "e.duckdb", "--dataset", "x")
    assert missing.code == 2
    assert missing.err == "Error: no dataset 'x'\n`sqlsel ingest SOURCE --db DB --dataset NAME` makes one\n"


def test_explain_prints_the_plan_and_its_sql(demo):
    with api.connect("demo.duckdb", read_only=True) as db:
        explained = db.explain(CONFIG, dataset="digits")
    assert sqlsel("explain", CONFIG, *ON_DIGITS).out == f"{explained}\n"
    assert sqlsel("explain", CONFIG, *ON_DIGITS, "--sql").out == f"{explained.sql()}\n"
    assert sqlsel("explain", CONFIG, *ON_DIGITS, "--dialect", "spark").out == f"{explained.sql('spark')}\n"


def test_explain_with_the_options_of_select(demo):
    plan = sqlsel("explain", CONFIG, *ON_DIGITS, "--preselected", "round-1", "--where", "metadata.digit > 3").out
    assert "start from the preselected samples of tag round-1" in plan
    assert "keep candidates where metadata.digit > 3" in plan


def test_export_to_stdout_and_to_a_file(demo):
    with api.connect("demo.duckdb", read_only=True) as db:
        names = [
            row[0] for row in db.engine.rows("SELECT sample_id FROM digits.tags WHERE tag = 'round-1' ORDER BY rank")
        ]
    printed = sqlsel("export", *ON_DIGITS, "--tag", "round-1", "--format", "filenames")
    assert printed.out.splitlines() == names
    assert printed.err == "100 samples of tag round-1\n"
    written = sqlsel("export", *ON_DIGITS, "--tag", "round-1", "-o", "x.txt")
    assert (written.code, written.out, written.err) == (0, "", "100 samples of tag round-1 written to x.txt\n")
    assert (demo / "x.txt").read_text() == printed.out


def test_export_without_new_samples(demo):
    outcome = sqlsel("export", *ON_DIGITS, "--tag", "initial-tag", "--format", "filenames", "--exclude-preselected")
    assert (outcome.code, outcome.out) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--tag", "round-1"), "export to stdout needs --format"),
        (("--tag", "round-1", "-o", "x.xyz"), "x.xyz: its name does not say which format to write"),
        (("--tag", "round-2", "--format", "csv"), "no tag 'round-2' in dataset 'digits'"),
        (("--tag", "round-1", "--format", "pickle"), "'pickle' is not one of"),
        (("--tag", "round-1", "--format", "coco"), "coco holds boxes, and dataset 'digits' has none"),
    ],
)
def test_what_cannot_be_exported(demo, arguments, message):
    outcome = sqlsel("export", *ON_DIGITS, *arguments)
    assert outcome.code == 2
    assert message in outcome.err


def sql(query, *options):
    return sqlsel("sql", query, "--db", "demo.duckdb", *options)


def test_sql_prints_a_table_or_all_rows(demo):
    query = "SELECT sample_id, metadata FROM digits.samples ORDER BY sample_id"
    table = sql(query).out.splitlines()
    assert len(table) == 43
    assert max(map(len, table)) <= 80
    assert table[-1].startswith("… 960 more")
    assert len(sql(query, "--format", "jsonl").out.splitlines()) == 1000
    assert sql("-", "--format", "csv").code == 1
    assert (
        sqlsel("sql", "-", "--db", "demo.duckdb", "--format", "csv", stdin="SELECT 1 AS a, 2 AS a").out
        == "a,a_1\n1,2\n"
    )


def test_sql_knows_the_functions(demo):
    chosen = sql(f"SELECT count(*) AS n FROM sqlsel_select('digits', '{CONFIG}')", "--format", "csv")
    assert chosen.out == "n\n100\n"


def test_sql_reads_without_locking_and_writes_when_it_has_to(demo):
    before = (demo / "demo.duckdb").read_bytes()
    with api.connect("demo.duckdb", read_only=True):
        assert sql("SELECT 1").code == 0
    assert (demo / "demo.duckdb").read_bytes() == before
    assert sql("CREATE TABLE main.kept AS SELECT 42 AS answer").code == 0
    assert sql("FROM main.kept", "--format", "csv").out == "answer\n42\n"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELEC 1", "syntax error"),
        ("FROM digits.sample", "samples"),
        ("SELECT nope FROM digits.samples", "nope"),
        ("", "no statement"),
        (
            "SELECT CAST(CASE WHEN i = 500000 THEN 'x' ELSE '1' END AS INT) FROM range(1000000) AS t(i)",
            "Conversion Error",
        ),
    ],
)
def test_sql_that_is_wrong(demo, query, message):
    outcome = sql(query)
    assert outcome.code == 1
    assert outcome.err.startswith("Error: ")
    assert message in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT * FROM sqlsel_select('digits', '{}')", "Error: sqlsel_select: config: 2 problems\n"),
        ("SELECT * FROM sqlsel_select('digit', '{}')", "Error: sqlsel_select: no dataset 'digit'\n"),
        (
            "SELECT * FROM sqlsel_diversity('digits.embedings')",
            "Error: sqlsel_diversity: there is no table, view or file 'digits.embedings'",
        ),
        (
            "SELECT * FROM sqlsel_diversity('digits.samples')",
            "Error: sqlsel_diversity: 'digits.samples' has no column 'embedding'\n",
        ),
    ],
)
def test_a_function_that_is_called_wrongly(demo, query, message):
    outcome = sql(query)
    assert outcome.code == 2
    assert outcome.err.startswith(message)
    assert "Traceback" not in outcome.err
