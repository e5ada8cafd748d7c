"""Vectors that are read ahead are those that the plan would have read."""

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

import sqlsel
from sqlsel.datasets import ahead
from sqlsel.datasets.ahead import VectorsAhead, read_ahead, worth_reading_ahead
from sqlsel.selecting import Asked, select

DIVERSE = {"n_samples": 12, "strategies": [{"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}}]}
ROWS, WIDTH = 400, 5


@pytest.fixture(autouse=True)
def few_rows(monkeypatch):
    monkeypatch.setattr(ahead, "LEAST_ROWS", 1)


def stored(db, ids):
    vectors = np.random.default_rng(3).standard_normal((ROWS, WIDTH)).astype(np.float32)
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), WIDTH)
    db.ingest(pa.table({"sample_id": ids, "embedding": vectors}), dataset="pool")


def picks(db, config=DIVERSE, **asked):
    """The picks with the vectors read ahead, which are those without."""
    reading = VectorsAhead(db.engine, "pool")
    try:
        found = select(db.engine, Asked(config, "pool", **asked), ahead=reading)
    finally:
        reading.stop()
    assert found.to_arrow().equals(db.select(config, dataset="pool", **asked).to_arrow())
    return reading, found


@pytest.mark.parametrize(
    "ids", [list(range(ROWS)), [f"frame {k % 7}/{k}" for k in range(ROWS)]], ids=["numbers", "texts"]
)
def test_the_picks_are_the_same(tmp_path, ids):
    with sqlsel.connect(tmp_path / "a.duckdb") as db:
        stored(db, ids)
        reading, found = picks(db)
        assert reading.source() == ("embeddings", ROWS)
        assert len(found) == 12


def test_rows_that_are_out_of_play_or_stored_in_another_order_change_nothing(tmp_path):
    with sqlsel.connect(tmp_path / "a.duckdb") as db:
        stored(db, list(range(ROWS)))
        db.connection.execute("CREATE TABLE moved AS FROM pool.embeddings ORDER BY hash(sample_id)")
        db.connection.execute("DELETE FROM pool.embeddings WHERE sample_id % 3 = 0")
        db.connection.execute("INSERT INTO pool.embeddings FROM moved WHERE sample_id % 6 = 0")
        picks(db)
        picks(db, where="sample_id < 300")
        picks(db, preselected=[1, 2, 5])


def test_other_inputs_are_read_as_ever(tmp_path):
    several = {"n_samples": 5, "strategies": [{"input": {"type": "RANDOM"}, "strategy": {"type": "WEIGHTS"}}]}
    with sqlsel.connect(tmp_path / "a.duckdb") as db:
        stored(db, list(range(ROWS)))
        reading, _ = picks(db, several)
        assert reading.take() is None
        reading = VectorsAhead(db.engine, "there is none")
        assert reading.take() is None
        assert reading.source() is None
        reading.stop()


@pytest.mark.parametrize(
    ("config", "narrowed", "worth"),
    [
        (DIVERSE, (None,), True),
        (DIVERSE, ("sample_id < 3",), False),
        (DIVERSE, (None, np.arange(3)), False),
        ('{"strategies": [{"input": {"type": "EMBEDDINGS"}, "strategy": {}}]}', (None,), True),
        ({"strategies": [*DIVERSE["strategies"], *DIVERSE["strategies"]]}, (None,), False),
        ({"strategies": [{"input": {"type": "RANDOM"}}]}, (None,), False),
        ("there is no such file.json", (None,), False),
    ],
)
def test_only_what_looks_at_all_vectors_is_worth_it(config, narrowed, worth):
    with sqlsel.connect() as db:
        stored(db, list(range(ROWS)))
        reading = read_ahead(db.engine, "pool", config, narrowed)
        assert (reading is not None) == worth
        if reading is not None:
            reading.stop()


def test_a_config_may_be_a_file(tmp_path):
    path = tmp_path / "config.json"
    path.write_text('{"strategies": [{"input": {"type": "EMBEDDINGS"}, "strategy": {}}]}')
    assert worth_reading_ahead(path)


def test_it_imports_nothing_that_it_runs_beside():
    code = (
        "import sys, sqlsel.datasets.ahead; print(*sorted(name for name in sys.modules if name.startswith('sqlsel.')))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"sqlsel.config", "sqlsel.plan", "sqlsel.kernels", "sqlsel.selection", "sqlsel.selecting"} & set(loaded)


def test_the_first_selection_of_a_process_reads_ahead_and_a_typo_ends_that_at_once(tmp_path):
    with sqlsel.connect(tmp_path / "a.duckdb") as db:
        stored(db, list(range(ROWS)))
        expected = db.select(DIVERSE, dataset="pool").sample_ids
    typo = {"n_samples": 1, "strategies": [{"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "X"}}]}
    code = f"""
import threading, sqlsel, sqlsel.datasets.ahead as ahead
ahead.LEAST_ROWS = 1
taken = []
take = ahead.VectorsAhead.take
ahead.VectorsAhead.take = lambda self: taken.append(take(self)) or taken[-1]
with sqlsel.connect({str(tmp_path / "a.duckdb")!r}) as db:
    try:
        db.select({typo!r}, dataset="pool")
    except sqlsel.ConfigError:
        pass
    assert threading.active_count() == 1
    import sys
    del sys.modules["sqlsel.selecting"]
    assert db.select({DIVERSE!r}, dataset="pool").sample_ids == {expected!r}
    assert taken and taken[0] is not None
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_vectors_that_do_not_fit_the_plan_are_read_again_and_the_memory_limit_is_what_it_was(tmp_path):
    weighted = {"input": {"type": "RANDOM"}, "strategy": {"type": "WEIGHTS"}}
    with sqlsel.connect(tmp_path / "a.duckdb") as db:
        stored(db, list(range(ROWS)))
        usual = db.engine.rows("SELECT current_setting('memory_limit')")
        picks(db, {"n_samples": 5, "strategies": [*DIVERSE["strategies"], weighted]})
        assert db.engine.rows("SELECT current_setting('memory_limit')") == usual


def test_of_two_that_stream_the_last_leaves_the_usual_limit(tmp_path):
    with sqlsel.connect(tmp_path / "a.duckdb") as db:
        usual = db.engine.rows("SELECT current_setting('memory_limit')")
        session, beside = db.engine.cursor(), db.engine.cursor(beside=True)
        with beside.bounded_memory(512), session.bounded_memory(512):
            assert session.rows("SELECT current_setting('memory_limit')") != usual
        assert db.engine.rows("SELECT current_setting('memory_limit')") == usual
        first = beside.bounded_memory(512)
        first.__enter__()
        with session.bounded_memory(512):
            first.__exit__(None, None, None)
        assert db.engine.rows("SELECT current_setting('memory_limit')") == usual
