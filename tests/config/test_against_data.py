"""Names in a config against the data: what is not there, what there is, and the nearest name."""

from __future__ import annotations

import pytest

from sqlsel.config import check_config, read_config
from sqlsel.errors import ConfigError
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
    TYPICALITY,
    WEIGHTS,
    FakeCatalog,
    config,
)

IN, OUT = "strategies[0].input", "strategies[0].strategy"


def problems(source, strategy, dataset="clothing", catalog=None):
    return check_config(config((source, strategy)), catalog=catalog or FakeCatalog(), dataset=dataset)


def only(source, strategy, dataset="clothing"):
    found = problems(source, strategy, dataset)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("source", "strategy"),
    [
        (EMBEDDINGS, DIVERSITY),
        ({**EMBEDDINGS, "task": "boxes"}, TYPICALITY),
        ({**EMBEDDINGS, "dataset_id": "failures"}, SIMILARITY),
        ({**EMBEDDINGS, "dataset_id": "failures", "tag_name": "initial-tag"}, SIMILARITY),
        ({**EMBEDDINGS, "dataset_id": "failures", "tag_name": "blurred"}, SIMILARITY),
        ({**EMBEDDINGS, "dataset_id": "clothing", "tag_name": "round-1"}, SIMILARITY),
        ({**EMBEDDINGS, "dataset_id": "clothing", "task": "boxes"}, SIMILARITY),
        ({**EMBEDDINGS, "dataset_id": "narrow", "task": "boxes"}, SIMILARITY),
        ({**SCORES, "score": "novelty"}, WEIGHTS),
        ({**SCORES, "score": "uncertainty_margin"}, WEIGHTS),
        ({**SCORES, "task": "boxes", "score": "object_frequency"}, THRESHOLD),
        ({**SCORES, "task": "plain", "score": "objectness_least_confidence"}, WEIGHTS),
        ({**SCORES, "task": "ratings", "score": "beauty"}, WEIGHTS),
        ({"type": "METADATA", "key": "weather.temperature"}, THRESHOLD),
        ({"type": "METADATA", "key": "location"}, WEIGHTS),
        ({"type": "METADATA", "key": "taken"}, THRESHOLD),
        ({"type": "METADATA", "key": "location"}, {"type": "BALANCE", "target": {"1": 0.5}}),
        ({"type": "METADATA", "key": "indoor"}, {"type": "BALANCE", "target": {"true": 0.5}}),
        (METADATA, BALANCE),
        (METADATA, {"type": "BALANCE", "distribution": "UNIFORM"}),
        (CLASSES, {"type": "BALANCE", "target": {"hat": 0.5}}),
        ({**CLASSES, "task": "boxes"}, {"type": "BALANCE", "distribution": "INPUT"}),
        (COUNT, WEIGHTS),
        ({**COUNT, "task": "plain"}, THRESHOLD),
        (RANDOM, WEIGHTS),
    ],
)
def test_what_is_there_passes(source, strategy):
    assert problems(source, strategy) == ()


@pytest.mark.parametrize(
    ("source", "strategy", "where", "parts"),
    [
        (
            {**SCORES, "task": "garment"},
            WEIGHTS,
            f"{IN}.task",
            ["no task 'garment' in dataset 'clothing'", "'garments'?"],
        ),
        ({**SCORES, "task": "xyz"}, WEIGHTS, f"{IN}.task", ["there is: 'garments', 'boxes', 'plain', 'ratings'"]),
        (
            {**SCORES, "score": "novelti"},
            WEIGHTS,
            f"{IN}.score",
            ["no score 'novelti' of task 'garments'", "'novelty'?"],
        ),
        (
            {**SCORES, "score": "xyz"},
            WEIGHTS,
            f"{IN}.score",
            ["there is: 'novelty', 'uncertainty_least_confidence', 'uncertainty_margin', 'uncertainty_entropy'"],
        ),
        (
            {**SCORES, "task": "plain"},
            WEIGHTS,
            f"{IN}.score",
            ["class probabilities, and not every prediction carries them", "'object_frequency'"],
        ),
        (
            {**SCORES, "score": "object_frequency"},
            WEIGHTS,
            f"{IN}.score",
            ["computed for object-detection, instance-segmentation, and this is classification"],
        ),
        ({**SCORES, "task": "ratings"}, WEIGHTS, f"{IN}.score", ["computed from predictions", "there is: 'beauty'"]),
        ({**CLASSES, "task": "garmens"}, BALANCE, f"{IN}.task", ["did you mean 'garments'?"]),
        ({**CLASSES, "task": "ratings"}, BALANCE, f"{IN}.task", ["has scores only"]),
        (
            {**COUNT, "categories": ["hat", "shose"]},
            WEIGHTS,
            f"{IN}.categories[1]",
            ["no class 'shose' in task 'boxes'", "did you mean 'shoe'?"],
        ),
        (
            {**CLASSES, "task": "plain"},
            {"type": "BALANCE", "target": {"hat": 1}},
            f"{IN}.name",
            ["class probabilities", "not all objects of task 'plain' carry them", '"count": "PREDICTED"'],
        ),
        (
            CLASSES,
            {"type": "BALANCE", "target": {"hat": 0.5, "Shoe": 0.2}},
            f"{OUT}.target.Shoe",
            ["no class 'Shoe' in task 'garments'", "did you mean 'shoe'?", "there is: 'dress', 'hat', 'shoe'"],
        ),
        (
            {"type": "METADATA", "key": "weather.temprature"},
            WEIGHTS,
            f"{IN}.key",
            ["no key 'weather.temprature' in the metadata", "did you mean 'weather.temperature'?"],
        ),
        ({"type": "METADATA", "key": "xyz"}, WEIGHTS, f"{IN}.key", ["there is: 'weather.description'"]),
        (
            {"type": "METADATA", "key": "weather"},
            WEIGHTS,
            f"{IN}.key",
            ["a group of keys", "'weather.description', 'weather.temperature'"],
        ),
        (
            METADATA,
            THRESHOLD,
            f"{IN}.key",
            ["holds text", "THRESHOLD needs numbers", "BALANCE", "'weather.temperature'"],
        ),
        (
            {"type": "METADATA", "key": "indoor"},
            WEIGHTS,
            f"{IN}.key",
            ["holds true and false", "WEIGHTS needs numbers"],
        ),
        (
            {"type": "METADATA", "key": "weather.temperature"},
            BALANCE,
            f"{IN}.key",
            ["numbers with fractions", "use WEIGHTS or THRESHOLD", "'weather.description', 'location', 'indoor'"],
        ),
        ({"type": "METADATA", "key": "taken"}, BALANCE, f"{IN}.key", ["holds times"]),
        ({**EMBEDDINGS, "task": "boxe"}, DIVERSITY, f"{IN}.task", ["no task 'boxe' with object emb", "mean 'boxes'?"]),
        (
            {**EMBEDDINGS, "task": "plain"},
            DIVERSITY,
            f"{IN}.task",
            ["task 'plain' has no object embeddings", "tasks that have them: 'boxes'"],
        ),
        (
            {**EMBEDDINGS, "dataset_id": "failure"},
            SIMILARITY,
            f"{IN}.dataset_id",
            ["no dataset 'failure'", "did you mean 'failures'?"],
        ),
        ({**EMBEDDINGS, "dataset_id": "0" * 24}, SIMILARITY, f"{IN}.dataset_id", ["no dataset", "'bare', 'clothing'"]),
        (
            {**EMBEDDINGS, "dataset_id": "failures", "tag_name": "blured"},
            SIMILARITY,
            f"{IN}.tag_name",
            ["no tag 'blured' in dataset 'failures'", "did you mean 'blurred'?", "'initial-tag'"],
        ),
        ({**EMBEDDINGS, "dataset_id": "bare"}, SIMILARITY, f"{IN}.dataset_id", ["dataset 'bare' has no embeddings"]),
        (
            {**EMBEDDINGS, "dataset_id": "narrow"},
            SIMILARITY,
            f"{IN}.dataset_id",
            ["embeddings of width 8, 'clothing' of 16"],
        ),
        (
            {**EMBEDDINGS, "dataset_id": "failures", "task": "boxes"},
            SIMILARITY,
            f"{IN}.dataset_id",
            ["embeddings of width 16, 'clothing' of 8"],
        ),
    ],
)
def test_what_is_not_there_is_an_error(source, strategy, where, parts):
    problem = only(source, strategy)
    assert problem.severity == "error"
    assert problem.where == where
    for part in parts:
        assert part in problem.message


def test_a_dataset_without_anything_says_how_to_add_it():
    for source, strategy, part in [
        (EMBEDDINGS, DIVERSITY, "--embeddings FILE"),
        ({**EMBEDDINGS, "task": "boxes"}, DIVERSITY, "object_embeddings.parquet"),
        (SCORES, WEIGHTS, "ingest predictions or scores"),
        (METADATA, THRESHOLD, "ingest some"),
    ]:
        assert part in only(source, strategy, "bare").message


def test_an_unknown_dataset_is_an_error_with_the_nearest_name():
    problem = only(EMBEDDINGS, DIVERSITY, "clothin")
    assert problem.message.startswith("there is no dataset 'clothin'; did you mean 'clothing'?")


def test_a_value_no_sample_has_is_a_notice():
    problem = only(METADATA, {"type": "BALANCE", "target": {"sunny": 0.5, "sunnny": 0.2, "hail": 0}})
    assert problem.severity == "notice"
    assert problem.where == f"{OUT}.target.sunnny"
    assert "unreachable; did you mean 'sunny'?" in problem.message
    integers = only({"type": "METADATA", "key": "location"}, {"type": "BALANCE", "target": {"1": 0.5, "9": 0.5}})
    assert "no sample has '9' in 'location': unreachable; there is: '1', '2', '3'" in integers.message


def test_keys_of_very_many_values_are_not_looked_through():
    catalog = FakeCatalog()
    catalog.values["location"] = tuple(map(str, range(20_000)))
    target = {"type": "BALANCE", "target": {"nowhere": 0.5}}
    assert problems({"type": "METADATA", "key": "location"}, target, catalog=catalog) == ()


def test_very_many_unknown_names_are_listed_in_part():
    found = problems(CLASSES, {"type": "BALANCE", "target": {f"class {number}": 1 for number in range(1000)}})
    errors = [problem for problem in found if problem.severity == "error"]
    assert len(errors) == 21
    assert "980 more of its names" in "".join(problem.message for problem in errors)


def test_wrong_and_unknown_are_reported_together():
    source = config(
        ({**SCORES, "task": "garment"}, {"type": "WEIGHTS", "strength": "x"}),
        ({"type": "METADATA", "key": "location"}, {"type": "BALANCED", "target": {"1": 1}}),
        ({"type": "METADATA", "key": "indoors"}, {"type": "BALANCED"}),
        n_samples=0,
    )
    with pytest.raises(ConfigError) as caught:
        read_config(source, catalog=FakeCatalog(), dataset="clothing")
    assert [problem.where for problem in caught.value.problems] == [
        f"{IN}.task",
        f"{OUT}.strength",
        "strategies[1].strategy.type",
        "strategies[2].input.key",
        "strategies[2].strategy",
        "strategies[2].strategy.type",
        "n_samples",
    ]


def test_without_a_dataset_nothing_is_looked_up():
    source = config(({**SCORES, "task": "garment"}, WEIGHTS))
    assert check_config(source, catalog=FakeCatalog()) == ()
    assert check_config(source) == ()
