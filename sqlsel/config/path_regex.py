"""``lightly_path_regex``: a regular expression whose named groups take values out of file names.

Only what RE2 (DuckDB), Java (Spark) and Python read in the same way is let through, and named groups become plain ones
that are told apart by their number, so that one expression means the same on every engine.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from sqlsel.config.values import Text
from sqlsel.words import show

MOST_REPEATS = 1000

_NAMED = re.compile(r"\(\?P?<([A-Za-z_][A-Za-z0-9_]*)>")
_GROUP = re.compile(r"\(\?(?:[is]+\)|[is]*:)|\((?!\?)")
_ESCAPE = re.compile(r"\\(?:[dDwWsSbBAtnrf]|x[0-9a-fA-F]{2}|[^A-Za-z0-9])")
_REPEAT = re.compile(r"(?:[*+?]|\{(\d+)(?:,(\d*))?\})(\??)")
_CLASS = re.compile(r"\[\^?(?:\\(?:[dDwWsStnrf]|x[0-9a-fA-F]{2}|[^A-Za-z0-9])|[^\\\[\]&]|&(?!&))+\]")
_SAMPLE = 12

_ADVICE = {
    "(?P<": "the name of a group starts with a letter or _ and holds letters, digits and _",
    "(?=": "looking ahead is not read by every engine; match the text itself",
    "(?!": "looking ahead is not read by every engine; match the text itself",
    "(?<=": "looking behind is not read by every engine; match the text itself",
    "(?<!": "looking behind is not read by every engine; match the text itself",
    "(?P=": "a group cannot be referred to again",
    "(?<": "the name of a group starts with a letter or _ and holds letters, digits and _",
    "(?>": "groups that never give back are not read by every engine; write (?:...)",
    "(?#": "comments are not read by every engine; leave it out",
    "(?(": "conditions are not read by every engine; leave it out",
    "(?": "of the flags only i and s are read by every engine",
    "[": "in [...] write [, ] and & with a backslash before them, and escape no letter but d, w, s, t, n, r, f",
    "{": "write \\{ for a brace that repeats nothing",
    "\\": "not every engine reads this escape; after a backslash stands no letter but d, w, s, b, A, t, n, r, f, x..",
}


class PathRegexError(ValueError):
    """A regular expression that cannot be used; the message says where, why and what to do."""


@dataclass(frozen=True, slots=True)
class PathRegex:
    """A regular expression over file names.

    Attributes:
        text: As the config has it.
        expression: The same with plain groups, as engines take it.
        groups: By name, the number of the group, from 1.
    """

    text: str
    expression: str
    groups: dict[str, int]


@lru_cache(maxsize=64)
def read_path_regex(text: str) -> PathRegex:
    """Take an expression apart.

    Raises:
        PathRegexError: If it is none, has no named group, or holds what engines read in different ways.
    """
    pieces, groups, number, at = [], {}, 0, 0
    while at < len(text):
        end, named, opens = _piece(text, at)
        number += opens
        if named is not None:
            if named in groups:
                raise PathRegexError(f"the group {show(named)} is there twice; give each a name of its own")
            groups[named] = number
        pieces.append(text[at:end] if named is None else "(")
        at = end
    expression = "".join(pieces)
    _compile(expression)
    if not groups:
        raise PathRegexError("has no named group; name what it should find: (?P<camera>[^/]+)/.*")
    return PathRegex(text, expression, groups)


def _piece(text: str, at: int) -> tuple[int, str | None, bool]:
    """Where the piece at a place ends, the name of the group it opens, and whether it opens a numbered one."""
    char = text[at]
    if named := _NAMED.match(text, at):
        return named.end(), named.group(1), True
    if char == "(":
        return _matched(_GROUP, text, at).end(), None, text[at : at + 2] != "(?"
    if char == "[":
        return _matched(_CLASS, text, at).end(), None, False
    if char == "\\":
        return _matched(_ESCAPE, text, at).end(), None, False
    if char in "*+?{":
        return _repeat(text, at), None, False
    return at + 1, None, False


def _repeat(text: str, at: int) -> int:
    repeat = _matched(_REPEAT, text, at)
    if any(int(count) > MOST_REPEATS for count in repeat.groups()[:2] if count):
        raise PathRegexError(f"repeats {repeat.group()} times; {MOST_REPEATS} is the most that every engine takes")
    if text[repeat.end() : repeat.end() + 1] in {"*", "+", "?", "{"} - {""}:
        raise PathRegexError(f"cannot be read at {_near(text, at)}: one repetition follows another; use (?:...)")
    return repeat.end()


def _matched(pattern: re.Pattern[str], text: str, at: int) -> re.Match[str]:
    match = pattern.match(text, at)
    if match is None:
        advice = next(advice for start, advice in _ADVICE.items() if text.startswith(start, at))
        raise PathRegexError(f"cannot be read at {_near(text, at)}: {advice}")
    return match


def _near(text: str, at: int) -> str:
    return f"{show(text[at : at + _SAMPLE])} (character {at + 1})"


def _compile(expression: str) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(expression)
    except (re.error, RecursionError, OverflowError) as error:
        reason = error.msg if isinstance(error, re.error) else "too large"
        raise PathRegexError(f"is no regular expression: {reason}") from None


def _checked(text: str) -> str:
    try:
        read_path_regex(text)
    except PathRegexError as error:
        raise PydanticCustomError("path_regex", "{reason}", {"reason": str(error)}) from None
    return text


PathRegexText = Annotated[Text, AfterValidator(_checked)]
"""The text of a regular expression that ``read_path_regex`` takes."""
