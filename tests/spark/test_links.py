"""Datasets of tables that there are: Spark's own, and folders of Parquet."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

import sqlsel
from sqlsel.engines.commits import COMMITS
from tests.examples.conftest import CONFIGS

pytestmark = pytest.mark.spark

FIRST = next(path for path in CONFIGS if path.stem == "diversity_and_active_learning")


@pytest.fixture(scope="module")
def lying(copied):
    """Where the tables of the demo's digits lie, by name."""
    commit = json.loads(next((copied / COMMITS).glob("*.json")).read_text())
    return {table: str(copied / places[0]) for table, places in commit["tables"]["digits"].items()}


@pytest.fixture
def db(spark, tmp_path):
    """An empty database on Spark."""
    with sqlsel.connect(tmp_path / "own", spark=spark) as database:
        yield database


@pytest.fixture
def vectors(spark, lying):
    """The vectors as a table of Spark's own."""
    spark.read.parquet(lying["embeddings"]).write.mode("overwrite").saveAsTable("digit_vectors")
    yield "digit_vectors"
    spark.sql("DROP TABLE digit_vectors")


def link(db, lying, **other):
    tables = {name: lying[name] for name in ("samples", "embeddings", "predictions", "scores")}
    classes = {"digit_classification": [str(digit) for digit in range(10)]}
    db.link("numbers", **{"categories": classes, **tables, **other})


def test_a_dataset_of_tables_is_selected_from_and_tagged(demo, db, lying, vectors, spark, tmp_path):
    link(db, lying, embeddings=vectors)
    here, there = db.dataset("numbers").facts, demo.dataset("digits").facts
    assert (here.n_samples, set(here.keys)) == (there.n_samples, set(there.keys))
    # the scores of the demo were computed, and are listed apart; linked ones are what there is
    assert here.tasks == {name: replace(task, scores=("uncertainty_entropy",)) for name, task in there.tasks.items()}
    found = db.select(FIRST, dataset="numbers", tag="first")
    assert found.sample_ids == demo.select(FIRST, dataset="digits").sample_ids
    # nothing of theirs was copied, and another connection finds all of it
    assert not list((tmp_path / "own" / "numbers" / "embeddings").rglob("*.parquet"))
    with sqlsel.connect(tmp_path / "own", spark=spark) as other:
        assert [tag.tag for tag in other.tags("numbers")] == ["first"]


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"embeddings": "nowhere"}, "nowhere"),
        ({"samples": "scores"}, "has no column file_name, which samples of a dataset needs"),
        ({"categories": {}}, "has probabilities, and nothing says of which classes"),
    ],
)
def test_tables_that_are_no_dataset_are_refused_and_leave_nothing(db, lying, other, message):
    with pytest.raises(sqlsel.SqlselError, match=message):
        link(
            db,
            lying,
            **{name: lying.get(value, value) if name == "samples" else value for name, value in other.items()},
        )
    assert db.datasets() == []


def test_an_id_that_two_samples_have_is_refused(db, lying, spark, tmp_path):
    samples = spark.read.parquet(lying["samples"])
    samples.union(samples.limit(1)).write.parquet(str(tmp_path / "twice"))
    with pytest.raises(sqlsel.IngestError, match="1 rows of samples have a sample_id that another has"):
        link(db, lying, samples=str(tmp_path / "twice"))


def test_a_database_file_makes_views_instead(tmp_path):
    with sqlsel.connect() as here, pytest.raises(sqlsel.UsageError, match="copy=False"):
        here.link("numbers", samples="numbers")


def test_what_is_there_is_not_linked_again(copied, spark, lying, tmp_path):
    folder = shutil.copytree(copied, tmp_path / "demo")
    with sqlsel.connect(folder, spark=spark) as found, pytest.raises(sqlsel.UsageError, match="already"):
        found.link("digits", samples=lying["samples"])
