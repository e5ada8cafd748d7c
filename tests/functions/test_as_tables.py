"""The functions stand wherever a table does, and leave nothing behind that plain DuckDB cannot read."""

import duckdb
import pytest

import sqlsel
from tests.functions.tables import COLUMNS, opened

CALL = f"sqlsel_diversity('photos', n := 6, {COLUMNS})"


def ids(con, query):
    return [row[0] for row in con.execute(query).fetchall()]


def test_they_join_filter_and_fill_tables():
    with opened() as con:
        chosen = ids(con, f"SELECT sample_id FROM {CALL}")
        assert ids(con, f"SELECT sample_id FROM {CALL} WHERE rank > 2") == chosen[2:]
        joined = f"SELECT photo, kind, rank FROM photos JOIN {CALL} ON photo = sample_id ORDER BY rank"
        assert ids(con, joined) == chosen
        con.execute(f"CREATE TABLE chosen AS FROM {CALL}")
        assert ids(con, "SELECT sample_id FROM chosen ORDER BY rank") == chosen
        assert ids(con, f"SELECT photo FROM photos ANTI JOIN {CALL} ON photo = sample_id ORDER BY 1") == sorted(
            {*ids(con, "SELECT photo FROM photos")} - {*chosen}
        )
        twice = f"WITH one AS (FROM {CALL}), two AS (FROM sqlsel_random('photos', n := 3, {COLUMNS})) "
        assert len(ids(con, twice + "SELECT sample_id FROM one UNION ALL SELECT sample_id FROM two")) == 9


def test_parameters_and_variables():
    with opened() as con:
        chosen = ids(con, f"SELECT sample_id FROM {CALL}")
        found = con.execute(
            "SELECT sample_id FROM sqlsel_diversity(?, n := ?, id := 'photo', embedding := 'vector')", ["photos", 6]
        )
        assert [row[0] for row in found.fetchall()] == chosen
        con.execute("SET VARIABLE name = 'photos'")
        assert ids(con, f"SELECT sample_id FROM sqlsel_diversity(getvariable('name'), 6, {COLUMNS})") == chosen


def test_explain_runs_nothing():
    with opened() as con:
        con.execute("CREATE TABLE empty AS FROM photos LIMIT 0")
        call = f"sqlsel_diversity('empty', {COLUMNS})"
        assert con.execute(f"EXPLAIN FROM {call}").fetchall()
        with pytest.raises(duckdb.Error, match="no samples"):
            con.execute(f"FROM {call}").fetchall()


def test_reopened_with_plain_duckdb_every_table_reads(tmp_path):
    path = tmp_path / "photos.duckdb"
    with opened(path) as con:
        con.execute(f"CREATE TABLE chosen AS FROM {CALL}")
        con.execute(f"CREATE VIEW always AS FROM {CALL}")
        chosen = con.execute("FROM chosen").fetchall()
        assert con.execute("FROM always").fetchall() == chosen
        names = con.execute("SELECT database_name FROM duckdb_databases() WHERE NOT internal").fetchall()
        assert names == [("photos",)]
    with duckdb.connect(str(path), read_only=True) as plain:
        tables = ids(plain, "SELECT table_name FROM duckdb_tables()")
        assert sorted(tables) == ["chosen", "photos"]
        for table in tables:
            assert plain.execute(f"FROM {table}").fetchall()
        assert plain.execute("FROM chosen").fetchall() == chosen
        with pytest.raises(duckdb.CatalogException, match="sqlsel_diversity"):
            plain.execute("FROM always")
    with duckdb.connect(str(path), read_only=True) as again:
        sqlsel.register(again)
        assert again.execute("FROM always").fetchall() == chosen


def test_the_settings_of_the_connection_stay_as_they_are(tmp_path):
    settings = "SELECT name, value FROM duckdb_settings() WHERE name NOT LIKE '%progress%' ORDER BY name"
    with opened(tmp_path / "photos.duckdb") as con:
        before = con.execute(settings).fetchall()
        con.execute(f"FROM {CALL}").fetchall()
        assert con.execute(settings).fetchall() == before


def test_two_connections_select_at_once(tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    with opened(tmp_path / "photos.duckdb") as con:
        chosen = ids(con, f"SELECT sample_id FROM {CALL}")
        others = [con.cursor() for _ in range(3)]
        for other in others:
            sqlsel.register(other)
        with ThreadPoolExecutor(3) as pool:
            found = list(pool.map(lambda other: ids(other, f"SELECT sample_id FROM {CALL}"), others))
        assert found == [chosen] * 3
