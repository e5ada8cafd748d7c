"""A selection does not depend on how the user's connection is set up."""

import duckdb
import pytest

import sqlsel
from tests import pool as p

CONFIGS = [
    p.config(20, (p.BRIGHTNESS, p.WEIGHTS)),
    p.config(20, (p.WEATHER_KEY, {"type": "BALANCE", "target": {"sunny": 0.5, "cloudy": 0.0}})),
    p.config(20, (p.EMBEDDINGS, p.DIVERSITY), (p.THINGS, {"type": "BALANCE", "distribution": "UNIFORM"})),
]


@pytest.mark.parametrize("chosen", CONFIGS, ids=["weights", "balance", "greedy"])
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
