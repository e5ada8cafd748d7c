"""The models: names, types and limits of fields, and the way back to plain values."""

from __future__ import annotations

import copy
import json
import pickle
from decimal import Decimal

import pytest
from pydantic import ValidationError

from sqlsel.config import (
    Config,
    EmbeddingsInput,
    Objective,
    Shares,
    read_config,
)
from sqlsel.config.strategies import BalanceStrategy, DiversityStrategy, WeightsStrategy
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
    config,
)

CAMEL = config(
    ({"type": "EMBEDDINGS", "datasetId": "failures", "tagName": "round-1"}, SIMILARITY),
    (
        {"type": "RANDOM", "randomSeed": 3},
        {"type": "WEIGHTS", "stoppingConditionMaxSum": 2, "targetRange": {"minSum": 1}},
    ),
    (EMBEDDINGS, {"type": "TYPICALITY", "numNearestNeighbors": 7, "stoppingConditionMinimumTypicality": 0.5}),
    nSamples=5,
)

SNAKE = config(
    ({"type": "EMBEDDINGS", "dataset_id": "failures", "tag_name": "round-1"}, SIMILARITY),
    (
        {"type": "RANDOM", "random_seed": 3},
        {"type": "WEIGHTS", "stopping_condition_max_sum": 2.0, "target_range": {"min_sum": 1.0}},
    ),
    (EMBEDDINGS, {"type": "TYPICALITY", "num_nearest_neighbors": 7, "stopping_condition_minimum_typicality": 0.5}),
    n_samples=5,
)

EVERY_PAIR = [
    (EMBEDDINGS, DIVERSITY),
    (EMBEDDINGS, TYPICALITY),
    (EMBEDDINGS, COVERAGE),
    (EMBEDDINGS, {**COVERAGE, "reference_samples": None, "weight": {**METADATA}}),
    ({**EMBEDDINGS, "task": "boxes"}, {**COVERAGE, "reference_samples": 7, "weight": {**SCORES}}),
    ({**EMBEDDINGS, "dataset_id": "failures"}, SIMILARITY),
    ({**EMBEDDINGS, "task": "boxes"}, DIVERSITY),
    (SCORES, WEIGHTS),
    (SCORES, THRESHOLD),
    (METADATA, WEIGHTS),
    (METADATA, THRESHOLD),
    (METADATA, BALANCE),
    (CLASSES, BALANCE),
    (COUNT, WEIGHTS),
    (COUNT, THRESHOLD),
    (RANDOM, WEIGHTS),
    (RANDOM, THRESHOLD),
]


def test_both_names_of_a_field_give_the_same_config():
    assert read_config(CAMEL)[0] == read_config(SNAKE)[0] == Config.model_validate(CAMEL)
    assert read_config(CAMEL)[0].to_dict() == SNAKE


@pytest.mark.parametrize("pair", EVERY_PAIR)
def test_each_pair_of_input_and_strategy_is_read_and_written_back(pair):
    source = config(pair)
    read, notices = read_config(source)
    assert notices == ()
    assert read.to_dict() == source
    assert json.loads(json.dumps(read.to_dict())) == source


def test_defaults_are_left_out_of_what_is_written_back():
    spelled_out = {**BALANCE, "strength": 1, "distribution": "TARGET"}
    read, _ = read_config(config((METADATA, spelled_out), (EMBEDDINGS, {**TYPICALITY, "num_nearest_neighbors": 20})))
    assert read.to_dict() == config((METADATA, BALANCE), (EMBEDDINGS, TYPICALITY))


def test_a_share_is_written_back_as_a_number():
    read, _ = read_config(config(proportion_samples=0.1))
    assert read.to_dict()["proportion_samples"] == 0.1
    assert type(read.to_dict()["proportion_samples"]) is float


def test_null_stands_for_a_field_that_is_left_out():
    source = config(({**EMBEDDINGS, "task": None}, {**TYPICALITY, "strength": None, "num_nearest_neighbors": None}))
    read, notices = read_config({**source, "proportion_samples": None, "auto_tasks": None, "lightly_path_regex": None})
    assert notices == ()
    assert read == read_config(config((EMBEDDINGS, TYPICALITY)))[0]


def test_the_place_of_the_schema_is_ignored():
    assert read_config({**config(), "$schema": "schema.json"})[0] == read_config(config())[0]


def test_configs_are_frozen_hashable_and_copyable():
    read, _ = read_config(config((METADATA, BALANCE), (COUNT, WEIGHTS)))
    twin, _ = read_config(config((METADATA, BALANCE), (COUNT, WEIGHTS)))
    assert {read, twin} == {read}
    with pytest.raises(ValidationError):
        read.n_samples = 3
    assert pickle.loads(pickle.dumps(read)) == copy.deepcopy(read) == read


def test_shares_are_a_mapping_that_cannot_change():
    target = read_config(config((METADATA, BALANCE)))[0].strategies[0].strategy.target
    assert isinstance(target, Shares)
    assert dict(target) == {"sunny": 0.2, "cloudy": 0.4}
    assert list(target) == ["sunny", "cloudy"]
    assert target["sunny"] == 0.2
    assert "rainy" not in target
    assert len(target) == 2
    assert target == Shares({"cloudy": 0.4, "sunny": 0.2})
    assert hash(target) == hash(Shares({"cloudy": 0.4, "sunny": 0.2}))
    with pytest.raises(TypeError):
        target["sunny"] = 1


def test_targets_keep_the_shares_as_they_were_given():
    read, notices = read_config(config((METADATA, {"type": "BALANCE", "target": {"a": 3, "b": 1}})))
    assert dict(read.strategies[0].strategy.target) == {"a": 3.0, "b": 1.0}
    assert [problem.severity for problem in notices] == ["notice"]


def test_models_can_be_built_by_hand():
    built = Config(
        proportion_samples=Decimal("0.1"),
        strategies=(
            Objective(input=EmbeddingsInput(type="EMBEDDINGS"), strategy=DiversityStrategy(type="DIVERSITY")),
            Objective(input=EmbeddingsInput(type="EMBEDDINGS"), strategy=WeightsStrategy(type="WEIGHTS", strength=2)),
        ),
    )
    assert built.strategies[0].strategy.strength == 1.0
    assert BalanceStrategy(type="BALANCE", distribution="UNIFORM").target is None
