"""Near-duplicates in SQL and in Python."""

import numpy as np
import pyarrow as pa
import pytest

import sqlsel
from sqlsel.errors import UsageError
from tests.functions.tables import COLUMNS, NAMED, opened, rows

COLUMN_NAMES = ["sample_id", "file_name", "group_id", "group_size", "duplicate_of", "distance"]


def unit(table):
    vectors = np.array(table.column("vector").to_pylist())
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_dropping_the_duplicates_leaves_what_is_apart():
    with opened() as con:
        con.execute(f"CREATE TABLE found AS FROM sqlsel_near_duplicates('photos', 0.7, {COLUMNS})")
        left = con.execute(
            "SELECT photo FROM photos WHERE photo NOT IN (SELECT sample_id FROM found WHERE duplicate_of IS NOT NULL)"
        ).fetchall()
        found = con.sql("FROM found").to_arrow_table()
    vectors = unit(rows())
    kept = vectors[[int(name[1:]) for (name,) in left]]
    between = np.linalg.norm(kept[:, None] - kept[None], axis=-1)
    assert 60 < len(kept) < 120
    assert between[~np.eye(len(kept), dtype=bool)].min() > 0.7
    for row in found.to_pylist():
        if row["duplicate_of"] is None:
            assert row["distance"] is None
            continue
        told = np.linalg.norm(vectors[int(row["sample_id"][1:])] - vectors[int(row["duplicate_of"][1:])])
        assert row["distance"] == pytest.approx(told, abs=1e-6)
        assert told <= 0.7


def test_groups_come_by_size_with_the_kept_first():
    with opened() as con:
        found = con.sql(f"FROM sqlsel_near_duplicates('photos', distance := 0.7, {COLUMNS})").to_arrow_table()
    assert found.column_names == COLUMN_NAMES
    told = found.to_pylist()
    sizes = [row["group_size"] for row in told]
    assert sizes == sorted(sizes, reverse=True)
    assert [row["group_id"] for row in told] == sorted(row["group_id"] for row in told)
    for group in {row["group_id"] for row in told}:
        members = [row for row in told if row["group_id"] == group]
        assert [len(members)] * len(members) == [row["group_size"] for row in members]
        assert members[0]["duplicate_of"] is None


def test_python_says_the_same():
    with opened() as con:
        found = con.sql(f"FROM sqlsel_near_duplicates('photos', 0.7, seed := 2, {COLUMNS})").to_arrow_table()
    assert found.to_pylist() == sqlsel.near_duplicates(rows(), 0.7, seed=2, **NAMED).to_pylist()
    with sqlsel.connect() as db:
        db.ingest(rows(), dataset="photos", **NAMED)
        assert found.to_pylist() == db.near_duplicates("photos", 0.7, seed=2).to_pylist()
        assert db.near_duplicates("photos", 0.7, where="kind = 'cat'").num_rows < len(found)
        with pytest.raises(UsageError, match="distance -1"):
            db.near_duplicates("photos", -1)
        with pytest.raises(UsageError, match="no dataset 'photo'"):
            db.near_duplicates("photo")


def test_copies_are_found_by_default_and_nothing_is_an_answer():
    table = pa.concat_tables([rows(50), rows(50)])
    numbered = table.set_column(0, "photo", pa.array(np.arange(100)))
    with opened(table=numbered) as con:
        found = con.sql(f"FROM sqlsel_near_duplicates('photos', {COLUMNS})").to_arrow_table()
        assert found.column("group_size").to_pylist() == [2] * 100
        assert found.schema.field("duplicate_of").type == pa.int64()
        assert {row["distance"] for row in found.to_pylist()} == {None, 0.0}
        condition = f"FROM sqlsel_near_duplicates('photos', 0, condition := 'photo < 50', {COLUMNS})"
        assert con.execute(condition).fetchall() == []


def test_rows_without_a_vector_are_left_out():
    with opened() as con:
        con.execute("UPDATE photos SET vector = NULL WHERE kind = 'cat'")
        found = con.sql(f"FROM sqlsel_near_duplicates('photos', 2, {COLUMNS})").to_arrow_table()
    assert found.num_rows == 80
