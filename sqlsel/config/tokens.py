"""The pieces that a JSON text is made of, as patterns; none of them looks at a character more than a few times."""

from __future__ import annotations

import re

_GAP = r"(?:[\s\ufeff]++|//[^\r\n]*+|#[^\r\n]*+|/\*(?s:.*?)\*/)*+"
_PLAIN_STRING = r'"([^"\\\x00-\x1f]*+)"'
_PLAIN_SCALAR = rf"(?:(?:{_PLAIN_STRING}|(-?(?:0|[1-9][0-9]{{0,14}}+)(\.[0-9]{{1,17}}+)?+))(?={_GAP}[,}}\]]))?+"

GAP = re.compile(_GAP)
"""Space and comments."""

FIRST_MEMBER = re.compile(rf"{_GAP}{_PLAIN_STRING}{_GAP}:{_GAP}{_PLAIN_SCALAR}")
"""A key in its usual form, the colon, and the value if it is a string or short number in its usual form.

Groups: the key, the string, the number, the fraction of the number.
"""

NEXT_MEMBER = re.compile(rf"{_GAP},{FIRST_MEMBER.pattern}")
"""The same after a comma."""

NEXT_ELEMENT = re.compile(rf"{_GAP},{_GAP}{_PLAIN_SCALAR}")
"""A comma and the element after it if that is a string or short number in its usual form."""

STRING = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*+"')
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(\.[0-9]++)?([eE][+-]?[0-9]++)?")
WORD = re.compile(r"[^\s,:;=\[\]{}\"'“”#/]++")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*+")
OTHER_QUOTES = re.compile(r"'([^'\\\r\n]*+)'|[“”„]([^“”\"\r\n]*+)[“”\"]")
VALUE_START = re.compile(r"[\"'“\[{\-0-9A-Za-z]")

CONSTANTS = {"true": True, "false": False, "null": None}
