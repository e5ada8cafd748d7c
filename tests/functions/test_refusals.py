"""What a function cannot do is refused, with the argument, the cause and what there is."""

import json

import duckdb
import pytest

import sqlsel
from tests.functions.tables import COLUMNS, objective, opened, rows


@pytest.fixture
def con():
    with opened() as connection:
        yield connection


def refusal(con, call):
    with pytest.raises(duckdb.Error) as failure:
        con.execute(f"FROM {call}").fetchall()
    return str(failure.value).partition("UsageError: ")[2] or str(failure.value)


COLUMNS_THERE = "there is: 'photo', 'video', 'kind', 'size', 'vector'"

# by what follows sqlsel_ in the call, what follows the name of the function in the message
WRONG = {
    "diversity('photos', embedding := 'vectr')": (
        f"embedding := 'vectr': 'photos' has no column 'vectr'; did you mean 'vector'?\n{COLUMNS_THERE}"
    ),
    "diversity('photos')": (
        "'photos' has no column 'embedding'\n"
        "name the one with the vectors: embedding := 'vector'; columns that hold some: 'vector'"
    ),
    "diversity('photos', embedding := 'size')": (
        "embedding := 'size': column of type DOUBLE, not a list or an array of numbers\ncolumns with vectors: 'vector'"
    ),
    "diversity('photos', embedding := 'kind')": "embedding := 'kind': column of type VARCHAR",
    "random('photos', id := 'size')": "id := 'size': sample ids cannot be of type DOUBLE",
    "balance('photos', 'knd')": f"key := 'knd': 'photos' has no column 'knd'; did you mean 'kind'?\n{COLUMNS_THERE}",
    "random('photos', per := 'vid')": "per := 'vid': 'photos' has no column 'vid'",
    "random('photos', per := 'vector')": "per := 'vector': column of type FLOAT[8], which makes no groups",
    "balance('photos', 'vector')": "key := 'vector': column of type FLOAT[8], which makes no groups",
    "balance('photos', 'size')": "key: 'size' holds numbers with fractions",
    "random('photos', \"where\" := 'sise > 1')": (
        f"where := 'sise > 1': 'photos' has no column 'sise'; did you mean 'size'?\n{COLUMNS_THERE}"
    ),
    "random('photos', condition := 'size >')": "condition := 'size >': this is no expression",
    "random('photos', condition := 'size > ''a''')": "where \"size > 'a'\": ",
    "random('photos', \"where\" := 'size > 1', condition := 'size > 2')": '"where" and condition are two names',
    "weights('photos', 'kin')": "expression := 'kin': 'photos' has no column 'kin'",
    "random('photos', n := 0)": "n := 0: this must be a whole number of at least 1",
    "random('photos', n := 'ten')": "n := 'ten': this must be a whole number of at least 1",
    "random('photos', n := 2.5)": "n := 2.5: this must be a whole number of at least 1",
    "random('photos', seed := 'x')": "seed := 'x': this must be a whole number",
    "random('photos', missing := 'no')": "missing := 'no': 'omit' and 'error' are allowed",
    f"typicality('photos', k := 0, {COLUMNS})": "k := 0: ",
    f"typicality('photos', min_typicality := 3, {COLUMNS})": "min_typicality: must be at most 1",
    f"diversity('photos', min_distance := -1, {COLUMNS})": "min_distance: ",
    "balance('photos', 'kind', target := 'EVEN')": "target: ",
    "balance('photos', 'kind', target := {'cat': -1})": "target: ",
    f"similarity('photos', 'nowhere', {COLUMNS})": "queries := 'nowhere': there is no such table",
    f"similarity('photos', [1, 2], {COLUMNS})": "queries: ",
    f"similarity('photos', [[1, 2], [3]], {COLUMNS})": "queries := a list: this must be",
    f"random('photos', preselected := ['p001', 'x'], {COLUMNS})": "preselected: 1 ids are no samples",
    "random('photo')": "there is no table, view or file 'photo'; ",
    f"near_duplicates('photos', -1, {COLUMNS})": "distance -1: ",
    "select('photos', '{}')": "no dataset 'photos'\n",
}


@pytest.mark.parametrize("call", WRONG)
def test_an_argument_that_is_wrong(con, call):
    assert refusal(con, f"sqlsel_{call}").startswith(f"sqlsel_{call.partition('(')[0]}: {WRONG[call]}")


def test_an_argument_that_there_is_not(con):
    assert "sqlsel_random(source, n := 100" in refusal(con, "sqlsel_random('photos', m := 3)")


@pytest.mark.parametrize("call", ["sqlsel_random('mine')", f"sqlsel_diversity('mine', {COLUMNS})"])
def test_what_only_its_own_connection_sees(con, call):
    instead = "pass the rows to sqlsel.select(frame, …) in Python"
    con.execute("CREATE TEMP TABLE mine AS FROM photos")
    assert "'mine' is a TEMP table, which its own connection alone can see\n" + instead in refusal(con, call)
    con.execute("DROP TABLE mine")
    con.register("mine", rows())
    assert "'mine' is a registered frame or a TEMP view" in refusal(con, call)
    con.unregister("mine")
    con.execute("BEGIN")
    con.execute("CREATE TABLE mine AS FROM photos")
    told = refusal(con, call)
    con.execute("ROLLBACK")
    assert "'mine' was made in a transaction that is not committed\n" + instead in told
    mine = rows()  # noqa: F841 - a frame of this function, as DuckDB finds them
    assert "there is no table, view or file 'mine'; a frame or a common table expression is none\n" in refusal(
        con, call
    )
    assert instead in refusal(con, call)


def test_a_temporary_table_that_hides_another(con):
    con.execute("CREATE TEMP TABLE photos AS SELECT 1 AS photo")
    assert "'photos' is a TEMP table" in refusal(con, "sqlsel_random('photos', id := 'photo')")
    assert len(con.execute("FROM sqlsel_random('main.photos', n := 3, id := 'photo')").fetchall()) == 3


CHANGES = [
    "INSERT INTO photos SELECT 'new' || photo, video, kind, size, vector FROM photos LIMIT 1",
    "DELETE FROM photos WHERE photo = 'p003'",
    "UPDATE photos SET vector = list_value(1, 0, 0, 0, 0, 0, 0, 0)::FLOAT[8] WHERE photo = 'p003'",
    "UPDATE photos SET photo = 'new' WHERE photo = 'p003'",
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("source", ["photos", "seen"])
def test_rows_that_are_not_committed(con, change, source):
    con.execute("CREATE VIEW seen AS FROM photos")
    call = f"sqlsel_diversity('{source}', n := 3, {COLUMNS})"
    con.execute("BEGIN")
    assert len(con.execute(f"FROM {call}").fetchall()) == 3
    con.execute(change)
    told = refusal(con, call)
    assert f"the open transaction sees other rows of '{source}' than what is committed" in told
    con.execute("ROLLBACK")
    con.execute(change)
    assert len(con.execute(f"FROM {call}").fetchall()) == 3


def test_a_change_of_what_the_call_looks_at(con):
    con.execute("BEGIN")
    con.execute("UPDATE photos SET kind = 'cat'")
    assert len(con.execute("FROM sqlsel_random('photos', n := 3, id := 'photo')").fetchall()) == 3
    assert "sees other rows" in refusal(con, "sqlsel_balance('photos', 'kind', id := 'photo')")
    con.execute("ROLLBACK")


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM photos.samples WHERE sample_id = 'p001'",
        "UPDATE photos.samples SET file_name = 'x' WHERE sample_id = 'p001'",
        "UPDATE photos.samples SET metadata = {'video': 'v', 'kind': 'emu', 'size': 3}",
        "UPDATE photos.embeddings SET embedding = list_reverse(embedding)::FLOAT[8] WHERE sample_id = 'p001'",
        "INSERT INTO photos.tags SELECT 'mine', sample_id, NULL FROM photos.samples",
    ],
)
def test_a_dataset_that_is_not_committed(tmp_path, change):
    path = tmp_path / "curation.duckdb"
    with sqlsel.connect(path) as db:
        db.ingest(rows(), dataset="photos", id="photo", embedding="vector")
    with duckdb.connect(str(path)) as con:
        sqlsel.register(con)
        config = json.dumps({"n_samples": 3, "strategies": [objective("WEIGHTS", "RANDOM")]})
        call = f"sqlsel_select('photos', '{config}')"
        assert len(con.execute(f"FROM {call}").fetchall()) == 3
        con.execute("BEGIN")
        con.execute(change)
        assert "the open transaction sees other rows of 'photos'" in refusal(con, call)


def test_a_view_that_changes_at_every_look(con):
    con.execute("CREATE VIEW anew AS FROM photos WHERE random() < 0.5")
    assert len(con.execute(f"FROM sqlsel_diversity('anew', n := 3, {COLUMNS})").fetchall()) == 3


def test_vectors_that_cannot_be_used(con):
    con.execute("UPDATE photos SET vector = list_value(0, 0, 0, 0, 0, 0, 0, 0)::FLOAT[8] WHERE photo = 'p003'")
    told = refusal(con, f"sqlsel_diversity('photos', {COLUMNS})")
    assert "sqlsel_diversity: the source has vectors that cannot be used:\n" in told
    assert "all numbers are 0: 1 row, p003" in told


# by the call, what sqlsel says where it sees the query itself
MISNAMED = {
    "sqlsel_random('photos', m := 5)": "sqlsel_random: there is no argument 'm'",
    "sqlsel_random('photos', sead => 5)": "sqlsel_random: there is no argument 'sead'; did you mean 'seed'?",
    "sqlsel_balance('photos', min_distanc := 0.1, key := 'kind')": "; did you mean 'min_distance'?",
    "sqlsel_balance('photos')": "sqlsel_balance: 'key' is missing",
    "sqlsel_select(config := '{}')": "sqlsel_select: 'dataset' is missing",
    "sqlsel_near_duplicates('photos', distnce := 0.2) JOIN (SELECT 1) ON true": "; did you mean 'distance'?",
    "sqlsel_random('photos', where := 'size > 1')": "where is a word of SQL",
}


@pytest.mark.parametrize("call", MISNAMED)
def test_an_argument_that_there_is_not_is_named(call):
    with opened() as connection, sqlsel.connect(connection) as db, pytest.raises(sqlsel.UsageError) as failure:
        db.sql(f"FROM {call}")
    assert MISNAMED[call] in failure.value.message
    assert ":=" in failure.value.hint


@pytest.mark.parametrize(
    "query", ["FROM sqlsel_random('photos', seed := 5, n := 2) WHERE nothing = 1", "FROM nowhere", "SELEC 1", "WHERE 1"]
)
def test_other_errors_stay_the_engines(query):
    with opened() as connection, sqlsel.connect(connection) as db, pytest.raises(duckdb.Error):
        db.sql(query)


def test_the_engine_names_the_arguments_that_there_are(con):
    """On a connection of the user's own, where sqlsel does not see the query."""
    assert "n := 100" in refusal(con, "sqlsel_random('photos', m := 5)")


def test_the_command_names_them_too(tmp_path):
    from tests.cli.conftest import sqlsel as command

    with sqlsel.connect(tmp_path / "a.duckdb") as db:
        db.connection.execute("CREATE TABLE main.photos AS SELECT 1 AS id")
    outcome = command("sql", "FROM sqlsel_random('photos', sead := 5)", "--db", tmp_path / "a.duckdb")
    assert (outcome.code, outcome.out) == (2, "")
    first, second = outcome.err.splitlines()
    assert first == "Error: sqlsel_random: there is no argument 'sead'; did you mean 'seed'?"
    assert second.startswith("arguments: source; and by name, with :=, n, ")
