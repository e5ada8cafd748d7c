"""Selections as a table function on any DuckDB connection."""

import json

import duckdb
import pytest

import sqlsel
from tests import pool as p

CONFIG = json.dumps(p.config(4, (p.EMBEDDINGS, p.DIVERSITY), (p.DOUBT, p.WEIGHTS)))


@pytest.fixture
def path(tmp_path):
    found = tmp_path / "curation.duckdb"
    with sqlsel.connect(found) as db:
        db.ingest(p.make_pool(20, 0).table(), dataset="pool", **p.MAPPING)
        db.select(CONFIG, dataset="pool", tag="round-1")
    return found


@pytest.fixture
def con(path):
    with duckdb.connect(str(path)) as connection:
        sqlsel.register(connection)
        yield connection


def test_the_rows_are_those_of_select(path, con):
    found = con.sql(f"SELECT * FROM sqlsel_select('pool', '{CONFIG}')").to_arrow_table()
    assert found.column_names == ["sample_id", "file_name", "rank", "gain", "terms", "object_index"]
    assert found.column("object_index").null_count == found.num_rows
    con.close()
    with sqlsel.connect(path) as db:
        assert (
            found.drop_columns(["object_index"]).to_pylist() == db.select(CONFIG, dataset="pool").to_arrow().to_pylist()
        )


def test_it_joins_filters_and_fills_tables(con):
    con.execute(f"CREATE TABLE chosen AS SELECT * FROM sqlsel_select('pool', '{CONFIG}', seed := 3) WHERE rank <= 2")
    joined = con.execute("SELECT s.metadata.weather FROM chosen JOIN pool.samples s USING (sample_id)").fetchall()
    assert len(joined) == 2


def test_named_arguments(con):
    first = con.execute(f"SELECT sample_id FROM sqlsel_select('pool', '{CONFIG}')").fetchall()
    after = con.execute(f"SELECT sample_id FROM sqlsel_select('pool', '{CONFIG}', preselected := 'round-1')").fetchall()
    assert not set(first) & set(after)
    dry = con.execute(
        f"SELECT weather FROM (SELECT s.metadata.weather FROM sqlsel_select('pool', '{CONFIG}', condition := "
        "'weather = ''sunny''') JOIN pool.samples s USING (sample_id)) t(weather)"
    ).fetchall()
    assert set(dry) == {("sunny",)}


def test_nothing_is_written(con):
    before = con.execute("SELECT count(*) FROM sqlsel.runs").fetchall()
    con.execute(f"SELECT * FROM sqlsel_select('pool', '{CONFIG}')").fetchall()
    assert con.execute("SELECT count(*) FROM sqlsel.runs").fetchall() == before


def test_errors_say_what_is_wrong(con):
    with pytest.raises(duckdb.Error, match="scen"):
        wrong = json.dumps(p.config(4, ({"type": "SCORES", "task": "scen", "score": "doubt"}, p.WEIGHTS)))
        con.execute(f"SELECT * FROM sqlsel_select('pool', '{wrong}')").fetchall()
    with pytest.raises(duckdb.Error, match="nowhere"):
        con.execute(f"SELECT * FROM sqlsel_select('nowhere', '{CONFIG}')").fetchall()
    with pytest.raises(duckdb.Error, match="missing := 'no'"):
        con.execute(f"SELECT * FROM sqlsel_select('pool', '{CONFIG}', missing := 'no')").fetchall()


def test_registering_twice_and_on_many_connections(path, con):
    sqlsel.register(con)
    other = con.cursor()
    sqlsel.register(other)
    query = f"SELECT sample_id FROM sqlsel_select('pool', '{CONFIG}')"
    assert con.execute(query).fetchall() == other.execute(query).fetchall()
    other.close()


def test_the_scalar_functions(con):
    row = con.execute(
        "SELECT sqlsel_uncertainty_entropy([0.5, 0.5]), sqlsel_uncertainty_entropy([1.0, 0.0]), "
        "sqlsel_uncertainty_least_confidence([0.25, 0.25, 0.25, 0.25]), sqlsel_uncertainty_margin([0.6, 0.3, 0.1]), "
        "sqlsel_uncertainty_entropy([0.9]), sqlsel_uniform('a', 0)"
    ).fetchone()
    assert row[:4] == pytest.approx((1, 0, 1, 0.7))
    assert row[4] == pytest.approx(0.468995593589281)
    assert 0 < row[5] < 1


def test_db_sql_has_the_functions(path):
    with sqlsel.connect(path) as db:
        assert len(db.sql(f"SELECT * FROM sqlsel_select('pool', '{CONFIG}')").fetchall()) == 4


def test_a_connection_that_closes_leaves_the_others_their_functions(path):
    first = duckdb.connect(str(path))
    sqlsel.register(first)
    second = duckdb.connect(str(path))
    sqlsel.register(second)
    first.close()
    query = f"SELECT count(*) FROM sqlsel_select('pool', '{CONFIG}')"
    assert second.execute(query).fetchall() == [(4,)]
    second.close()
    # nothing keeps the file open: another configuration would be refused otherwise
    with duckdb.connect(str(path), read_only=True) as again:
        sqlsel.register(again)
        assert again.execute(query).fetchall() == [(4,)]
