"""What a database does, on Spark: tags, rounds, exports, explanations, summaries, changes that fail."""

from __future__ import annotations

import re
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlglot import exp

import sqlsel
from sqlsel.datasets.tables import dataset_table
from sqlsel.engines.commits import COMMITS
from sqlsel.sqlfiles import read_sql

pytestmark = pytest.mark.spark

ENGINES = ("duckdb", "spark")
UNSURE = {
    "n_samples": 5,
    "strategies": [
        {
            "input": {"type": "SCORES", "task": "digit_classification", "score": "uncertainty_margin"},
            "strategy": {"type": "WEIGHTS"},
        }
    ],
}
FAR = {"n_samples": 5, "strategies": [{"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}}]}


@pytest.fixture
def folder(copied, tmp_path):
    return shutil.copytree(copied, tmp_path / "demo")


@pytest.fixture
def db(folder, spark):
    with sqlsel.connect(folder, spark=spark) as database:
        yield database


def commits(folder):
    return len(list((folder / COMMITS).glob("*.json")))


def test_datasets_and_tags_are_those_that_were_copied(demo, on_spark):
    assert on_spark.datasets() == demo.datasets()
    assert on_spark.tags("digits") == demo.tags("digits")


def test_a_selection_is_kept_grows_and_is_exported(db, folder, spark, tmp_path):
    first = db.select(UNSURE, dataset="digits", tag="unsure")
    second = db.select(FAR, dataset="digits", tag="both", preselected="unsure")
    assert {tag.tag: (tag.selected, tag.preselected) for tag in db.tags("digits")} == {
        "both": (5, 5),
        "round-1": (100, 0),
        "unsure": (5, 0),
    }
    with pytest.raises(sqlsel.UsageError, match="exists already"):
        db.select(UNSURE, dataset="digits", tag="unsure")
    db.export("digits", "both", "parquet", tmp_path / "both.parquet")
    rows = pq.read_table(tmp_path / "both.parquet").to_pylist()
    assert len(rows) == 10
    assert [row["sample_id"] for row in rows[:5]] == second.sample_ids
    assert {row["sample_id"] for row in rows[5:]} == set(first.sample_ids)
    # another connection sees it, and plain Spark reads it
    with sqlsel.connect(folder, spark=spark) as other:
        assert other.select(FAR, dataset="digits", preselected="unsure").sample_ids == second.sample_ids
    runs = db.sql("SELECT tag, stop FROM sqlsel.runs WHERE tag <> 'round-1' ORDER BY started_at").collect()
    assert [tuple(row) for row in runs] == [("unsure", "n_samples"), ("both", "n_samples")]


def test_the_summary_is_that_of_one_machine(demo, on_spark):
    here, there = (db.select(UNSURE, dataset="digits").summary() for db in (demo, on_spark))
    here.pop("dataset_facts", None)
    assert there["objectives"][0]["reached"] == pytest.approx(here["objectives"][0]["reached"], rel=1e-12)
    assert {key: there[key] for key in ("selected", "candidates", "stop", "left_out")} == {
        key: here[key] for key in ("selected", "candidates", "stop", "left_out")
    }


def test_functions_have_the_same_names_and_values(demo, on_spark):
    names = (
        set(re.findall(r"(?:MACRO|FUNCTION) (sqlsel_\w+)", read_sql(f"{engine}/functions.sql"))) for engine in ENGINES
    )
    assert next(names) == next(names)
    query = """
        SELECT sqlsel_distance(a.embedding, b.embedding), sqlsel_cosine(a.embedding, b.embedding)
        FROM digits.embeddings AS a JOIN digits.embeddings AS b ON a.sample_id = 'digit_0814.png'
        ORDER BY b.sample_id LIMIT 50
    """
    here, there = demo.sql(query).fetchall(), [tuple(row) for row in on_spark.sql(query).collect()]
    assert there == [pytest.approx(row, abs=1e-12) for row in here]
    zero = "SELECT sqlsel_cosine(array(0D), array(1D)), sqlsel_distance(array(0D), CAST(NULL AS ARRAY<DOUBLE>))"
    assert tuple(on_spark.sql(zero).collect()[0]) == (None, None)


def test_a_plan_is_explained(demo, on_spark):
    here, there = (db.explain(FAR, dataset="digits") for db in (demo, on_spark))
    assert str(there) == str(here)
    assert "sqlsel_tie" in there.sql("spark")


@pytest.mark.parametrize("failing", ["write", "publish"])
def test_a_run_that_fails_leaves_no_tag(db, folder, failing, monkeypatch):
    from pyspark.sql.readwriter import DataFrameWriter

    from sqlsel.engines.spark.folder import Folder

    def refuse(*_arguments, **_options):
        raise OSError("no space left")

    before, places = commits(folder), sorted(folder.rglob("*.parquet"))
    monkeypatch.setattr(*((DataFrameWriter, "parquet") if failing == "write" else (Folder, "publish")), refuse)
    with pytest.raises(OSError, match="no space"):
        db.select(UNSURE, dataset="digits", tag="unsure")
    monkeypatch.undo()
    assert commits(folder) == before
    assert sorted(folder.rglob("*.parquet")) == places
    assert [tag.tag for tag in db.tags("digits")] == ["round-1"]


def test_of_two_that_write_at_once_the_second_is_told(db, folder, spark):
    other = sqlsel.connect(folder, spark=spark)
    with pytest.raises(sqlsel.DatabaseError, match="another process"), db.engine.transaction():
        db.engine.execute(exp.delete(dataset_table(db.engine.catalog, "digits", "tags")))
        other.select(UNSURE, dataset="digits", tag="unsure")
    assert [tag.tag for tag in other.tags("digits")] == ["round-1", "unsure"]
    other.close()


def test_nothing_is_ingested(db):
    with pytest.raises(sqlsel.UsageError, match="sqlsel copy"):
        db.ingest(pa.table({"sample_id": ["a"]}), dataset="new")
