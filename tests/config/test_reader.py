"""The JSON reader: what it allows, where it says things are, and how it says what is wrong."""

from __future__ import annotations

import json

import pytest

from sqlsel.config.places import Lines, key_offset, value_offset
from sqlsel.config.reader import DEEPEST, read_json
from sqlsel.config.scalars import MOST_FAULTS


def faults(text):
    """Line, column and message of each fault."""
    lines = Lines(text)
    return [(*lines.place(fault.offset), fault.message) for fault in read_json(text).faults]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1} // end', {"a": 1}),
        ('# start\n{"a": 1}', {"a": 1}),
        ('/* a\n b */ {"a" /**/ : /* x */ 1}', {"a": 1}),
        ('{"a": [1, 2,], }', {"a": [1, 2]}),
        ('{"a": 1, // one\n  # two\n}', {"a": 1}),
        ('{"url": "http://x/#top /* no */, ]"}', {"url": "http://x/#top /* no */, ]"}),
        ("\ufeff{}", {}),
        ('{\u00a0"a":\u00a01}', {"a": 1}),
        ("[]", []),
        ("[[],{}]", [[], {}]),
        ('["\\u00e9\\n\\"\\\\\\/"]', ['é\n"\\/']),
        ("[1.5e3, -0.25, 0, -7, 1E-2]", [1500.0, -0.25, 0, -7, 0.01]),
        ("[true, false, null]", [True, False, None]),
    ],
)
def test_comments_and_trailing_commas_are_allowed(text, value):
    reading = read_json(text)
    assert reading.faults == ()
    assert reading.value == value


def test_integers_stay_integers_and_fractions_floats():
    value = read_json("[1, 1.0, 12345678901234567890, 1e2]").value
    assert value == [1, 1.0, 12345678901234567890, 100.0]
    assert [type(number) for number in value] == [int, float, int, float]


def test_keys_and_values_have_places():
    text = '{\n  "strategies": [\n    {"a": 1},\n    "x", 2\n  ]\n}'
    root, lines = read_json(text).root, Lines(text)
    assert lines.place(key_offset(root, ("strategies",))) == (2, 3)
    assert lines.place(value_offset(root, ("strategies",))) == (2, 17)
    assert lines.place(key_offset(root, ("strategies", 0, "a"))) == (3, 6)
    assert lines.place(value_offset(root, ("strategies", 0, "a"))) == (3, 11)
    assert lines.place(value_offset(root, ("strategies", 2))) == (4, 10)
    assert lines.place(value_offset(root, ("strategies", 0, "missing"))) == (3, 5)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_lines_count_whatever_ends_them(line_end):
    text = line_end.join(["{", '"é": 1,', '"b": x', "}"])
    assert faults(text)[0][:2] == (3, 6)


@pytest.mark.parametrize(
    ("text", "line", "column", "parts"),
    [
        ('{"a": 1\n "b": 2}', 2, 2, ["expected ',' or '}'", 'found "b"', "comma before it"]),
        ("[1 2]", 1, 4, ["expected ',' or ']'", "found '2'"]),
        ('{"a": 1,, "b": 2}', 1, 9, ["comma with nothing before it"]),
        ("[, 1]", 1, 2, ["comma with nothing before it"]),
        ("{'a': 1}", 1, 2, ["double quotes", "'a'", 'write "a"']),
        ('{"a": “x”}', 1, 7, ["double quotes", 'write "x"']),
        ("{a: 1}", 1, 2, ["key in double quotes", 'write "a"']),
        ('{"a": True}', 1, 7, ["found True", "true"]),
        ('{"a": None}', 1, 7, ["found None", "null"]),
        ('{"a": NaN}', 1, 7, ["found NaN", "finite"]),
        ('{"a": -Infinity}', 1, 7, ["found -Infinity", "finite"]),
        ('{"a": 1e999}', 1, 7, ["1e999", "larger than any number"]),
        ('{"a": .5}', 1, 7, ["found .5", "JSON writes 0.5"]),
        ('{"a": +1}', 1, 7, ["found +1", "JSON writes 1"]),
        ('{"a": 007}', 1, 7, ["found 007", "JSON writes 7"]),
        ('{"a": 1, "b": 2,\n "a": 3}', 2, 2, ["'a' stands twice", "first at 1:2"]),
        ('{"a": "\\ud800"}', 1, 7, ["half of a surrogate pair"]),
        ('{"a": 1} {', 1, 10, ["expected the end of the config", "found '{'"]),
    ],
)
def test_plain_faults_are_said_and_reading_goes_on(text, line, column, parts):
    assert read_json(text).complete
    found_line, found_column, message = faults(text)[0]
    assert (found_line, found_column) == (line, column)
    for part in parts:
        assert part in message


@pytest.mark.parametrize(
    ("text", "line", "column", "parts"),
    [
        ('{\n "a": [1, 2', 2, 12, ["expected ']'", "end of the text", "'[' opened at 2:7 is not closed"]),
        ('{"a": [1, 2}', 1, 12, ["expected ']'", "found '}'", "'[' opened at 1:7"]),
        ("{", 1, 2, ["expected '}'", "opened at 1:1"]),
        ('{"a" 1}', 1, 6, ["expected ':' after the key 'a'", "found '1'"]),
        ('{"a"= 1}', 1, 5, ["expected ':'", "found '='"]),
        ('{"a": 1; "b": 2}', 1, 8, ["expected ',' or '}'", "found ';'"]),
        ('{"a": ...}', 1, 7, ["expected a value", "found ...", "write out"]),
        ('{"a": 1, ...}', 1, 10, ["expected a key", "found ...", "write out"]),
        ('{"a": [1, …]}', 1, 11, ["found …", "write out"]),
        ('{"a": tru}', 1, 7, ["expected a value", "found 'tru'", "double quotes"]),
        ('{"a": }', 1, 7, ["expected a value", "found '}'"]),
        ('{"a": "x\n"}', 1, 7, ["not closed on its line"]),
        ('{"a": "x\\q"}', 1, 9, ["\\q is no escape"]),
        ('{"a": "x\ty"}', 1, 9, ["control character", "\\u0009"]),
        ('{"a": "\\u12"}', 1, 8, ["is no escape"]),
        ("/* never", 1, 1, ["comment is never closed"]),
        ('{"a": 1 /* never }', 1, 9, ["comment is never closed"]),
        ("", 1, 1, ["expected a value", "end of the text"]),
        ('{"a": "\ud800"}', 1, 8, ["half of a surrogate pair"]),
        ('{"a": -}', 1, 7, ["expected a value"]),
        ("{1: 2}", 1, 2, ["expected a key in double quotes"]),
    ],
)
def test_faults_without_a_plain_meaning_end_the_reading(text, line, column, parts):
    reading = read_json(text)
    assert not reading.complete
    assert reading.value is None
    found_line, found_column, message = faults(text)[-1]
    assert (found_line, found_column) == (line, column)
    for part in parts:
        assert part in message


def test_all_faults_are_found_in_one_go():
    text = '{\'a\': True, b: NaN,\n "c": [1 2,, 3], "a": .5}'
    assert [place[:2] for place in faults(text)] == [
        (1, 2), (1, 7), (1, 13), (1, 16), (2, 10), (2, 12), (2, 18), (2, 23),
    ]  # fmt: skip
    assert read_json(text).value["c"] == [1, 2, 3]


def test_very_deep_nesting_is_a_fault_not_a_crash():
    assert read_json("[" * DEEPEST + "]" * DEEPEST).complete
    assert "brackets inside each other" in faults("[" * 100_000)[-1][2]
    assert "brackets inside each other" in faults('{"a":' * 100_000)[-1][2]


def test_very_long_numbers_are_a_fault_not_a_crash():
    assert read_json("9" * 400).value == int("9" * 400)
    assert "5000 digits is too long" in faults("9" * 5000)[0][2]


def test_reading_stops_after_many_faults():
    found = faults("[" + "True," * 10_000 + "]")
    assert len(found) == MOST_FAULTS + 1
    assert "the rest was not read" in found[-1][2]


def test_messages_show_the_beginning_of_long_tokens():
    for text in (
        "{'" + "x" * 10_000 + "': 1}",
        '{"' + "x" * 10_000 + '" 1}',
        "[" + "x" * 10_000 + "]",
        "{" + "y" * 9_999,
    ):
        assert all(len(message) < 300 for _, _, message in faults(text))


def test_the_last_of_two_equal_keys_counts_as_in_json():
    text = '{"a": 1, "b": 2, "a": {"c": 3}}'
    reading = read_json(text)
    assert reading.value == json.loads(text)
    assert value_offset(reading.root, ("a",)) == text.index("{", 1)
