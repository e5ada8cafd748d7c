"""Vectors that do not fit into memory: the same selection from a file, and what is said about it."""

import errno
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sqlsel
from sqlsel.engines.room import Room
from sqlsel.selection import fitting
from sqlsel.selection.scattered import running
from sqlsel.selection.scattered.blocks import Blocks
from tests import pool as p
from tests.cli.conftest import sqlsel as command
from tests.selection.test_scattered import OBJECTIVES, ON_VECTORS, assert_same, declared

WIDTH = 256
DIVERSE = p.config(40, (p.EMBEDDINGS, p.DIVERSITY))


@pytest.fixture
def small(monkeypatch):
    """Makes everything too large for memory, and blocks of a few rows; returns the blocks that are made."""
    made, usual = [], Blocks.__init__

    def watched(self, *arguments, **options):
        usual(self, *arguments, **options)
        made.append(self)

    def arm():
        made.clear()
        monkeypatch.setattr(Room, "needed", lambda *_: 1 << 60)
        monkeypatch.setattr(Blocks, "__init__", watched)
        monkeypatch.setattr(fitting, "LEAST_BLOCK", 1 << 10)
        monkeypatch.setattr(fitting, "MOST_BLOCK", 1 << 10)
        monkeypatch.setattr(running, "POOL_ROWS", 24)
        monkeypatch.setattr(running, "LEAST_ROWS", 2)
        return made

    arm.disarm = monkeypatch.undo
    return arm


def both(small, pool, config, **asked):
    """Holds the selection from a file against that from memory; returns the blocks."""
    with sqlsel.connect() as db:
        db.ingest(pool.table(), dataset="pool", **p.MAPPING)
        whole = db.select(config, dataset="pool", **asked)
        made = small()
        stored = db.select(config, dataset="pool", **asked)
        small.disarm()
        told = [notice for notice in stored.summary()["notices"] if "temporary file" in notice]
        assert len(told) == 1
        assert_same(whole, stored, notices=told)
        return made


@pytest.mark.parametrize("strength", [1.0, -1.0])
@pytest.mark.parametrize("name", ON_VECTORS)
def test_alone(small, name, strength):
    pool = p.make_pool(100, 3)
    made = both(small, pool, declared(20, [name], [strength]))
    assert made[0].count > 2
    vectors = sum(map(len, pool.objects)) if name.startswith("objects") else len(pool.ids)
    assert made[0].stored == vectors * p.WIDTH * 4


@pytest.mark.parametrize("names", [["scenes"], ["even scenes", "diversity"]])
def test_probabilities_are_read_from_the_file_too(small, names):
    pool = p.make_pool(100, 4)
    made = both(small, pool, declared(20, names, [1.0, 1.0]))
    assert made[0].count > 2
    assert made[0].stored == 100 * (len(p.CLASSES) * 8 + ("diversity" in names) * p.WIDTH * 4)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    names=st.lists(st.sampled_from(sorted(OBJECTIVES)), min_size=1, max_size=3, unique=True),
    strengths=st.lists(st.sampled_from([1.0, 0.5, -1.0]), min_size=3, max_size=3),
    data=st.integers(0, 1000),
    before=st.sampled_from([None, ["s003", "s017", "s020"]]),
    limit=st.sampled_from([(), ({"key": "weather", "max": 6},)]),
    seed=st.sampled_from([0, None]),
)
def test_combinations(small, names, strengths, data, before, limit, seed):
    if not any(OBJECTIVES[name][0]["type"] == "EMBEDDINGS" for name in names):
        names = ["diversity", *names]
    config = declared(25, names, [1.0, *strengths], limit)
    pool = p.make_pool(90, data, lacking=0.1)
    assert len(both(small, pool, config, preselected=before, seed=seed)) == 1


def vectors(rows):
    numbers = np.random.default_rng(0).standard_normal(rows * WIDTH, dtype=np.float32)
    return pa.table(
        {
            "sample_id": np.arange(rows),
            "embedding": pa.FixedSizeListArray.from_arrays(pa.array(numbers), WIDTH),
        }
    )


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """30 MB of vectors in a file."""
    path = tmp_path_factory.mktemp("large") / "made.duckdb"
    with sqlsel.connect(path) as db:
        db.ingest(vectors(30_000), dataset="large")
    return path


def test_a_real_limit(database):
    with sqlsel.connect(database, read_only=True) as db:
        whole = db.select(DIVERSE, dataset="large")
        assert not whole.summary()["notices"]
    with sqlsel.connect(database, read_only=True, memory_limit="100MB") as db:
        limit = db.engine.rows("SELECT current_setting('memory_limit')")
        stored = db.select(DIVERSE, dataset="large")
        assert db.engine.rows("SELECT current_setting('memory_limit')") == limit
        notice = f"with all samples in play, {stored.summary()['notices'][0]}"
        assert [str(each) for each in db.explain(DIVERSE, dataset="large").notices] == [notice]
    assert stored.to_arrow().equals(whole.to_arrow())
    told = "the vectors (29.3 MiB) do not fit into the memory that may be used (95.3 MiB)"
    assert stored.summary()["notices"] == [f"{told}: they are read from a temporary file in {database.parent}"]


def test_what_a_condition_leaves_may_fit(database):
    with sqlsel.connect(database, read_only=True, memory_limit="100MB") as db:
        few = db.select(DIVERSE, dataset="large", where="sample_id < 1000")
    assert not few.summary()["notices"]


def test_what_has_to_be_in_memory_is_refused_with_its_size(database):
    config = p.config(5, (p.EMBEDDINGS, {"type": "COVERAGE", "reference_samples": None}))
    with sqlsel.connect(database, read_only=True, memory_limit="100MB") as db:
        with pytest.raises(sqlsel.SelectionError, match=r"all of them have to be there: it takes 436 MiB") as told:
            db.select(config, dataset="large")
        assert "raise memory_limit" in told.value.hint
        selection = db.select(DIVERSE, dataset="large")
        with pytest.raises(sqlsel.SelectionError, match="it takes 126 MiB"):
            selection.summary(full=True, exact=True)


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("stop", [KeyboardInterrupt, ZeroDivisionError])
@pytest.mark.parametrize("stage", ["read", "select"])
def test_nothing_is_left_of_a_run_that_ends_early(database, stop, stage):
    def progress(now, done, _total):
        if now == stage and done:
            raise stop

    with sqlsel.connect(database, read_only=True, memory_limit="100MB") as db:
        before, files = sorted(database.parent.iterdir()), open_files()
        with pytest.raises(stop):
            db.select(DIVERSE, dataset="large", progress=progress)
        assert sorted(database.parent.iterdir()) == before
        assert open_files() == files
        assert len(db.select(DIVERSE, dataset="large").sample_ids) == 40


def test_a_disk_without_room_is_told_before_anything_is_written(database, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(2**30, 2**30, 2**20))
    with sqlsel.connect(database, read_only=True, memory_limit="100MB") as db:
        with pytest.raises(sqlsel.DatabaseError, match=r"there are 1 MiB left") as told:
            db.select(DIVERSE, dataset="large")
        assert "temp_directory" in told.value.hint


def test_a_disk_that_fills_up_is_told(database, monkeypatch):
    def full(*_arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("sqlsel.selection.scattered.blocks._write", full)
    written = pytest.raises(sqlsel.DatabaseError, match="no temporary file can be written: No space left")
    with sqlsel.connect(database, read_only=True, memory_limit="100MB") as db, written:
        db.select(DIVERSE, dataset="large")


@pytest.mark.parametrize("limit", ["lots", "2000", ""])
def test_a_limit_that_is_no_size_is_refused(limit, tmp_path):
    with pytest.raises(sqlsel.UsageError, match="is no size"):
        sqlsel.connect(tmp_path / "a.duckdb", memory_limit=limit)


def test_a_limit_is_a_setting_of_a_connection_of_ones_own(database):
    import duckdb

    with duckdb.connect(database, read_only=True) as connection:
        with pytest.raises(sqlsel.UsageError, match="a setting of your connection"):
            sqlsel.connect(connection, memory_limit="1GB")
        connection.execute("SET memory_limit = '100MB'")
        selection = sqlsel.connect(connection).select(DIVERSE, dataset="large")
    assert "temporary file" in selection.summary()["notices"][0]


def test_the_command_line_takes_a_limit(database):
    asked = (json.dumps(DIVERSE), "--db", database, "--dataset", "large", "--memory-limit")
    for verb in ("select", "explain"):
        told = command(verb, *asked, "100MB")
        assert told.code == 0
        assert "they are read from a temporary file" in " ".join(told.err.split())
        assert "temporary file" not in command(verb, *asked, "4GB").err
        assert "memory_limit 'much' is no size" in command(verb, *asked, "much").err
