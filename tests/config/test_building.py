"""Configs made in Python say what JSON says, and what is wrong with a call is said of its arguments."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

import sqlsel
from sqlsel.config import read_config
from sqlsel.config.kinds import INPUTS, STRATEGIES
from tests.config.generated import configs

CASES = [
    (sqlsel.coverage(), {"type": "EMBEDDINGS"}, {"type": "COVERAGE"}),
    (
        sqlsel.coverage(task="detector", weight="traffic", reference_samples=None),
        {"type": "EMBEDDINGS", "task": "detector"},
        {"type": "COVERAGE", "reference_samples": None, "weight": {"type": "METADATA", "key": "traffic"}},
    ),
    (
        sqlsel.coverage("clip", weight=sqlsel.score("detector", "novelty"), reference_samples=500, strength=-2),
        {"type": "EMBEDDINGS", "embedding": "clip"},
        {
            "type": "COVERAGE",
            "strength": -2.0,
            "reference_samples": 500,
            "weight": {"type": "SCORES", "task": "detector", "score": "novelty"},
        },
    ),
    (sqlsel.diversity(), {"type": "EMBEDDINGS"}, {"type": "DIVERSITY"}),
    (
        sqlsel.diversity("clip", min_distance=0.2, strength=-2),
        {"type": "EMBEDDINGS", "embedding": "clip"},
        {"type": "DIVERSITY", "stopping_condition_minimum_distance": 0.2, "strength": -2.0},
    ),
    (
        sqlsel.typicality(task="detector", neighbors=5, min_typicality=0.1),
        {"type": "EMBEDDINGS", "task": "detector"},
        {"type": "TYPICALITY", "num_nearest_neighbors": 5, "stopping_condition_minimum_typicality": 0.1},
    ),
    (
        sqlsel.similarity("failures", "round-1"),
        {"type": "EMBEDDINGS", "dataset_id": "failures", "tag_name": "round-1"},
        {"type": "SIMILARITY"},
    ),
    (
        sqlsel.similarity(sample_ids=[7, "a"]),
        {"type": "EMBEDDINGS", "query_sample_ids": ["7", "a"]},
        {"type": "SIMILARITY"},
    ),
    (
        sqlsel.weights("detector", "uncertainty_entropy", strength=2, max_sum=9),
        {"type": "SCORES", "task": "detector", "score": "uncertainty_entropy"},
        {"type": "WEIGHTS", "strength": 2.0, "stopping_condition_max_sum": 9.0},
    ),
    (
        sqlsel.weights("lightly.sharpness", target_range=(3, None)),
        {"type": "METADATA", "key": "lightly.sharpness"},
        {"type": "WEIGHTS", "target_range": {"min_sum": 3.0}},
    ),
    (
        sqlsel.weights(sqlsel.count("detector", ["car"])),
        {"type": "PREDICTIONS", "task": "detector", "name": "CATEGORY_COUNT", "categories": ["car"]},
        {"type": "WEIGHTS"},
    ),
    (
        sqlsel.threshold(sqlsel.expression("metadata.width * 2"), at_most=20),
        {"type": "SQL", "expression": "metadata.width * 2"},
        {"type": "THRESHOLD", "threshold": 20.0, "operation": "SMALLER_EQUAL"},
    ),
    (
        sqlsel.threshold("taken", above=datetime(2024, 5, 1, tzinfo=UTC)),
        {"type": "METADATA", "key": "taken"},
        {"type": "THRESHOLD", "threshold": "2024-05-01T00:00:00+00:00", "operation": "BIGGER"},
    ),
    (
        sqlsel.threshold("detector", "objectness", below=0.5),
        {"type": "SCORES", "task": "detector", "score": "objectness"},
        {"type": "THRESHOLD", "threshold": 0.5, "operation": "SMALLER"},
    ),
    (
        sqlsel.balance(["weather", "time"], {"sunny": {"day": 0.3}}),
        {"type": "METADATA", "key": ["weather", "time"]},
        {"type": "BALANCE", "target": {"sunny+day": 0.3}},
    ),
    (
        sqlsel.balance(sqlsel.predictions("detector"), "UNIFORM", count="PREDICTED"),
        {"type": "PREDICTIONS", "task": "detector", "name": "CLASS_DISTRIBUTION"},
        {"type": "BALANCE", "distribution": "UNIFORM", "count": "PREDICTED"},
    ),
    (sqlsel.random(3), {"type": "RANDOM", "random_seed": 3}, {"type": "WEIGHTS"}),
    (
        sqlsel.threshold(sqlsel.random_number(), at_least=0.5),
        {"type": "RANDOM"},
        {"type": "THRESHOLD", "threshold": 0.5, "operation": "BIGGER_EQUAL"},
    ),
]


@pytest.mark.parametrize(("made", "source", "strategy"), CASES, ids=[repr(made) for made, *_ in CASES])
def test_a_builder_says_what_json_says(made, source, strategy):
    assert made.to_dict() == {"input": source, "strategy": strategy}


def test_the_cases_have_every_input_and_every_strategy():
    assert {made.input.type for made, *_ in CASES} == set(INPUTS)
    assert {made.strategy.type for made, *_ in CASES} == set(STRATEGIES)


@settings(max_examples=100, deadline=None)
@given(configs())
def test_every_config_can_be_written_as_calls_and_as_json(given):
    config = sqlsel.load_config(given)
    assert eval(repr(config)) == config
    assert sqlsel.load_config(config.to_json() + "\n") == config
    assert sqlsel.config(**config.to_dict()) == config


def test_a_config_is_taken_wherever_a_dict_is(tmp_path):
    config = sqlsel.config(
        sqlsel.weights("size"), {"input": {"type": "RANDOM"}, "strategy": {"type": "WEIGHTS"}}, n_samples=2
    )
    assert read_config({"n_samples": 2, "strategies": [*config.strategies]})[0] == config
    rows = {"sample_id": [1, 2, 3], "size": [1.0, 5.0, 3.0]}
    config.to_json(tmp_path / "config.json")
    assert sqlsel.validate(config) == []
    with sqlsel.connect() as db:
        db.connection.execute("CREATE TABLE rows AS SELECT unnest([1, 2, 3]) sample_id, unnest([1.0, 5.0, 3.0]) size")
        db.ingest("rows", dataset="few")
        found = [db.select(source, dataset="few").sample_ids for source in (config, tmp_path / "config.json")]
        assert found[0] == found[1]
        assert "size" in str(db.explain(config, dataset="few"))
    assert sqlsel.select(_table(rows), config, id="sample_id").sample_ids == found[0]


def _table(rows):
    import pyarrow as pa

    return pa.table(rows)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: sqlsel.diversity(min_distnace=0.2), "no argument 'min_distnace'; did you mean 'min_distance'?"),
        (
            lambda: sqlsel.diversity(stopping_condition_minimum_distance=0.2),
            "'stopping_condition_minimum_distance'; it is called 'min_distance' here",
        ),
        (lambda: sqlsel.config(n_sample=1), "no argument 'n_sample'; did you mean 'n_samples'?"),
        (lambda: sqlsel.diversity(min_distance=-1), "sqlsel.diversity(): 1 problem\n  min_distance: must be at least"),
        (
            lambda: sqlsel.balance("weather", "uniform"),
            "target: unknown distribution 'uniform'; did you mean 'UNIFORM'",
        ),
        (lambda: sqlsel.threshold("size", above="big"), "above: must be a number or a time"),
        (lambda: sqlsel.threshold("size"), "takes one bound, not none"),
        (lambda: sqlsel.threshold("size", above=1, below=2), "for a range make two thresholds"),
        (sqlsel.similarity, "missing 'dataset'"),
        (lambda: sqlsel.weights(sqlsel.predictions("detector")), "goes with: BALANCE"),
        (lambda: sqlsel.weights(sqlsel.count("detector"), "score"), "a score belongs to a task by name"),
        (lambda: sqlsel.limit("video.id", 0), "max: must be at least 1"),
        (lambda: sqlsel.limit("video.id"), "missing 'max'"),
        (lambda: sqlsel.limit("video.id", 5, task="weather"), "key, task: give one of them"),
        (lambda: sqlsel.limit(max=5), "key, task: give one of them"),
        (lambda: sqlsel.tiling("grid", 0, 2), "num_rows: must be at least 1"),
        (lambda: sqlsel.count("detector", []), "categories: must not be empty"),
        (
            lambda: sqlsel.config(sqlsel.diversity(), {"input": {"type": "EMBEDDING"}, "strategy": {}}, n_samples=1),
            "strategies[1].input.type: unknown input type 'EMBEDDING'; did you mean 'EMBEDDINGS'?",
        ),
    ],
)
def test_what_is_wrong_is_said_at_the_call(call, said):
    with pytest.raises(sqlsel.SqlselError) as failure:
        call()
    assert said in str(failure.value)


def test_every_problem_of_a_call_is_said():
    with pytest.raises(sqlsel.ConfigError) as failure:
        sqlsel.typicality(neighbors=1, min_typicality=2, strength="high")
    assert [problem.where for problem in failure.value.problems] == ["strength", "neighbors", "min_typicality"]


def test_a_long_config_is_shown_on_several_lines():
    short = sqlsel.config(sqlsel.diversity(), n_samples=5)
    assert repr(short) == "sqlsel.config(sqlsel.diversity(), n_samples=5)"
    long = sqlsel.config(*[sqlsel.weights(f"key_{number}") for number in range(5)], n_samples=5)
    assert repr(long).splitlines()[:2] == ["sqlsel.config(", "    sqlsel.weights('key_0'),"]
    assert json.loads(long.to_json())["n_samples"] == 5
