"""What holds for every text and every config."""

from __future__ import annotations

import json
import math
from typing import Any

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sqlsel.config import Config, check_config, json_schema, read_config
from sqlsel.config.places import Lines, key_offset, value_offset
from sqlsel.config.reader import read_json
from sqlsel.errors import ConfigError
from tests.config.examples import FakeCatalog
from tests.config.generated import JSON_VALUES, commented_texts, configs, mutated_configs

VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def same(left: Any, right: Any) -> bool:
    """Equal in value and in kind: 1 is not 1.0 and not true."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


@given(JSON_VALUES, st.sampled_from([None, 0, 2]), st.booleans())
def test_strict_json_reads_as_json_loads_reads_it(value, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    reading = read_json(text)
    assert reading.complete
    assert not reading.faults
    assert same(reading.value, json.loads(text))


@given(st.data())
def test_comments_and_trailing_commas_change_nothing(data):
    value = data.draw(JSON_VALUES)
    reading = read_json(data.draw(commented_texts(value)))
    assert reading.complete
    assert not reading.faults
    assert same(reading.value, json.loads(json.dumps(value)))


@given(st.data())
def test_places_point_at_keys_and_values(data):
    text = data.draw(commented_texts(data.draw(JSON_VALUES)))
    reading = read_json(text)

    def walk(value, path):
        start = value_offset(reading.root, path)
        if isinstance(value, dict | list):
            assert text[start] == ("{" if isinstance(value, dict) else "[")
            for step, child in value.items() if isinstance(value, dict) else enumerate(value):
                if isinstance(value, dict):
                    key = key_offset(reading.root, (*path, step))
                    assert json.JSONDecoder().raw_decode(text, key)[0] == step
                walk(child, (*path, step))
        else:
            assert same(json.JSONDecoder().raw_decode(text, start)[0], value)

    walk(reading.value, ())


@given(st.text())
def test_lines_and_columns_find_the_character(text):
    lines = Lines(text)
    pieces = text.replace("\r\n", "\n\n").replace("\r", "\n").split("\n")
    for offset, char in enumerate(text):
        line, column = lines.place(offset)
        assert line >= 1
        assert column >= 1
        if char not in "\r\n" and "\r\n" not in text:
            assert pieces[line - 1][column - 1] == char


@given(st.text() | st.text("{}[]:,\"'/*# \n\\truefalsn0123.-eE“"))
@example('{"n_samples": 1e999, "strategies": [{}]}')
@example('{"a": "\\ud800"}\n')
@example("[" * 5000 + "\n")
@example('{"a":' * 5000)
@example('{"n_samples": ' + "9" * 5000 + "}")
def test_any_text_is_a_config_or_a_config_error(text):
    try:
        config, _ = read_config(text)
    except ConfigError as error:
        assert error.problems
        assert all(problem.severity == "error" and problem.message for problem in error.problems)
        str(error).encode()
    else:
        assert isinstance(config, Config)


@given(configs())
def test_right_configs_pass_and_come_back_equal(source):
    config, notices = read_config(source)
    assert all(problem.severity == "notice" for problem in notices)
    written = config.to_dict()
    again, _ = read_config(json.dumps(written))
    assert again == config
    assert hash(again) == hash(config)
    assert again.to_dict() == written


@given(configs())
def test_right_configs_pass_the_schema_in_every_form(source):
    VALIDATOR.validate(source)
    config, _ = read_config(source)
    VALIDATOR.validate(config.to_dict())


@given(st.data())
def test_a_text_and_a_mapping_give_the_same_config_and_problems(data):
    source = data.draw(mutated_configs())
    text = data.draw(commented_texts(source))
    if any(math.isnan(number) or math.isinf(number) for number in _floats(source)):
        return
    of_mapping = [(problem.where, problem.message) for problem in check_config(source)]
    of_text = check_config(text + "\n")
    assert sorted(of_mapping) == sorted((problem.where, problem.message) for problem in of_text)
    assert all(problem.line is not None for problem in of_text)
    places = [(problem.line, problem.column) for problem in of_text]
    assert places == sorted(places)


def _floats(value: Any) -> list[float]:
    if isinstance(value, dict | list):
        children = value.values() if isinstance(value, dict) else value
        return [number for child in children for number in _floats(child)]
    return [value] if isinstance(value, float) else []


@given(mutated_configs())
def test_wrong_configs_are_refused_in_our_words(source):
    problems = check_config(source, catalog=FakeCatalog(), dataset="clothing")
    for problem in problems:
        assert "Input should" not in problem.message
        assert "Extra inputs" not in problem.message
        assert "cannot be " not in problem.message
        str(problem).encode()
    errors = [problem for problem in check_config(source) if problem.severity == "error"]
    if errors:
        with pytest.raises(ConfigError) as caught:
            read_config(source)
        assert list(caught.value.problems) == errors
    else:
        assert read_config(source)[0].strategies


# what JSON Schema cannot say, or JSON cannot hold
BEYOND_SCHEMA = (
    " is refused: ",
    "is above 'max_sum'",
    "must be a whole number",
    "must be a finite number",
    "larger than any number",
    "time in ISO 8601",
    "keys; join the values",
    "in a joined name",
    "is given twice; keep one",
    "repeats {",
    "cannot be read at",
    "is no regular expression",
    "has no named group",
    "the group",
    "is limited twice",
    "is no multiple of",
)


@given(mutated_configs())
def test_checks_and_schema_agree(source):
    errors = [problem.message for problem in check_config(source) if problem.severity == "error"]
    sayable = [message for message in errors if not any(part in message for part in BEYOND_SCHEMA)]
    if not errors:
        VALIDATOR.validate(source)
    elif sayable:
        assert not VALIDATOR.is_valid(source)
