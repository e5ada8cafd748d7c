"""Tables for a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlsel.tables import cell_text, display_width, table_lines


def test_a_table_that_fits_is_shown_whole():
    assert table_lines(["rank", "file_name"], [[1, "a.png"], [12, "long/b.png"]], 80) == [
        "rank  file_name",
        "----  ----------",
        "   1  a.png",
        "  12  long/b.png",
    ]


def test_long_texts_lose_their_middle_and_numbers_nothing():
    names = ["videos/2024/first/frame_0001.png", "videos/2024/first/frame_0002.png"]
    lines = table_lines(["rank", "file_name", "gain"], [[1, names[0], 0.123456], [2, names[1], 12345678.9]], 36)
    assert lines[2:] == ["   1  videos/20…_0001.png     0.1235", "   2  videos/20…_0002.png  1.235e+07"]


def test_columns_that_do_not_fit_are_named():
    headers = [f"column_{number}" for number in range(12)]
    lines = table_lines(headers, [["some text here"] * 12], 40)
    assert max(map(display_width, lines)) <= 40
    assert lines[-1].startswith("… not shown for want of room: column_4,…")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (0.30000000000000004, "0.3"),
        (1234, "1234"),
        ({"a": [1, None]}, '{"a": [1, null]}'),
        ("two\nlines\x1b[31m", "two\\nlines\\x1b[31m"),
        ("\u202eevil", "\\u202eevil"),
    ],
)
def test_how_a_value_is_shown(value, text):
    assert cell_text(value) == text


def test_wide_characters_take_two_columns():
    lines = table_lines(["name", "n"], [["日本語の長いファイル名.png", 1], ["e\u0301", 2]], 18)
    assert {display_width(line) for line in lines} == {18}
    assert lines[3] == "e\u0301" + " " * 16 + "2"


cells = st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats() | st.text(max_size=60)


@given(st.integers(1, 6), st.data(), st.integers(20, 120))
def test_no_line_is_wider_than_the_terminal(count, data, width):
    row = st.lists(cells, min_size=count, max_size=count)
    headers = data.draw(st.lists(st.text(min_size=1, max_size=40), min_size=count, max_size=count))
    for line in table_lines(headers, data.draw(st.lists(row, max_size=5)), width):
        assert display_width(line) <= width
        assert "\n" not in line
