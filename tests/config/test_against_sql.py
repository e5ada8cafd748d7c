"""Inputs of type SQL: the text by itself, and its values by what a catalog tells of them."""

from __future__ import annotations

import pytest

from sqlsel.config import check_config, read_config
from tests.config.examples import BALANCE, THRESHOLD, WEIGHTS, FakeCatalog, config, only

PLACE = "strategies[0].input.expression"


def sql(expression):
    return {"type": "SQL", "expression": expression}


def against(expression, strategy):
    return check_config(config((sql(expression), strategy)), catalog=FakeCatalog(), dataset="clothing")


def test_it_comes_back_as_it_was_written():
    source = config((sql("a.b  *\n 2"), WEIGHTS), (sql("a"), BALANCE))
    read, notices = read_config(source)
    assert notices == ()
    assert read.to_dict() == source


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"type": "SQL"}, "missing 'expression'"),
        (sql(""), "must not be empty"),
        (sql(3), "must be text"),
        (sql("a; b"), "'a; b' is refused: it is to be one expression, without a semicolon"),
        (sql("query('x')"), "the function 'query' is not allowed"),
        ({**sql("a"), "key": "b"}, "'key' belongs to METADATA, not to SQL"),
    ],
)
def test_what_is_wrong_without_a_database(source, message):
    assert message in only(config((source, WEIGHTS))).message


@pytest.mark.parametrize("strategy", ["DIVERSITY", "SIMILARITY", "TYPICALITY"])
def test_strategies_on_vectors_cannot_use_it(strategy):
    messages = [problem.message for problem in check_config(config((sql("a"), {"type": strategy})))]
    assert f"{strategy} cannot use SQL; SQL goes with: WEIGHTS, THRESHOLD, BALANCE" in messages


@pytest.mark.parametrize(
    ("expression", "strategy", "message"),
    [
        ("text", WEIGHTS, "WEIGHTS needs numbers, and 'text' (VARCHAR) gives text, which has no size; balance it"),
        ("boolean", THRESHOLD, "THRESHOLD needs numbers, and 'boolean' (BOOLEAN) gives true and false"),
        ("timestamp", WEIGHTS, "gives times; write epoch(…) for the seconds since 1970"),
        ("other", WEIGHTS, "gives neither numbers nor text"),
        ("number", BALANCE, "BALANCE needs classes, and 'number' (DOUBLE) gives numbers with fractions"),
        ("timestamp", BALANCE, "each would be a class of its own; write year(…) or hour(…)"),
        ("other", BALANCE, "gives neither text nor whole numbers"),
        ("nowhere", WEIGHTS, "'nowhere' is refused: the samples have no 'nowhere'"),
    ],
)
def test_values_that_do_not_suit_the_strategy(expression, strategy, message):
    (problem,) = against(expression, strategy)
    assert (problem.where, problem.severity) == (PLACE, "error")
    assert message in problem.message


@pytest.mark.parametrize(
    ("expression", "strategy"),
    [("number", WEIGHTS), ("integer", THRESHOLD), ("integer", {"type": "BALANCE", "distribution": "UNIFORM"})],
)
def test_values_that_do(expression, strategy):
    assert against(expression, strategy) == ()


def test_a_refused_text_is_told_once():
    (problem,) = against("sum(a)", WEIGHTS)
    assert problem.where == PLACE


def test_classes_that_no_sample_has_are_told():
    problems = against("text", {"type": "BALANCE", "target": {"small": 0.5, "huge": 0.2, "largo": 0.1}})
    assert [(problem.where, problem.severity) for problem in problems] == [
        ("strategies[0].strategy.target.huge", "notice"),
        ("strategies[0].strategy.target.largo", "notice"),
    ]
    assert "the expression is 'huge' for no sample: unreachable; there is: 'large', 'small'" in problems[0].message
    assert "did you mean 'large'?" in problems[1].message
