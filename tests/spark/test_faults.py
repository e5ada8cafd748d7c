"""What goes wrong on a cluster: executors that die, sessions that are gone, odd partitions, missing programs."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import sqlsel
from sqlsel.engines.spark.session import check_installed
from tests.spark.cluster import FAR

ROWS = 10


@pytest.fixture(scope="module")
def points(tmp_path_factory):
    """A few vectors as a folder of Parquet, and the picks of one machine."""
    vectors = np.random.default_rng(0).standard_normal((ROWS, 8)).astype(np.float32)
    folder = tmp_path_factory.mktemp("points") / "points"
    with sqlsel.connect() as db:
        table = pa.table({"sample_id": range(ROWS), "embedding": pa.array(vectors.tolist(), pa.list_(pa.float32()))})
        db.ingest(table, dataset="points")
        db.copy_to(folder)
        return folder, db.select(FAR, dataset="points").sample_ids


@pytest.fixture
def cut(monkeypatch):
    """Cuts the rows of runs into pieces; returns what does, and their sizes after a run."""
    from pyspark.sql import functions as f

    from sqlsel.engines.spark.engine import SparkEngine
    from sqlsel.engines.spark.failures import told
    from sqlsel.engines.spark.pieces import SparkPieces

    sizes = []

    def by(count, key):
        @contextmanager
        def pieces(self, query, read):
            with told("cut"):
                found = SparkPieces(self.frame(query).repartitionById(count, key(f)), read)
            sizes[:] = found.step(lambda part, _kept: (None, len(part)))
            yield found
            found.close()

        monkeypatch.setattr(SparkEngine, "pieces", pieces)
        return sizes

    return by


@pytest.mark.spark
@pytest.mark.parametrize(
    ("count", "key", "sizes"),
    [
        (1, lambda f: f.lit(0), [ROWS]),
        (ROWS + 2, lambda f: f.col("position").cast("int"), [1] * ROWS + [0] * 2),
        (5, lambda f: f.when(f.col("position") < ROWS - 1, 3).otherwise(1), [0, 1, 0, ROWS - 1, 0]),
    ],
    ids=["one", "more than rows", "skewed and empty"],
)
def test_however_rows_are_cut_the_picks_are_the_same(points, spark, cut, count, key, sizes):
    folder, picks = points
    found = cut(count, key)
    with sqlsel.connect(folder, spark=spark) as db:
        assert db.select(FAR, dataset="points").sample_ids == picks
    assert found == sizes


@pytest.fixture(scope="module")
def losses(points, spark, tmp_path_factory):
    """What a program saw that lost an executor, its session and its Java; and the tags that it left."""
    folder, _ = points
    arguments = [str(folder), str(tmp_path_factory.mktemp("cluster"))]
    done = subprocess.run(
        [sys.executable, "-m", "tests.spark.cluster", *arguments],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=400,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    with sqlsel.connect(folder, spark=spark) as db:
        return json.loads(done.stdout.strip().splitlines()[-1]), [tag.tag for tag in db.tags("points")]


@pytest.mark.cluster
def test_an_executor_that_is_killed_changes_nothing(points, losses):
    assert losses[0]["without an executor"] == points[1]
    assert losses[0]["jobs"] > 3


@pytest.mark.cluster
@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_a_session_that_is_lost_is_told_and_leaves_no_tag(losses, how):
    found, tags = losses
    assert found[how].splitlines() == [
        "the Spark session is gone; nothing was stored",
        "start a session, and connect again",
    ]
    assert tags == ["kept"]


@pytest.mark.spark
def test_a_master_that_there_is_not_is_told_in_two_lines(points, spark):
    arguments = ["select", str(points[0]), "--db", str(points[0]), "--dataset", "points", "--master", "nonsense"]
    done = subprocess.run([sys.executable, "-m", "sqlsel", *arguments], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Error: Spark does not start on nonsense: Master must either be yarn or start with spark, k8s, or local",
        "check --master: local[2], spark://HOST:7077, yarn",
    ]


def test_java_that_is_missing_is_named_with_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(sqlsel.UsageError, match="apt install openjdk-17-jre-headless"):
        check_installed()


def test_pyspark_that_is_missing_is_named_with_what_to_install(monkeypatch):
    monkeypatch.setattr("sqlsel.engines.spark.session.find_spec", lambda _name: None)
    with pytest.raises(sqlsel.UsageError, match=r"pip install 'sqlsel\[spark\]'"):
        check_installed()
