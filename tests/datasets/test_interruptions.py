"""What a database holds after Ctrl-C, a full disk or a kill in the middle of storing: what it held before."""

import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

import sqlsel
from sqlsel.errors import SqlselError
from tests.datasets.contents import everything

ROOT = Path(__file__).parents[2]

PROLOGUE = """
import os, resource, signal, sys, threading
import sqlsel
from sqlsel.errors import SqlselError

path = sys.argv[1]
db = sqlsel.connect(path)
many = "SELECT range AS sample_id, [random() + i for i in range(64)] AS embedding FROM range(400000)"
"""

CTRL_C = """
def progress(stage, done, total):
    if (stage, done) == ("embeddings", 0):
        threading.Timer(float(sys.argv[2]), os.kill, (os.getpid(), signal.SIGINT)).start()

try:
    db.ingest(db.connection.sql(many), dataset=sys.argv[3], progress=progress)
except KeyboardInterrupt:
    print("interrupted")
print(db.datasets())
db.close()
"""

FULL_DISK = """
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
db.connection.execute("CREATE TEMP TABLE many AS " + many)
resource.setrlimit(resource.RLIMIT_FSIZE, (os.path.getsize(path) + 5_000_000, hard))
try:
    db.ingest("many", dataset=sys.argv[3])
except SqlselError as failure:
    print(type(failure).__name__, failure)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
print(db.datasets())
db.close()
"""

KILL = """
def progress(stage, done, total):
    if (stage, done) == ("embeddings", 0):
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGKILL)).start()

db.ingest(db.connection.sql(many), dataset=sys.argv[3], progress=progress)
"""


@pytest.fixture
def database(tmp_path):
    """A file with the dataset ``street``, and what it holds."""
    path = tmp_path / "curation.duckdb"
    with sqlsel.connect(path) as db:
        db.ingest(pa.table({"sample_id": [1, 2], "embedding": [[1.0] * 64, [2.0] * 64]}), dataset="street")
        return path, everything(db)


def run(script, *arguments):
    command = [sys.executable, "-c", PROLOGUE + script, *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)


def check_unchanged(path, before):
    with sqlsel.connect(path) as db:
        assert everything(db) == before
        db.ingest(pa.table({"sample_id": [3], "embedding": [[1.0] * 64]}), dataset="street")
        assert db.engine.rows("SELECT count(*) FROM street.samples") == [(3,)]


@pytest.mark.parametrize("dataset", ["street", "crowd"])
@pytest.mark.parametrize("delay", [0, 0.1])
def test_ctrl_c_leaves_the_database_as_it_was(database, dataset, delay):
    path, before = database
    done = run(CTRL_C, path, delay, dataset)
    assert done.stdout.splitlines() == ["interrupted", "['street']"], done.stderr
    assert done.stderr == ""
    check_unchanged(path, before)


@pytest.mark.parametrize("dataset", ["street", "crowd"])
def test_a_full_disk_leaves_the_database_as_it_was(database, dataset):
    path, before = database
    done = run(FULL_DISK, path, 0, dataset)
    assert "DatabaseError the disk is full" in done.stdout, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "['street']"
    check_unchanged(path, before)


def test_a_kill_leaves_the_database_as_it_was(database):
    path, before = database
    done = run(KILL, path, 0, "crowd")
    assert done.returncode == -9
    check_unchanged(path, before)


def test_a_file_that_was_made_for_a_source_that_is_refused_goes(tmp_path):
    path = tmp_path / "new.duckdb"
    with pytest.raises(SqlselError), sqlsel.connect(path) as db:
        db.ingest(tmp_path / "gone.parquet", dataset="street")
    assert not path.exists()
    with sqlsel.connect(path) as db:
        with pytest.raises(SqlselError):
            db.ingest(tmp_path / "gone.parquet", dataset="street")
        db.connection.execute("CREATE TABLE own AS SELECT 1 AS x")
    assert path.exists()
    with pytest.raises(SqlselError), sqlsel.connect(path) as db:
        db.connection.execute("DROP TABLE own")
        db.ingest(tmp_path / "gone.parquet", dataset="street")
    assert path.exists()
