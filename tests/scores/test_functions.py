"""The scorers as SQL functions, against numpy."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sqlsel
from tests.scores.oracle import UNCERTAINTIES, vectors


@pytest.fixture(scope="module")
def con():
    with sqlsel.connect() as db:
        yield db.connection


def values(con, name, rows):
    """The function over all rows, in their order."""
    table = pa.table({"i": range(len(rows)), "p": pa.array(rows, pa.list_(pa.float64()))})
    con.register("vectors", table)
    try:
        found = con.execute(f"SELECT sqlsel_{name}(p) FROM vectors ORDER BY i").fetchall()
    finally:
        con.unregister("vectors")
    return [value for (value,) in found]


@pytest.mark.parametrize("name", UNCERTAINTIES)
@settings(deadline=None)
@given(data=st.data())
def test_uncertainties_are_those_of_numpy(con, name, data):
    rows = data.draw(st.integers(1, 12).flatmap(lambda classes: st.lists(vectors(classes), min_size=1, max_size=20)))
    found = values(con, name, rows)
    assert found == pytest.approx([UNCERTAINTIES[name](row) for row in rows], abs=1e-9)
    assert all(0 <= value <= 1 for value in found)


@pytest.mark.parametrize("name", UNCERTAINTIES)
def test_sure_is_0_and_uniform_is_1(con, name):
    for classes in (2, 3, 10, 1000):
        sure = np.eye(classes)[classes // 2].tolist()
        assert values(con, name, [sure, [1 / classes] * classes]) == pytest.approx([0, 1], abs=1e-12)
    assert values(con, name, [[1.0], [0.0], [0.5]]) == pytest.approx([0, 0, 1], abs=1e-12)


@pytest.mark.parametrize("name", UNCERTAINTIES)
def test_nothing_has_no_uncertainty(con, name):
    assert values(con, name, [None, [], [0.5, 0.5]]) == [None, None, 1.0]
    assert con.execute(f"SELECT sqlsel_{name}(NULL), sqlsel_{name}([])").fetchall() == [(None, None)]


@pytest.mark.parametrize("name", UNCERTAINTIES)
def test_probabilities_that_sum_to_a_little_less_or_more_stay_between_0_and_1(con, name):
    rows = [[0.4995, 0.4995], [0.5005, 0.5005], [1.0000005, 0.0], [1.0000005], [0.3335] * 3]
    assert all(0 <= value <= 1 for value in values(con, name, rows))


@pytest.mark.parametrize("kind", ["FLOAT[3]", "FLOAT[]", "DOUBLE[3]", "DECIMAL(3,2)[]"])
@pytest.mark.parametrize("name", UNCERTAINTIES)
def test_every_type_of_list_will_do(con, name, kind):
    ((found,),) = con.execute(f"SELECT sqlsel_{name}(CAST([0.5, 0.25, 0.25] AS {kind}))").fetchall()
    assert found == pytest.approx(UNCERTAINTIES[name]([0.5, 0.25, 0.25]), abs=1e-9)


def test_functions_on_literals(con):
    row = con.execute(
        "SELECT sqlsel_object_frequency(2, 5), sqlsel_rescale(3, 1, 5, 0.9, 1.0), sqlsel_rescale(3, 3, 3, 0.9, 1.0), "
        "sqlsel_mean([0.5, 1.0]), sqlsel_mean([])"
    ).fetchone()
    assert row == (pytest.approx(2.75), pytest.approx(0.95), 1.0, 0.75, None)
