"""Configs as people write them, with comments, trailing commas and a strength in the other place."""

from __future__ import annotations

import jsonschema
import pytest

from sqlsel.config import check_config, json_schema, read_config
from sqlsel.config.reader import read_json
from tests.config.examples import WRITTEN_EXAMPLES, FakeCatalog


@pytest.mark.parametrize("name", WRITTEN_EXAMPLES)
def test_every_example_is_right_and_stays_the_same(name):
    text = WRITTEN_EXAMPLES[name]
    config, notices = read_config(text, catalog=FakeCatalog(), dataset="clothing")
    assert read_config(config.to_dict()) == (config, ())
    expected = ["strategies[0].strength", "strategies[1].strength"] if "beside" in name else []
    assert [problem.where for problem in notices] == expected
    assert check_config(text, catalog=FakeCatalog(), dataset="clothing") == notices


@pytest.mark.parametrize("name", WRITTEN_EXAMPLES)
def test_every_example_validates_against_the_schema(name):
    jsonschema.validate(read_json(WRITTEN_EXAMPLES[name]).value, json_schema())


def test_what_the_examples_say_is_what_is_read():
    config, _ = read_config(WRITTEN_EXAMPLES["similarity search"])
    assert config.n_samples == 20
    assert config.strategies[0].input.dataset_id == "failures"
    assert config.strategies[0].input.tag_name == "initial-tag"
    config, _ = read_config(WRITTEN_EXAMPLES["typicality with strength beside"])
    assert [objective.strategy.strength for objective in config.strategies] == [0.5, 0.5]
    assert config.strategies[0].strategy.num_nearest_neighbors == 5
