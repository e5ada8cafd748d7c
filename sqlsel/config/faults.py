"""What is no JSON in a text, said so that it can be put right."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from sqlsel.config.places import Offset  # noqa: TC001
from sqlsel.words import shorten, show

LONGEST_INTEGER = 4000

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_TOKEN = re.compile(r"\.{3}|…|\"[^\"\r\n]*+\"?|[^\s,:;=\[\]{}\"'“”#]++|.", re.DOTALL)
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*+')

PYTHON_WORDS = {"True": ("true", True), "False": ("false", False), "None": ("null", None)}
NOT_FINITE = frozenset({"nan", "inf", "infinity"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where a text is no JSON."""

    offset: Offset
    message: str


def lone_surrogate(text: str) -> Offset | None:
    """Where a text holds half of a surrogate pair; None if nowhere."""
    match = None if text.isascii() else _SURROGATE.search(text)
    return match.start() if match else None


def describe(text: str, offset: Offset) -> str:
    """What stands at ``offset``, for the end of 'expected …, found …'."""
    match = _TOKEN.match(text, offset)
    if match is None:
        return "the end of the text"
    token = match.group()
    if token in {"...", "…"}:
        return f"{token} (write out what it stands for, or delete it)"
    return shorten(token) if token.startswith('"') else show(token)


def string_fault(text: str, start: Offset) -> Fault:
    """Why the string that starts at ``start`` cannot be read."""
    at = start + 1
    while True:
        plain = _PLAIN.match(text, at)
        assert plain is not None
        at = plain.end()
        char = text[at : at + 1]
        if char in {"", "\n", "\r"}:
            return Fault(start, 'this string is not closed on its line; end it with ", write a line break in it as \\n')
        if char != "\\":
            return Fault(at, f"a string cannot hold the control character {char!r}; write it as \\u{ord(char):04x}")
        escape = _ESCAPE.match(text, at)
        if escape is None:
            return Fault(at, f"{text[at : at + 2]} is no escape; write a backslash in a string as \\\\")
        at = escape.end()


def misread_word(word: str) -> tuple[str, object] | None:
    """For a word that JSON does not know: what to say, and the value it plainly stands for.

    Returns:
        None where the meaning is not plain.
    """
    if word in PYTHON_WORDS:
        right, value = PYTHON_WORDS[word]
        return f"expected a value, found {word}; JSON writes {right}", value
    if word.lower().lstrip("+-") in NOT_FINITE:
        return f"expected a number, found {word}; write a finite number", math.nan
    try:
        number = float(word.replace("_", "x"))
    except ValueError:
        return None
    if not math.isfinite(number):
        return number_fault(word) or "", math.nan
    written = repr(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    return f"expected a number, found {shorten(word)}; JSON writes {written}", number


def number_fault(word: str) -> str | None:
    """Why a number in JSON's form is refused; None if it is not."""
    if word.lstrip("-").isdigit():
        return f"a number of {len(word)} digits is too long" if len(word) > LONGEST_INTEGER else None
    if math.isinf(float(word)):
        return f"{shorten(word)} is larger than any number that can be kept"
    return None
