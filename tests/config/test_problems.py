"""What is wrong with a config: each problem with its path, what is allowed and the nearest word, all at once."""

from __future__ import annotations

import pytest

from sqlsel.config import check_config, read_config
from sqlsel.errors import ConfigError
from tests.config.examples import (
    DIVERSITY,
    EMBEDDINGS,
    METADATA,
    RANDOM,
    SIMILARITY,
    THRESHOLD,
    WEIGHTS,
    config,
    objective,
    only,
)

IN, OUT = "strategies[0].input", "strategies[0].strategy"


@pytest.mark.parametrize(
    ("source", "where", "parts"),
    [
        (config(n_samples=0), "n_samples", ["must be at least 1, not 0"]),
        (config(n_samples=-1), "n_samples", ["must be at least 1, not -1"]),
        (config(n_samples=10.0), "n_samples", ["whole number, not 10.0", "proportion_samples"]),
        (config(n_samples="10"), "n_samples", ["whole number, not '10'"]),
        (config(n_samples=True), "n_samples", ["whole number, not true"]),
        (config(n_samples=10**30), "n_samples", ["must be at most 9223372036854775807"]),
        (config(proportion_samples=0), "proportion_samples", ["must be above 0, not 0"]),
        (config(proportion_samples=1.5), "proportion_samples", ["must be at most 1, not 1.5", "n_samples"]),
        (config(proportion_samples="10%"), "proportion_samples", ["must be a number, not '10%'"]),
        (config(proportion_samples=False), "proportion_samples", ["must be a number, not false"]),
        (config(proportion_samples=float("nan")), "proportion_samples", ["must be a finite number"]),
        (config(n_samples=None), "", ["give 'n_samples' or 'proportion_samples'"]),
        ({**config(), "proportion_samples": 0.5}, "proportion_samples", ["both given; keep one"]),
        ({**config(), "nSamples": 5}, "nSamples", ["the same field as 'n_samples'", "keep one"]),
        ({**config(), "strategies": []}, "strategies", ["must not be empty", "objective"]),
        ({**config(), "strategies": {}}, "strategies", ["must be a list of objectives, not an object"]),
        ({**config(), "strategies": None}, "strategies", ["must be a list of objectives, not null"]),
        ({"n_samples": 1}, "", ["missing 'strategies'"]),
        ({**config(), "lightlyPathRegex": "a"}, "lightlyPathRegex", ["no named group", "(?P<camera>[^/]+)/.*"]),
        ({**config(), "lightlyPathRegex": "(?P<a>"}, "lightlyPathRegex", ["no regular expression: missing )"]),
        ({**config(), "lightlyPathRegex": "(?P<a>x(?=y))"}, "lightlyPathRegex", ["'(?=y))' (character 8)", "ahead"]),
        ({**config(), "$schema": 5}, "$schema", ["must be text, not 5"]),
        ({**config(), "tag": "x"}, "tag", ["unknown key 'tag'", "allowed: n_samples, proportion_samples, "]),
        ({**config(), "strategies": [5]}, "strategies[0]", ["an object with 'input' and 'strategy', not 5"]),
    ],
)
def test_the_top_of_a_config(source, where, parts):
    problem = only(source)
    assert problem.where == where
    for part in parts:
        assert part in problem.message


@pytest.mark.parametrize(
    ("source", "strategy", "where", "parts"),
    [
        (
            {"type": "EMBEDINGS"},
            DIVERSITY,
            f"{IN}.type",
            ["unknown input type 'EMBEDINGS'", "did you mean 'EMBEDDINGS'?"],
        ),
        (
            {"type": "embeddings"},
            DIVERSITY,
            f"{IN}.type",
            ["did you mean 'EMBEDDINGS'?", "allowed: EMBEDDINGS, SCORES"],
        ),
        ({"type": "XYZZY"}, DIVERSITY, f"{IN}.type", ["unknown input type 'XYZZY'; allowed: EMBEDDINGS, SCORES"]),
        ({"type": 5}, DIVERSITY, f"{IN}.type", ["must be one of EMBEDDINGS, SCORES", "not 5"]),
        ({"type": "WEIGHTS"}, WEIGHTS, f"{IN}.type", ["WEIGHTS is a type of strategy, not of input"]),
        ({}, WEIGHTS, IN, ["missing 'type'", "allowed: EMBEDDINGS, SCORES, METADATA, PREDICTIONS, RANDOM"]),
        (5, WEIGHTS, IN, ["must be an object, not 5"]),
        (RANDOM, "WEIGHTS", OUT, ["must be an object, not 'WEIGHTS'"]),
        (
            EMBEDDINGS,
            {"type": "DIVERSIFY"},
            f"{OUT}.type",
            ["DIVERSIFY is called DIVERSITY today", "allowed: DIVERSITY"],
        ),
        (
            EMBEDDINGS,
            {"typ": "DIVERSITY"},
            f"{OUT}.typ",
            ["unknown key 'typ'; did you mean 'type'? allowed: type, str"],
        ),
        ({**EMBEDDINGS, "tagname": "abc"}, DIVERSITY, f"{IN}.tagname", ["did you mean 'tagName'?"]),
        (
            {**EMBEDDINGS, "key": "a"},
            DIVERSITY,
            f"{IN}.key",
            ["'key' belongs to METADATA, not to EMBEDDINGS", "allowed"],
        ),
        (
            {**EMBEDDINGS, "sub_task": "a"},
            DIVERSITY,
            f"{IN}.sub_task",
            ["unknown key", "allowed: type, task, embedding, dataset_id"],
        ),
        (EMBEDDINGS, {**DIVERSITY, "target": {"a": 1}}, f"{OUT}.target", ["belongs to BALANCE, not to DIVERSITY"]),
        (EMBEDDINGS, {**DIVERSITY, "task": "a"}, f"{OUT}.task", ["'task' belongs inside 'input'"]),
        ({**RANDOM, "threshold": 1}, THRESHOLD, f"{IN}.threshold", ["'threshold' belongs inside 'strategy'"]),
        (
            RANDOM,
            {**THRESHOLD, "strength": 2},
            f"{OUT}.strength",
            ["belongs to DIVERSITY and WEIGHTS", "not to THRESHOLD"],
        ),
        (
            RANDOM,
            {**WEIGHTS, "stopping_condition_minimum_distance": 1},
            f"{OUT}.stopping_condition_minimum_distance",
            ["belongs to DIVERSITY, not to WEIGHTS"],
        ),
        (
            EMBEDDINGS,
            {**DIVERSITY, "stoppingConditionMinimumDistance": 1},
            f"{OUT}.stoppingConditionMinimumDistance",
            ["did you mean 'stopping_condition_minimum_distance'?"],
        ),
        (
            {"type": "EMBEDDINGS", "dataset_id": "a", "datasetId": "b"},
            SIMILARITY,
            f"{IN}.datasetId",
            ["the same field as 'dataset_id'"],
        ),
        (
            RANDOM,
            {**WEIGHTS, "target_range": {"min_sum": 1, "minimum": 2}},
            f"{OUT}.target_range.minimum",
            ["unknown key 'minimum'", "allowed: min_sum, max_sum"],
        ),
    ],
)
def test_words_and_keys(source, strategy, where, parts):
    problem = only(objective(source, strategy))
    assert problem.where == where
    for part in parts:
        assert part in problem.message


def test_a_strength_beside_the_strategy_is_taken_with_a_notice():
    source = config((EMBEDDINGS, DIVERSITY))
    source["strategies"][0]["strength"] = 0.5
    problem = only(source, "notice")
    assert problem.where == "strategies[0].strength"
    assert "belongs inside 'strategy'" in problem.message
    read, notices = read_config(source)
    assert read.strategies[0].strategy.strength == 0.5
    assert notices == (problem,)


def test_a_strength_in_both_places_is_an_error():
    source = config((EMBEDDINGS, {**DIVERSITY, "strength": 2}))
    source["strategies"][0]["strength"] = 2
    assert only(source).where == "strategies[0].strength"


def test_a_strength_beside_the_strategy_is_checked_where_it_stands():
    source = config((EMBEDDINGS, DIVERSITY))
    source["strategies"][0]["strength"] = "much"
    errors = [problem for problem in check_config(source) if problem.severity == "error"]
    assert [problem.where for problem in errors] == ["strategies[0].strength"]
    beside_threshold = config((RANDOM, THRESHOLD))
    beside_threshold["strategies"][0]["strength"] = 2
    assert any("not to THRESHOLD" in problem.message for problem in check_config(beside_threshold))


def test_a_strength_of_zero_gives_a_notice():
    assert "strength of 0" in only(objective(EMBEDDINGS, {**DIVERSITY, "strength": 0}), "notice").message


def test_shares_above_one_give_a_notice_and_float_noise_does_not():
    notice = only(objective(METADATA, {"type": "BALANCE", "target": {"a": 0.9, "b": 0.8}}), "notice")
    assert notice.where == f"{OUT}.target"
    assert "1.7" in notice.message
    assert check_config(objective(METADATA, {"type": "BALANCE", "target": dict.fromkeys("abcdefghij", 0.1)})) == ()


def test_the_value_of_a_mistyped_type_is_checked_too():
    source = config((EMBEDDINGS, {"typ": "DIVERSIFY", "strength": "x"}))
    found = {(problem.where, problem.message.split(";")[0]) for problem in check_config(source)}
    assert found == {
        (f"{OUT}.typ", "unknown key 'typ'"),
        (f"{OUT}.typ", "DIVERSIFY is called DIVERSITY today"),
        (f"{OUT}.strength", "must be a number, not 'x'"),
    }


def test_thresholds_alone_are_a_config():
    assert check_config(config((RANDOM, THRESHOLD), (METADATA, THRESHOLD))) == ()


def test_all_problems_come_at_once_in_the_order_of_the_config():
    source = {
        "n_samples": 0,
        "strategies": [
            {"input": {"type": "EMBEDINGS", "tag": "x"}, "strategy": {"type": "DIVERSITY", "strength": "x"}},
            {"input": {"type": "NOTHING", "whatever": 1}, "strategy": {"type": "THRESHOLD"}},
            {"input": {"type": "SCORES", "task": "a b"}, "strategy": {"type": "BALANCE", "target": {"a": -1}}},
            {"inputs": {}, "strategy": {"type": "THRESHOLDS", "threshold": "1", "operation": "BIGER"}},
        ],
        "proportion_samples": 5,
        "colour": "red",
    }
    with pytest.raises(ConfigError) as caught:
        read_config(source)
    assert [problem.where for problem in caught.value.problems] == [
        "n_samples",
        f"{IN}.type",
        f"{IN}.tag",
        f"{OUT}.strength",
        "strategies[1].input.type",
        "strategies[1].input.whatever",
        "strategies[1].strategy",
        "strategies[1].strategy",
        "strategies[2].input",
        "strategies[2].input.task",
        "strategies[2].strategy.type",
        "strategies[2].strategy.target.a",
        "strategies[3].inputs",
        "strategies[3].strategy.type",
        "strategies[3].strategy.threshold",
        "strategies[3].strategy.operation",
        "proportion_samples",
        "proportion_samples",
        "colour",
    ]
    assert len(str(caught.value).splitlines()) == 20


def test_problems_of_a_text_have_line_and_column():
    text = """{
  "nSamples": 1.5,
  "strategies": [
    {
      "input": {"type": "EMBEDDINGS", "datasetId": 7},
      "strategy": {"typ": "SIMILARITY",
                   "strength": 1e12},
      "strength": 2, // and again
    }, {}
  ]
}"""
    places = {(problem.where, problem.line, problem.column) for problem in check_config(text)}
    assert places == {
        ("nSamples", 2, 15),
        ("strategies[0].input.datasetId", 5, 52),
        ("strategies[0].strategy.typ", 6, 20),
        ("strategies[0].strategy.strength", 7, 32),
        ("strategies[0].strength", 8, 7),
        ("strategies[1]", 9, 8),
    }


def test_faults_of_the_text_and_problems_of_the_config_come_together():
    entry = '{"input": {"type": "RANDOM"}, "strategy": {"type": "WEIGTHS"}}'
    text = f'{{"n_samples": NaN,\n "strategies": [{entry}],\n "a": 1 "b": 2}}'
    problems = check_config(text)
    assert [(problem.where, problem.line) for problem in problems] == [
        ("n_samples", 1),
        ("strategies[0].strategy.type", 2),
        ("a", 3),
        ("b", 3),
        ("b", 3),
    ]
    assert "found NaN" in problems[0].message


def test_a_key_that_stands_twice_is_a_problem_with_its_path():
    entry = '{"input": {"type": "RANDOM", "type": "RANDOM"}, "strategy": {"type": "WEIGHTS"}}'
    text = f'{{"n_samples": 1, "strategies": [{entry}]}}'
    problem = only(text)
    assert problem.where == "strategies[0].input.type"
    assert "stands twice" in problem.message


def test_keys_with_odd_characters_are_shown_so_that_they_can_be_printed():
    problem = only({**config(), "\ud800\n": 1})
    str(problem).encode()
    assert "\n" not in str(problem)
