"""What is let through means to DuckDB what its author wrote: no precedence, NULL or quote is changed on the way."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlsel.expressions import parse_expression

NUMBERS = st.sampled_from(["a", "b", "n", "1", "2.5", "1e2", "-3", "0", "(a - b)", "abs(b)", "round(b, 1)", "NULL"])
WORDS = st.sampled_from(["s", "t", "'x'", "'it''s'", "'%'", "upper(s)", "left(s, 2)", "NULL", "'é' || s", "trim(t)"])
TRUTHS = st.sampled_from(
    ["a > b", "s = t", "true", "a IS NULL", "s LIKE '%x%'", "NOT b", "a = 1", "NULL", "s IN ('x', t)"]
)


OF_NUMBERS = st.sampled_from(
    [
        *("{} + {}", "{} - {}", "{} * {}", "{} / {}", "{} % {}", "- {} - {}", "({}) * {}", "{1} - {0}", "{} ** {}"),
        *("coalesce({}, {})", "nullif({}, {})", "greatest({}, {})", "{}::DOUBLE + {}", "{} // 2 + {}"),
        *("if({} > 1, {}, 7)", "CASE WHEN {} < 2 THEN {} ELSE 5 END"),
    ]
)
OF_WORDS = st.sampled_from(
    ["{} || {}", "concat({}, {})", "CASE WHEN {} = {} THEN 'y' END", "coalesce({}, {})", "lower({} || {})"]
)
COMPARISONS = st.sampled_from(
    [
        *("{} = {}", "{} <> {}", "{} < {}", "{} >= {}", "{} IS DISTINCT FROM {}"),
        *("{0} BETWEEN {1} AND {1}", "{0} IN ({1}, {1})", "{0} NOT IN ({1})"),
    ]
)
OF_TRUTHS = st.sampled_from(
    ["{} AND {}", "{} OR {}", "NOT {} AND {}", "NOT ({}) OR {}", "({}) = ({})", "({}) IS NOT NULL AND {}"]
)


@st.composite
def combined(draw, forms, one, depth):
    """Expressions of a kind inside each other, as they are written: with no more parentheses than the forms have."""
    if depth == 0:
        return draw(one)
    return draw(forms).format(draw(combined(forms, one, depth - 1)), draw(one))


NUMERIC = combined(OF_NUMBERS, NUMBERS, 3)
TEXTUAL = combined(OF_WORDS, WORDS, 2)
COMPARED = st.builds(str.format, COMPARISONS, NUMERIC, NUMERIC) | st.builds(str.format, COMPARISONS, TEXTUAL, TEXTUAL)
LOGICAL = combined(OF_TRUTHS, TRUTHS | COMPARED, 3)


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as found:
        found.execute(
            "CREATE TABLE given AS SELECT * FROM (VALUES (1, 2.5::DOUBLE, 7, 'x', 'yx'), (NULL, -1, 0, NULL, ' q '), "
            "(3, 0, -2, 'it''s', 'x%')) AS g(a, b, n, s, t)"
        )
        found.execute("CREATE MACRO or_null(value) AS TRY(value)")
        yield found


def values(connection, expression):
    query = f"SELECT or_null(({expression})), typeof(({expression})) FROM given"
    try:
        return connection.execute(query).fetchall()
    except duckdb.Error as failure:
        return type(failure)


@settings(max_examples=300, deadline=None)
@given(NUMERIC | TEXTUAL | LOGICAL)
def test_it_means_what_was_written(connection, text):
    made = parse_expression(text).sql(dialect="duckdb", normalize_functions=False)
    assert str(values(connection, made)) == str(values(connection, text)), (text, made)
