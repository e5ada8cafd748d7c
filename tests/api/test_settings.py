"""A selection does not depend on how the user's connection is set up."""

import duckdb
import pytest

import sqlsel
from tests import pool as p

CONFIGS = [
    p.config(20, (p.BRIGHTNESS, p.WEIGHTS)),
    p.config(20, (p.WEATHER_KEY, {"type": "BALANCE", "target": {"sunny": 0.5, "cloudy": 0.0}})),
    p.config(20, (p.EMBEDDINGS, p.DIVERSITY)),
    p.config(20, (p.EMBEDDINGS, p.DIVERSITY), (p.THINGS, {"type": "BALANCE", "distribution": "UNIFORM"})),
]


@pytest.mark.parametrize("chosen", CONFIGS, ids=["weights", "balance", "diversity", "greedy"])
@pytest.mark.parametrize("seed", [0, None])
def test_settings_and_threads_change_nothing(chosen, seed):
    pool = p.make_pool(40, 0, lacking=0.1)
    found = []
    for settings in (
        [],
        ["SET default_null_order = 'nulls_first'", "SET default_order = 'desc'", "SET default_collation = 'nocase'"],
        ["SET threads = 1", "SET preserve_insertion_order = false"],
        ["SET threads = 4", "SET memory_limit = '200MB'"],
    ):
        with duckdb.connect() as con, sqlsel.connect(con) as db:
            db.ingest(pool.table(), dataset="pool", **p.MAPPING)
            for setting in settings:
                con.execute(setting)
            found.append(db.select(chosen, dataset="pool", seed=seed).to_arrow())
    assert all(table.equals(found[0]) for table in found)


def test_nothing_but_our_own_progress_is_printed(tmp_path):
    with sqlsel.connect(tmp_path / "a.duckdb") as db:
        assert db.connection.execute("SELECT current_setting('enable_progress_bar_print')").fetchall() == [(False,)]


def limit_of(engine):
    return engine.rows("SELECT current_setting('memory_limit')")[0][0]


def test_memory_is_capped_while_one_session_streams_and_no_longer_when_another_begins(tmp_path):
    with sqlsel.connect(tmp_path / "made.duckdb") as db:
        usual, session = limit_of(db.engine), db.engine.cursor()
        with session.bounded_memory(512, beside=100 << 20):
            capped = limit_of(session)
            assert capped != usual
            assert capped == limit_of(db.engine)
        assert limit_of(session) == usual
        with session.bounded_memory(512):
            second = db.engine.cursor()
            assert limit_of(session) == usual
            second.close()
        assert limit_of(session) == usual


def test_the_memory_limit_of_a_users_connection_is_left_alone(tmp_path):
    connection = duckdb.connect(str(tmp_path / "users.duckdb"))
    connection.execute("SET memory_limit = '3GiB'")
    with sqlsel.connect(connection) as db, db.engine.cursor().bounded_memory(512):
        assert limit_of(db.engine) == "3.0 GiB"
    connection.close()
