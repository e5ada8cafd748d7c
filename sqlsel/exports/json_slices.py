"""A part of a JSON document in its own spelling: entries of its lists are left out, everything else stays as it is."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Note = Callable[[Any], Any]

_BLANK = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()
_Noted = TypeVar("_Noted")


@dataclass(slots=True)
class JsonList(Generic[_Noted]):
    """A list in a text.

    Attributes:
        begin: Where its bracket opens.
        end: Behind its closing bracket.
        spans: Where its entries begin and end.
        notes: What was noted of each.
    """

    begin: int
    end: int = 0
    spans: list[tuple[int, int]] = field(default_factory=list)
    notes: list[_Noted] = field(default_factory=list)


def lists_of_object(text: str, noting: Mapping[str, Note]) -> dict[str, JsonList[Any]]:
    """Some lists of the object that a text is, by key; keys that are not there, or hold no list, are left out.

    Memory: the text, and for each entry what is noted of it.

    Args:
        text: JSON.
        noting: By key of the object, what to keep of each entry of the list there.

    Raises:
        ValueError: If the text is no JSON object.
    """
    found: dict[str, JsonList[Any]] = {}
    place = _expect(text, 0, "{")
    more = text[place : place + 1] != "}"
    while more:
        key, end = _DECODER.raw_decode(text, place)
        if not isinstance(key, str):
            raise json.JSONDecodeError("Expecting a key in quotes", text, place)
        place = _expect(text, end, ":")
        if key in noting and text[place : place + 1] == "[":
            found[key] = list_at(text, place, noting[key])
            end = found[key].end
        else:
            _, end = _DECODER.raw_decode(text, place)
        place, more = _next(text, end, "}")
    check_end(text, place + 1)
    return found


def list_at(text: str, place: int, note: Note) -> JsonList[Any]:
    """The list that begins at a place of a text.

    Raises:
        ValueError: If there is none.
    """
    found: JsonList[Any] = JsonList(place)
    place = _expect(text, place, "[")
    more = text[place : place + 1] != "]"
    while more:
        value, end = _DECODER.raw_decode(text, place)
        found.spans.append((place, end))
        found.notes.append(note(value))
        place, more = _next(text, end, "]")
    found.end = place + 1
    return found


def check_end(text: str, place: int) -> None:
    """Raise ValueError unless nothing but blanks follows a place of a text."""
    if (rest := _blank(text, place)) < len(text):
        raise json.JSONDecodeError("Extra data", text, rest)


def with_entries(text: str, kept: Sequence[tuple[JsonList[Any], Sequence[bool]]]) -> Iterator[str]:
    """The text in pieces, with only some entries of its lists: every character of these stays as it is.

    Args:
        text: JSON.
        kept: Its lists, each with one truth an entry.
    """
    place = 0
    for listed, flags in sorted(kept, key=lambda pair: pair[0].begin):
        yield text[place : listed.begin + 1]
        place = listed.end - 1
        last = None
        for number, keep in enumerate(flags):
            if keep:
                before = listed.begin + 1 if last is None else listed.spans[number - 1][1]
                begin, end = listed.spans[number]
                yield text[before:begin] if last is not None else text[before : listed.spans[0][0]]
                yield text[begin:end]
                last = number
        if last is not None:
            place = listed.spans[-1][1]
    yield text[place:]


def _next(text: str, place: int, closing: str) -> tuple[int, bool]:
    """The place of the next entry, or of the closing mark, and whether there is an entry."""
    place = _blank(text, place)
    if text[place : place + 1] == closing:
        return place, False
    return _expect(text, place, ","), True


def _blank(text: str, place: int) -> int:
    match = _BLANK.match(text, place)
    return match.end() if match else place


def _expect(text: str, place: int, mark: str) -> int:
    """Behind a mark and the blanks around it."""
    place = _blank(text, place)
    if text[place : place + 1] != mark:
        raise json.JSONDecodeError(f"Expecting {mark!r}", text, place)
    return _blank(text, place + 1)
