"""A selection of its own in each group: exactly the one from that group's rows alone."""

import pytest

from tests.functions.tables import COLUMNS, expected, objective, opened, rows

CALLS = {
    "sqlsel_diversity('photos', n := 3": [objective("DIVERSITY")],
    "sqlsel_diversity('photos', n := 30, min_distance := 1.2": [
        objective("DIVERSITY", stopping_condition_minimum_distance=1.2)
    ],
    "sqlsel_typicality('photos', n := 3, k := 2": [objective("TYPICALITY", num_nearest_neighbors=2)],
    "sqlsel_balance('photos', 'kind', n := 4": [
        objective("BALANCE", "METADATA", {"key": "kind"}, distribution="UNIFORM")
    ],
    "sqlsel_weights('photos', 'size', n := 2": [objective("WEIGHTS", "SQL", {"expression": "size"})],
    "sqlsel_random('photos', n := 2, seed := NULL": [objective("WEIGHTS", "RANDOM")],
}
ASKED = {"sqlsel_random": {"seed": None}}


def alone(call, group):
    """The one-shot selection from the rows of a group."""
    name = call.partition("(")[0]
    n = int(call.split("n := ")[1].split(",")[0])
    keep = [number for number, video in enumerate(rows().column("video").to_pylist()) if video == group]
    return expected(*CALLS[call], n=n, table=rows().take(keep), **ASKED.get(name, {}))


@pytest.mark.parametrize("call", CALLS)
def test_each_group_is_selected_as_if_it_were_alone(call):
    with opened() as con:
        found = con.sql(f"FROM {call}, per := 'video', {COLUMNS})").to_arrow_table()
    assert found.column_names == ["video", "sample_id", "file_name", "rank", "gain", "terms"]
    groups = [*(f"v{number}" for number in range(7)), None]
    told = [{"video": group, **row} for group in groups for row in alone(call, group)]
    assert found.to_pylist() == told


def test_the_group_has_its_own_name_and_type():
    with opened() as con:
        con.execute("CREATE TABLE t AS SELECT *, CAST(len(kind) + size * 3 AS SMALLINT) AS shelf FROM photos")
        call = f"sqlsel_random('t', n := 2, per := 'shelf', {COLUMNS})"
        found = con.sql(f"FROM {call}")
        assert (found.columns[0], str(found.types[0])) == ("shelf", "SMALLINT")
        per_shelf = con.execute(f"SELECT shelf, count(*) FROM {call} GROUP BY ALL").fetchall()
        assert per_shelf == [(shelf, 2) for shelf, _ in per_shelf]
        assert len(per_shelf) == con.execute("SELECT count(DISTINCT shelf) FROM t").fetchone()[0]


def test_preselected_samples_count_in_their_own_group():
    with opened() as con:
        con.execute(f"CREATE TABLE first AS FROM sqlsel_diversity('photos', n := 1, per := 'video', {COLUMNS})")
        again = f"FROM sqlsel_diversity('photos', n := 2, per := 'video', preselected := 'first', {COLUMNS})"
        both = f"FROM sqlsel_diversity('photos', n := 3, per := 'video', {COLUMNS})"
        second = con.execute(f"SELECT video, sample_id ({again})".replace("sample_id (", "sample_id FROM (")).fetchall()
        whole = con.execute(f"SELECT video, sample_id FROM ({both}) WHERE rank > 1").fetchall()
    assert second == whole


def test_a_group_of_one_and_many_groups():
    with opened() as con:
        found = con.sql(f"FROM sqlsel_typicality('photos', n := 2, per := 'photo', {COLUMNS})").to_arrow_table()
    assert found.column("rank").to_pylist() == [1] * 120
    assert found.column("photo").to_pylist() == found.column("sample_id").to_pylist()


def test_where_comes_before_the_groups():
    with opened() as con:
        call = f"sqlsel_diversity('photos', per := 'video', condition := 'kind = ''cat''', {COLUMNS})"
        kinds = con.execute(f"SELECT DISTINCT kind FROM {call} JOIN photos ON photo = sample_id").fetchall()
    assert kinds == [("cat",)]
