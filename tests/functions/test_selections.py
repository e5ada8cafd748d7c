"""Every function that selects is the one-shot call of the config that it stands for."""

from functools import partial

import numpy as np
import pyarrow as pa
import pytest

import sqlsel
from sqlsel.functions.declared import FUNCTIONS
from tests.functions.tables import COLUMNS, WIDTH, expected, objective, opened, rows

QUERY = [1.0, *[0.0] * (WIDTH - 1)]
APART = objective("DIVERSITY", strength=0, stopping_condition_minimum_distance=1.1)

CASES = {
    "sqlsel_diversity('photos', n := 9": partial(expected, objective("DIVERSITY"), n=9),
    "sqlsel_diversity('photos', 9": partial(expected, objective("DIVERSITY"), n=9),
    "sqlsel_diversity('photos', n := 50, min_distance := 1.2": partial(
        expected, objective("DIVERSITY", stopping_condition_minimum_distance=1.2), n=50
    ),
    "sqlsel_diversity('photos', n := 9, strength := -1, seed := NULL": partial(
        expected, objective("DIVERSITY", strength=-1), n=9, seed=None
    ),
    "sqlsel_diversity('photos', n := 9, normalize := false, seed := 3": partial(
        expected, objective("DIVERSITY"), n=9, normalize=False, seed=3
    ),
    "sqlsel_coverage('photos', n := 9": partial(expected, objective("COVERAGE"), n=9),
    "sqlsel_coverage('photos', n := 9, weight := 'size', reference_samples := 40": partial(
        expected, objective("COVERAGE", weight={"type": "METADATA", "key": "size"}, reference_samples=40), n=9
    ),
    "sqlsel_typicality('photos', n := 9, k := 3, min_typicality := 0.4": partial(
        expected, objective("TYPICALITY", num_nearest_neighbors=3, stopping_condition_minimum_typicality=0.4), n=9
    ),
    "sqlsel_typicality('photos', n := 9": partial(expected, objective("TYPICALITY"), n=9),
    "sqlsel_balance('photos', 'kind', n := 9, target := {'cat': 0.7, 'dog': 0.2}": partial(
        expected, objective("BALANCE", "METADATA", {"key": "kind"}, target={"cat": 0.7, "dog": 0.2}), n=9
    ),
    "sqlsel_balance('photos', 'kind', n := 9": partial(
        expected, objective("BALANCE", "METADATA", {"key": "kind"}, distribution="UNIFORM"), n=9
    ),
    "sqlsel_balance('photos', 'kind', n := 9, target := 'input', min_distance := 1.1": partial(
        expected, objective("BALANCE", "METADATA", {"key": "kind"}, distribution="INPUT"), APART, n=9
    ),
    "sqlsel_weights('photos', 'size * 2', n := 9, \"where\" := 'kind <> ''cat'''": partial(
        expected, objective("WEIGHTS", "SQL", {"expression": "size * 2"}), n=9, where="kind <> 'cat'"
    ),
    "sqlsel_random('photos', n := 9, seed := 5": partial(expected, objective("WEIGHTS", "RANDOM"), n=9, seed=5),
}


@pytest.mark.parametrize("call", CASES)
def test_it_is_the_one_shot_call(call):
    with opened() as con:
        found = con.sql(f"FROM {call}, {COLUMNS})").to_arrow_table()
    assert found.column_names == ["sample_id", "file_name", "rank", "gain", "terms"]
    assert found.to_pylist() == CASES[call]()
    assert len(found) > 5


def test_every_function_of_the_table_has_a_case():
    called = {call.partition("(")[0] for call in CASES} | {"sqlsel_similarity"}
    assert called == {name for name, function in FUNCTIONS.items() if function.runs == "table"}


@pytest.mark.parametrize("given", [str(QUERY), str([QUERY]), "'wanted'"])
def test_similarity_to_vectors_or_to_a_table(given):
    near = {"input": {"type": "EMBEDDINGS", "dataset_id": "the queries"}, "strategy": {"type": "SIMILARITY"}}
    queries = {"the queries": np.array([QUERY])}
    with opened() as con:
        con.execute(f"CREATE TABLE wanted AS SELECT {QUERY} AS embedding")
        found = con.sql(f"FROM sqlsel_similarity('photos', {given}, n := 7, {COLUMNS})").to_arrow_table()
    assert found.to_pylist() == expected(near, n=7, queries=queries)


def test_n_null_takes_all_there_are():
    with opened() as con:
        assert con.sql(f"FROM sqlsel_diversity('photos', n := NULL, {COLUMNS})").to_arrow_table().num_rows == 120


def test_the_second_round_keeps_away_from_the_first():
    with opened() as con:
        con.execute(f"CREATE TABLE first AS FROM sqlsel_diversity('photos', n := 5, {COLUMNS})")
        ids = [name for (name,) in con.execute("SELECT sample_id FROM first").fetchall()]
        after = con.sql(f"FROM sqlsel_diversity('photos', n := 5, preselected := 'first', {COLUMNS})").to_arrow_table()
        listed = con.sql(f"FROM sqlsel_diversity('photos', n := 5, preselected := {ids}, {COLUMNS})").to_arrow_table()
    assert after.to_pylist() == listed.to_pylist() == expected(objective("DIVERSITY"), n=5, preselected=ids)
    assert not {*ids} & {*after.column("sample_id").to_pylist()}


@pytest.mark.parametrize("kind", ["BIGINT", "INTEGER", "UTINYINT", "UUID", "DATE", "TIMESTAMP", "VARCHAR"])
def test_ids_keep_their_type(kind):
    values = {
        "UUID": "CAST('00000000-0000-0000-0000-0000000000' || (10 + i) AS UUID)",
        "DATE": "DATE '2024-01-01' + CAST(i AS INTEGER)",
        "TIMESTAMP": "TIMESTAMP '2024-01-01 00:00:00.125' + INTERVAL (i) SECOND",
    }
    with opened() as con:
        con.execute(
            f"CREATE TABLE t AS SELECT {values.get(kind, f'CAST(i AS {kind})')} AS id, i AS size FROM range(20) s(i)"
        )
        found = con.sql("FROM sqlsel_weights('t', 'size', n := 5)")
        assert str(found.types[0]) == kind
        assert con.sql(
            "SELECT count(*) FROM sqlsel_weights('t', 'size', n := 5) s JOIN t ON t.id = s.sample_id"
        ).fetchall() == [(5,)]


def test_rows_without_ids_are_numbered():
    with opened() as con:
        con.execute("CREATE TABLE t AS SELECT vector AS embedding FROM photos")
        found = con.sql("FROM sqlsel_diversity('t', n := 5)").to_arrow_table()
    frame = rows().select(["vector"]).rename_columns(["embedding"])
    config = {"n_samples": 5, "strategies": [objective("DIVERSITY")]}
    assert found.column("sample_id").to_pylist() == sqlsel.select(frame, config).sample_ids


def test_views_files_and_names_with_schemata(tmp_path):
    pa.parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "it's here.parquet"
    pa.parquet.write_table(rows(), path)
    with opened() as con:
        con.execute('CREATE SCHEMA "a b"; CREATE TABLE "a b"."my.photos" AS FROM photos')
        con.execute("CREATE VIEW seen AS FROM photos")
        quoted = str(path).replace("'", "''")
        for name in ("seen", "main.photos", "memory.main.PHOTOS", '"a b"."my.photos"', quoted):
            found = con.sql(f"FROM sqlsel_diversity('{name}', n := 9, {COLUMNS})").to_arrow_table()
            assert found.to_pylist() == CASES["sqlsel_diversity('photos', n := 9"](), name


def test_names_are_looked_for_where_the_connection_looks():
    with opened() as con:
        con.execute("CREATE SCHEMA other; CREATE TABLE other.photos AS FROM main.photos WHERE kind = 'cat'")
        con.execute("USE other")
        found = con.sql(f"FROM sqlsel_random('photos', n := NULL, {COLUMNS})").to_arrow_table()
        assert found.num_rows == 40
        con.execute("ATTACH ':memory:' AS elsewhere; CREATE TABLE elsewhere.photos AS FROM memory.main.photos LIMIT 7")
        con.execute("USE elsewhere")
        found = con.sql(f"FROM sqlsel_random('photos', n := NULL, {COLUMNS})").to_arrow_table()
        assert found.num_rows == 7


def test_a_field_of_a_struct_is_a_key():
    with opened() as con:
        con.execute("CREATE TABLE t AS SELECT photo AS id, {'kind': kind} AS taken FROM photos")
        found = con.execute(
            "SELECT t.taken.kind, count(*) FROM sqlsel_balance('t', 'taken.kind', n := 9) AS s "
            "JOIN t ON t.id = s.sample_id GROUP BY ALL"
        ).fetchall()
    assert sorted(found) == [("cat", 3), ("dog", 3), ("emu", 3)]
