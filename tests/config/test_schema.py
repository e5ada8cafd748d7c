"""The JSON Schema: it passes what the checks pass, and refuses structures and pairs that they refuse."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest

from sqlsel.config import Config, json_schema
from sqlsel.config.kinds import INPUTS, STRATEGIES
from sqlsel.config.models import Objective
from sqlsel.config.strategies import TargetRange
from sqlsel.config.values import camel_name
from tests.config.examples import (
    BALANCE,
    CLASSES,
    COUNT,
    DIVERSITY,
    EMBEDDINGS,
    METADATA,
    RANDOM,
    SCORES,
    SIMILARITY,
    THRESHOLD,
    WEIGHTS,
    config,
)
from tests.config.test_models import CAMEL, EVERY_PAIR, SNAKE

SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def test_it_is_a_schema_and_plain_json():
    VALIDATOR.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("source", [CAMEL, SNAKE, {**config(), "$schema": "x"}, *(config(pair) for pair in EVERY_PAIR)])
def test_right_configs_validate(source):
    VALIDATOR.validate(source)


def with_strength(pair: tuple[Any, Any], strength: float) -> dict[str, Any]:
    source = config(pair)
    source["strategies"][0]["strength"] = strength
    return source


def test_a_strength_beside_the_strategy_validates():
    VALIDATOR.validate(with_strength((EMBEDDINGS, DIVERSITY), 2))


@pytest.mark.parametrize(
    "source",
    [
        {"n_samples": 1},
        {"strategies": config()["strategies"]},
        {**config(), "proportion_samples": 0.5},
        {**config(), "nSamples": 5},
        {**config(), "colour": 1},
        {**config(), "strategies": []},
        {**config(), "strategies": [{}]},
        config(n_samples=0),
        config(n_samples=1.5),
        config(n_samples=None),
        config(proportion_samples=0),
        config(proportion_samples=1.1),
        config((EMBEDDINGS, WEIGHTS)),
        config((SCORES, BALANCE)),
        config((SCORES, DIVERSITY)),
        config((CLASSES, WEIGHTS)),
        config((COUNT, BALANCE)),
        config((RANDOM, BALANCE)),
        config((METADATA, SIMILARITY)),
        config((EMBEDDINGS, SIMILARITY)),
        config(({**EMBEDDINGS, "dataset_id": None}, SIMILARITY)),
        config(({**EMBEDDINGS, "dataset_id": "x"}, DIVERSITY)),
        config(({**EMBEDDINGS, "tagName": "abc"}, DIVERSITY)),
        config(({**EMBEDDINGS, "dataset_id": "x", "datasetId": "x"}, SIMILARITY)),
        config(({**EMBEDDINGS, "dataset_id": "x", "tag_name": "ab"}, SIMILARITY)),
        config(({**EMBEDDINGS, "key": "x"}, DIVERSITY)),
        config(({**CLASSES, "categories": ["hat"]}, BALANCE)),
        config(({**COUNT, "categories": ["hat", "hat"]}, WEIGHTS)),
        config(({"type": "embeddings"}, DIVERSITY)),
        config((EMBEDDINGS, {**DIVERSITY, "target": {"a": 1}})),
        config((EMBEDDINGS, {**DIVERSITY, "stopping_condition_minimum_distance": -1})),
        config((EMBEDDINGS, {**DIVERSITY, "stoppingConditionMinimumDistance": 1})),
        config((EMBEDDINGS, {"type": "TYPICALITY", "num_nearest_neighbors": 1})),
        config((EMBEDDINGS, {"type": "TYPICALITY", "stopping_condition_minimum_typicality": 1.5})),
        config((EMBEDDINGS, {"type": "COVERAGE", "reference_samples": 0})),
        config((EMBEDDINGS, {"type": "COVERAGE", "weight": {"type": "RANDOM"}})),
        config((EMBEDDINGS, {"type": "COVERAGE", "weight": {"type": "METADATA", "key": ["a", "b"]}})),
        config((RANDOM, {"type": "THRESHOLD", "threshold": 1})),
        config((RANDOM, {**THRESHOLD, "operation": "LARGER"})),
        config((RANDOM, {**THRESHOLD, "strength": 1})),
        config((RANDOM, {**WEIGHTS, "strength": 1e10})),
        config((RANDOM, {**WEIGHTS, "target_range": {}})),
        config((METADATA, {"type": "BALANCE"})),
        config((METADATA, {**BALANCE, "distribution": "UNIFORM"})),
        config((METADATA, {"type": "BALANCE", "target": {}})),
        config((METADATA, {"type": "BALANCE", "target": {"a": 0}})),
        config((METADATA, {"type": "BALANCE", "target": {"a": -1, "b": 2}})),
        with_strength((EMBEDDINGS, {**DIVERSITY, "strength": 1}), 1),
        with_strength((RANDOM, THRESHOLD), 1),
    ],
)
def test_wrong_configs_do_not_validate(source):
    assert not VALIDATOR.is_valid(source)


def fields(name: str) -> dict[str, Any]:
    part = SCHEMA if name == "Config" else SCHEMA["$defs"][name]
    properties: dict[str, Any] = part["properties"]
    return properties


@pytest.mark.parametrize("model", [Config, Objective, TargetRange, *INPUTS.values(), *STRATEGIES.values()])
def test_every_field_is_there_by_each_of_its_names_and_described(model):
    properties = fields(model.__name__)
    for field, info in model.model_fields.items():
        assert properties[field]["description"] == info.description
        assert camel_name(field) in properties
    assert all(len(content["description"]) > 10 for content in properties.values())


def test_names_are_lightlys():
    camel = {name for part in ("Config", *SCHEMA["$defs"]) for name in fields(part) if re.search("[A-Z]", name)}
    assert camel == {
        "nSamples",
        "proportionSamples",
        "lightlyPathRegex",
        "autoTasks",
        "numRows",
        "numCols",
        "selectObjectsOf",
        "datasetId",
        "tagName",
        "querySampleIds",
        "queryFile",
        "selectedSequenceLength",
        "randomSeed",
        "numNearestNeighbors",
        "referenceSamples",
        "stoppingConditionMinimumTypicality",
        "stoppingConditionMaxSum",
        "targetRange",
        "minSum",
        "maxSum",
    }
