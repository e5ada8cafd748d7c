"""Attacks on expressions, and what holds for every text that is let through."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from sqlsel.expressions import FUNCTIONS, ExpressionError, parse_expression
from tests.expressions.attacks import ATTACKS
from tests.expressions.judge import check_harmless


@pytest.mark.parametrize("text", [text for attacks in ATTACKS.values() for text in attacks])
def test_attacks_are_refused(text):
    with pytest.raises(ExpressionError) as refusal:
        parse_expression(text)
    assert str(refusal.value)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("reed_csv('x')", "the function 'reed_csv' is not allowed; allowed: abs, sign"),
        ("lenght(a)", "the function 'lenght' is not allowed; did you mean 'length'? allowed: abs"),
        ("strftime(a, '%Y')", "the function 'strftime' is not allowed"),
        ("unnest(a)", "the function 'unnest' is not allowed"),
        ("(SELECT 1)", "subqueries are not allowed"),
        ("sum(a)", "aggregates and windows are not allowed: an expression is about one sample at a time"),
        ("metadata.*", "* stands for many columns; name the one that is meant"),
        ("a + ?", "placeholders are not allowed; write the value itself"),
        ("a::json", "the type 'JSON' is not allowed; allowed: BOOLEAN, INTEGER, DOUBLE"),
        ("a + ", "this is no expression in SQL"),
        ("a b", "this is no expression in SQL: it goes wrong at 'b'"),
        ("(" * 100 + "1" + ")" * 100, "it is nested more than 30 deep"),
        ("a" * 6000, "it is longer than 5,000 characters"),
    ],
)
def test_refusals_say_why(text, part):
    with pytest.raises(ExpressionError) as refusal:
        parse_expression(text)
    assert str(refusal.value).startswith(part)


def test_comments_go():
    assert parse_expression("a /* */ + 1 -- */ ; DROP TABLE t").sql(dialect="duckdb") == "a + 1"


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as found:
        yield found


WORDS = st.sampled_from(
    [
        *(
            "a",
            "b",
            "metadata",
            ".",
            "(",
            ")",
            ",",
            "+",
            "-",
            "*",
            "/",
            "||",
            "=",
            "<",
            "'x'",
            '"q"',
            "1",
            "2.5",
            "'it''s'",
        ),
        *(
            "SELECT",
            "FROM",
            "samples",
            "WHERE",
            "IN",
            "NOT",
            "AND",
            "OR",
            "CASE",
            "WHEN",
            "THEN",
            "ELSE",
            "END",
            "IS",
            "NULL",
        ),
        *(
            "LIKE",
            "BETWEEN",
            "CAST",
            "AS",
            "INTEGER",
            "VARCHAR",
            "::",
            "[",
            "]",
            "{",
            "}",
            ":",
            "->",
            "lambda",
            "x",
            ";",
        ),
        *(
            "--",
            "/*",
            "*/",
            "\n",
            "read_csv",
            "getenv",
            "abs",
            "if",
            "coalesce",
            "sum",
            "OVER",
            "COLUMNS",
            "FILTER",
            "DISTINCT",
        ),
        *(
            "extract",
            "year",
            "date_trunc",
            "'month'",
            "UNION",
            "EXISTS",
            "ANY",
            "VALUES",
            "$$",
            "?",
            "$1",
            "#1",
            "E'\\n'",
        ),
        *(
            "INTERVAL",
            "DAY",
            "TRY",
            "ORDER",
            "BY",
            "LIMIT",
            "USING",
            "SAMPLE",
            "COLLATE",
            "ESCAPE",
            "AT",
            "TIME",
            "ZONE",
        ),
    ]
)
TEXTS = st.lists(WORDS, max_size=14).map(" ".join) | st.lists(WORDS, max_size=10).map("".join) | st.text(max_size=20)


@settings(max_examples=500, deadline=None)
@given(TEXTS)
@example('a::"x;y"')
@example("-- x\n a")
def test_what_is_let_through_is_harmless_to_duckdb_too(connection, text):
    try:
        expression = parse_expression(text)
    except ExpressionError:
        return
    for name in expression.find_all(exp.Identifier):
        name.set("quoted", True)  # as the names of columns that exist are
    check_harmless(connection, expression.sql(dialect="duckdb", normalize_functions=False), set(FUNCTIONS))


def test_every_allowed_function_is_one_of_duckdbs(connection):
    calls = {
        **dict.fromkeys(("pow", "atan2", "greatest", "least", "coalesce", "nullif"), "{}(1, 2)"),
        **dict.fromkeys(("lower", "upper", "trim", "length"), "{}('a')"),
        **dict.fromkeys(("left", "right", "substring"), "{}('abc', 2)"),
        **dict.fromkeys(("concat", "contains", "starts_with", "ends_with", "strpos"), "{}('ab', 'b')"),
        **dict.fromkeys(("regexp_matches", "regexp_extract"), "{}('ab', 'b')"),
        **dict.fromkeys(("year", "quarter", "month", "day", "isodow", "epoch"), "{}(DATE '2024-02-03')"),
        **dict.fromkeys(("hour", "minute", "second"), "{}(TIMESTAMP '2024-02-03 04:05:06')"),
        "if": "if(true, 1, 2)",
        "pi": "pi()",
        "isnan": "isnan(CAST(1 AS DOUBLE))",
        "split_part": "split_part('a/b', '/', 1)",
        "list_contains": "list_contains(l, 1)",
        "date_trunc": "date_trunc('month', DATE '2024-02-03')",
    }
    for name, kind in FUNCTIONS.items():
        assert not issubclass(kind, exp.AggFunc)
        text = calls.get(name, "{}(0.5)").format(name)
        made = parse_expression(text).sql(dialect="duckdb", normalize_functions=False)
        made = made.replace("sqlsel_seconds", "epoch")
        check_harmless(connection, made, set(FUNCTIONS))
        query = "SELECT ({}) IS NOT DISTINCT FROM ({}) FROM (SELECT [1] AS l)"
        assert connection.execute(query.format(text, made)).fetchall() == [(True,)], name
