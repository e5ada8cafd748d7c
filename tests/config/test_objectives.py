"""What is wrong with single objectives: fields of inputs and strategies, and pairs that do not go together."""

from __future__ import annotations

import pytest

from sqlsel.config import check_config, read_config
from tests.config.examples import (
    BALANCE,
    CLASSES,
    COUNT,
    COVERAGE,
    DIVERSITY,
    EMBEDDINGS,
    METADATA,
    RANDOM,
    SCORES,
    SIMILARITY,
    THRESHOLD,
    TYPICALITY,
    WEIGHTS,
    objective,
    only,
)

IN, OUT = "strategies[0].input", "strategies[0].strategy"


@pytest.mark.parametrize(
    ("source", "strategy", "where", "parts"),
    [
        ({"type": "SCORES", "task": "a"}, WEIGHTS, IN, ["missing 'score'"]),
        ({"type": "SCORES", "score": "a"}, WEIGHTS, IN, ["missing 'task'"]),
        ({"type": "METADATA"}, WEIGHTS, IN, ["missing 'key'"]),
        ({"type": "METADATA", "key": None}, WEIGHTS, f"{IN}.key", ["must be text, not null"]),
        ({"type": "METADATA", "key": ""}, WEIGHTS, f"{IN}.key", ["must not be empty"]),
        ({"type": "METADATA", "key": 5}, WEIGHTS, f"{IN}.key", ["must be text, not 5"]),
        ({"type": "PREDICTIONS", "task": "a"}, BALANCE, IN, ["missing 'name'", "CLASS_DISTRIBUTION, CATEGORY_COUNT"]),
        ({**CLASSES, "name": "CLASS_DISTRIBUTIONS"}, BALANCE, f"{IN}.name", ["did you mean 'CLASS_DISTRIBUTION'?"]),
        ({**SCORES, "task": "my task"}, WEIGHTS, f"{IN}.task", ["may hold only letters, digits", "not 'my task'"]),
        ({**SCORES, "task": ""}, WEIGHTS, f"{IN}.task", ["must not be empty"]),
        ({**COUNT, "categories": []}, WEIGHTS, f"{IN}.categories", ["must not be empty"]),
        ({**COUNT, "categories": "hat"}, WEIGHTS, f"{IN}.categories", ["must be a list, not 'hat'"]),
        ({**COUNT, "categories": ["a", 5]}, WEIGHTS, f"{IN}.categories[1]", ["must be text, not 5"]),
        ({**COUNT, "categories": ["a", "b", "a"]}, WEIGHTS, f"{IN}.categories", ["each category once", "'a'"]),
        ({**CLASSES, "categories": ["hat"]}, BALANCE, f"{IN}.categories", ["belongs to CATEGORY_COUNT"]),
        ({**RANDOM, "random_seed": 1.5}, WEIGHTS, f"{IN}.random_seed", ["must be a whole number, not 1.5"]),
        (
            {**EMBEDDINGS, "dataset_id": "failures", "tag_name": "ab"},
            SIMILARITY,
            f"{IN}.tag_name",
            ["must have at least 3 characters, not 'ab'"],
        ),
        (
            {**EMBEDDINGS, "dataset_id": "failures", "tag_name": "-abc"},
            SIMILARITY,
            f"{IN}.tag_name",
            ["must start with a letter or digit"],
        ),
        ({**EMBEDDINGS, "dataset_id": ""}, SIMILARITY, f"{IN}.dataset_id", ["must not be empty"]),
        (EMBEDDINGS, SIMILARITY, IN, ["missing 'dataset_id'", "SIMILARITY needs the dataset"]),
        ({**EMBEDDINGS, "dataset_id": "x"}, DIVERSITY, f"{IN}.dataset_id", ["belongs to SIMILARITY, not to DIVERSITY"]),
        ({**EMBEDDINGS, "tag_name": "abc"}, TYPICALITY, f"{IN}.tag_name", ["belongs to SIMILARITY, not to TYPICALITY"]),
    ],
)
def test_inputs(source, strategy, where, parts):
    problem = only(objective(source, strategy))
    assert problem.where == where
    for part in parts:
        assert part in problem.message


@pytest.mark.parametrize(
    ("source", "strategy", "where", "parts"),
    [
        (RANDOM, {**WEIGHTS, "strength": 2e9}, "strength", ["must be at most 1000000000"]),
        (RANDOM, {**WEIGHTS, "strength": -2e9}, "strength", ["must be at least -1000000000"]),
        (RANDOM, {**WEIGHTS, "strength": "2"}, "strength", ["must be a number, not '2'"]),
        (RANDOM, {**WEIGHTS, "strength": True}, "strength", ["must be a number, not true"]),
        (RANDOM, {**WEIGHTS, "strength": float("inf")}, "strength", ["must be a finite number"]),
        (RANDOM, {**WEIGHTS, "stopping_condition_max_sum": -1}, "stopping_condition_max_sum", ["must be at least 0"]),
        (RANDOM, {**WEIGHTS, "target_range": {}}, "target_range", ["gives no bound", "'min_sum'"]),
        (RANDOM, {**WEIGHTS, "target_range": {"min_sum": 3, "max_sum": 2}}, "target_range", ["3 is above 'max_sum' 2"]),
        (RANDOM, {**WEIGHTS, "target_range": {"max_sum": -2}}, "target_range.max_sum", ["must be at least 0, not -2"]),
        (RANDOM, {**WEIGHTS, "target_range": [1, 2]}, "target_range", ["must be an object, not a list"]),
        (RANDOM, {"type": "THRESHOLD", "operation": "BIGGER"}, "", ["missing 'threshold'"]),
        (RANDOM, {"type": "THRESHOLD", "threshold": 1}, "", ["missing 'operation'", "allowed: SMALLER, SMALLER_EQUAL"]),
        (RANDOM, {**THRESHOLD, "threshold": "1"}, "threshold", ["must be a number or a time in ISO 8601", "not '1'"]),
        (RANDOM, {**THRESHOLD, "threshold": "2024-05-01"}, "threshold", ["must be a number", "goes with METADATA"]),
        (RANDOM, {**THRESHOLD, "threshold": 10**400}, "threshold", ["larger than any number"]),
        (RANDOM, {**THRESHOLD, "operation": "BIGER"}, "operation", ["did you mean 'BIGGER'?", "allowed: SMALLER"]),
        (RANDOM, {**THRESHOLD, "operation": ">="}, "operation", ["did you mean 'BIGGER_EQUAL'?"]),
        (RANDOM, {**THRESHOLD, "operation": "less"}, "operation", ["did you mean 'SMALLER'?"]),
        (METADATA, {"type": "BALANCE"}, "", ["missing 'target'", "UNIFORM or INPUT"]),
        (METADATA, {"type": "BALANCE", "distribution": "TARGET"}, "", ["missing 'target'"]),
        (
            METADATA,
            {**BALANCE, "distribution": "UNIFORM"},
            "target",
            ["belongs to the distribution TARGET, not to UNIF"],
        ),
        (METADATA, {**BALANCE, "distribution": "INPUT"}, "target", ["not to INPUT"]),
        (
            METADATA,
            {**BALANCE, "distribution": "target"},
            "distribution",
            ["did you mean 'TARGET'?", "allowed: TARGET"],
        ),
        (METADATA, {"type": "BALANCE", "target": {}}, "target", ["must not be empty"]),
        (METADATA, {"type": "BALANCE", "target": ["a"]}, "target", ["must be an object, not a list"]),
        (METADATA, {"type": "BALANCE", "target": {"a": 0, "b": 0.0}}, "target", ["the shares are all 0"]),
        (METADATA, {"type": "BALANCE", "target": {"a": 1e308, "b": 1e308}}, "target", ["too large to be added up"]),
        (METADATA, {"type": "BALANCE", "target": {"a": 1, "b": -0.5}}, "target.b", ["must be at least 0, not -0.5"]),
        (METADATA, {"type": "BALANCE", "target": {"a b": "x"}}, "target['a b']", ["must be a number, not 'x'"]),
        (METADATA, {"type": "BALANCE", "target": {"a": float("nan")}}, "target.a", ["must be a finite number"]),
        (METADATA, {"type": "BALANCE", "target": {"": 1}}, "target['']", ["a key must not be empty"]),
        (
            EMBEDDINGS,
            {**TYPICALITY, "num_nearest_neighbors": 1},
            "num_nearest_neighbors",
            ["must be at least 2, not 1"],
        ),
        (EMBEDDINGS, {**TYPICALITY, "numNearestNeighbors": 5.0}, "numNearestNeighbors", ["whole number, not 5.0"]),
        (
            EMBEDDINGS,
            {**TYPICALITY, "stopping_condition_minimum_typicality": 1.5},
            "stopping_condition_minimum_typicality",
            ["must be at most 1, not 1.5", "no sample has a typicality above 1"],
        ),
        (
            EMBEDDINGS,
            {**TYPICALITY, "stopping_condition_minimum_typicality": 0},
            "stopping_condition_minimum_typicality",
            ["must be above 0"],
        ),
        (
            EMBEDDINGS,
            {**DIVERSITY, "stopping_condition_minimum_distance": -0.1},
            "stopping_condition_minimum_distance",
            ["must be at least 0, not -0.1"],
        ),
    ],
)
def test_strategies(source, strategy, where, parts):
    problem = only(objective(source, strategy))
    assert problem.where == (f"{OUT}.{where}" if where else OUT)
    for part in parts:
        assert part in problem.message


@pytest.mark.parametrize(
    ("source", "strategy", "allowed"),
    [
        (EMBEDDINGS, WEIGHTS, "DIVERSITY, SIMILARITY, TYPICALITY, COVERAGE"),
        (EMBEDDINGS, THRESHOLD, "DIVERSITY, SIMILARITY, TYPICALITY, COVERAGE"),
        (EMBEDDINGS, BALANCE, "DIVERSITY, SIMILARITY, TYPICALITY, COVERAGE"),
        (SCORES, DIVERSITY, "WEIGHTS, THRESHOLD"),
        (SCORES, BALANCE, "WEIGHTS, THRESHOLD"),
        (METADATA, SIMILARITY, "WEIGHTS, THRESHOLD, BALANCE"),
        (METADATA, TYPICALITY, "WEIGHTS, THRESHOLD, BALANCE"),
        (CLASSES, WEIGHTS, "BALANCE"),
        (CLASSES, THRESHOLD, "BALANCE"),
        (COUNT, BALANCE, "WEIGHTS, THRESHOLD"),
        (COUNT, DIVERSITY, "WEIGHTS, THRESHOLD"),
        (RANDOM, DIVERSITY, "WEIGHTS, THRESHOLD"),
        (RANDOM, BALANCE, "WEIGHTS, THRESHOLD"),
    ],
)
def test_inputs_and_strategies_that_do_not_go_together(source, strategy, allowed):
    problem = only(objective(source, strategy))
    assert problem.where == f"{OUT}.type"
    assert f"{strategy['type']} cannot use {source['type']}" in problem.message
    assert problem.message.endswith(f"goes with: {allowed}")


@pytest.mark.parametrize(
    ("strategy", "where", "parts"),
    [
        ({"reference_samples": 0}, "reference_samples", ["at least 1", "null looks at all samples"]),
        ({"weight": "brightness"}, "weight", ["an input with a type", "allowed types: METADATA, SCORES"]),
        ({"weight": {"type": "RANDOM"}}, "weight", ["allowed types: METADATA, SCORES"]),
        ({"weight": {"type": "METADATA"}}, "weight", ["missing 'key': the metadata key"]),
        ({"weight": {"type": "SCORES", "task": "garments", "scor": "x"}}, "weight.scor", ["did you mean 'score'"]),
        ({"weight": {"type": "METADATA", "key": ["a", "b"]}}, "weight.key", ["a weight is one number"]),
        ({"reference": 9}, "reference", ["unknown key", "allowed: type, strength, reference_samples, weight"]),
        ({"num_nearest_neighbors": 9}, "num_nearest_neighbors", ["belongs to TYPICALITY, not to COVERAGE"]),
    ],
)
def test_what_covers_is_told_where_it_is_wrong(strategy, where, parts):
    found = check_config(objective(EMBEDDINGS, {**COVERAGE, **strategy}))
    told = [problem for problem in found if problem.where == f"{OUT}.{where}"]
    assert told, found
    for part in parts:
        assert any(part in problem.message for problem in told)


def test_null_looks_at_all_samples_and_is_kept():
    read, _ = read_config(objective(EMBEDDINGS, {**COVERAGE, "reference_samples": None}))
    assert read.strategies[0].strategy.reference_samples is None
    assert read_config(read.to_dict())[0] == read
    left_out, _ = read_config(objective(EMBEDDINGS, COVERAGE))
    assert left_out.strategies[0].strategy.reference_samples == 20_000
