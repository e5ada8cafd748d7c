"""Tables for a terminal: columns side by side within its width, long values cut in the middle."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlsel.words import printable

GAP = "  "
_NARROWEST = 8
_LEAST_HEADER, _FAIR_HEADER = 4, 10
_FAIR_TEXT = 24
_CUT = "…"


@dataclass(frozen=True, slots=True)
class _Column:
    header: str
    cells: tuple[str, ...]
    is_number: bool

    @property
    def value_width(self) -> int:
        return max((display_width(cell) for cell in self.cells), default=0)

    @property
    def full_width(self) -> int:
        return max(display_width(self.header), self.value_width)

    @property
    def least_width(self) -> int:
        """Numbers are never cut, texts down to a few characters."""
        return max(self.value_width, _LEAST_HEADER) if self.is_number else min(self.full_width, _NARROWEST)


def table_lines(headers: Sequence[str], rows: Sequence[Sequence[object]], width: int) -> list[str]:
    """The table as lines that fit the width, header and rule first.

    Numbers stand to the right and are shown with four digits; texts are cut in the middle where the table is too wide,
    and columns that do not fit at all are named below it.

    Args:
        headers: Names of the columns.
        rows: Values of the rows; None is left blank.
        width: Columns of the terminal.
    """
    columns = [
        _Column(
            cell_text(header),
            tuple(cell_text(row[place]) for row in rows),
            _is_numeric([row[place] for row in rows]),
        )
        for place, header in enumerate(headers)
    ]
    shown, hidden = _which_fit(columns, width)
    widths = _widths(shown, width)
    lines = [_line(_headers(shown, widths), shown, widths)]
    lines.append(GAP.join("-" * size for size in widths))
    for place in range(len(rows)):
        cells = [_cut_middle(column.cells[place], size) for column, size in zip(shown, widths, strict=True)]
        lines.append(_line(cells, shown, widths))
    if hidden:
        names = ", ".join(column.header for column in hidden)
        lines.append(cut_end(f"{_CUT} not shown for want of room: {names}", width))
    return [line.rstrip() for line in lines]


def cell_text(value: object) -> str:
    """The value in one line: four digits of a number, nothing for NULL, escapes for what cannot be printed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping | list | tuple | bytes):
        from sqlsel.exports.plain import json_text

        return cell_text(json_text(value))
    return printable(str(value))


def display_width(text: str) -> int:
    """How many columns of a terminal the text takes: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _is_numeric(values: Sequence[object]) -> bool:
    found = [value for value in values if value is not None]
    return bool(found) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in found)


def _which_fit(columns: list[_Column], width: int) -> tuple[list[_Column], list[_Column]]:
    count, used = 0, 0
    for column in columns:
        used += column.least_width + (len(GAP) if count else 0)
        if used > width and count:
            break
        count += 1
    return columns[:count], columns[count:]


def _widths(columns: list[_Column], width: int) -> list[int]:
    """Headers give way to where they can be told apart, then texts, then both as far as it takes."""
    room = width - len(GAP) * (len(columns) - 1)
    widths = [column.full_width for column in columns]
    for headers, texts in ((_FAIR_HEADER, None), (_FAIR_HEADER, _FAIR_TEXT), (_LEAST_HEADER, _FAIR_TEXT), (1, 1)):
        floors = [_floor(column, headers, texts) for column in columns]
        while sum(widths) > room and any(size > floor for size, floor in zip(widths, floors, strict=True)):
            widest = max((size, place) for place, size in enumerate(widths) if size > floors[place])[1]
            widths[widest] -= 1
    return _with_leftover(columns, widths, room)


def _floor(column: _Column, header: int, text: int | None) -> int:
    """How far a column may be narrowed."""
    values = column.value_width if column.is_number or text is None else min(column.value_width, text)
    return max(values, min(display_width(column.header), header), 1)


def _with_leftover(columns: list[_Column], widths: list[int], room: int) -> list[int]:
    """What lowering all columns alike left over goes to the first ones that can use it."""
    left = room - sum(widths)
    for place, column in enumerate(columns):
        more = max(0, min(left, column.full_width - widths[place]))
        widths[place] += more
        left -= more
    return widths


def _headers(columns: list[_Column], widths: list[int]) -> list[str]:
    """The headers, cut at their end, or in the middle where another one begins alike."""
    cut = [cut_end(column.header, size) for column, size in zip(columns, widths, strict=True)]
    for place, (column, size) in enumerate(zip(columns, widths, strict=True)):
        begin = cut[place].removesuffix(_CUT)[: size - 1]
        others = [other.header for other in columns if other is not column]
        if cut[place] != column.header and any(other.startswith(begin) for other in others):
            cut[place] = _cut_middle(column.header, size)
    return cut


def _line(cells: list[str], columns: list[_Column], widths: list[int]) -> str:
    padded = []
    for cell, column, size in zip(cells, columns, widths, strict=True):
        blank = " " * (size - display_width(cell))
        padded.append(blank + cell if column.is_number else cell + blank)
    return GAP.join(padded)


def cut_end(text: str, size: int) -> str:
    """The beginning of a text that takes more than ``size`` columns of a terminal."""
    return text if display_width(text) <= size else _prefix(text, size - 1) + _CUT


def _cut_middle(text: str, size: int) -> str:
    """Both ends stay, since file names often differ in their last characters only."""
    if display_width(text) <= size:
        return text
    head = _prefix(text, (size - 1) // 2)
    tail = _prefix(text[::-1], size - 1 - display_width(head))[::-1]
    return head + _CUT + tail


def _prefix(text: str, size: int) -> str:
    used = 0
    for place, char in enumerate(text):
        used += _char_width(char)
        if used > size:
            return text[:place]
    return text
