"""How messages show values and offer words."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache

LONGEST_SHOWN = 60
MOST_LISTED = 12
LIKE_ENOUGH = 0.6


def show(value: object) -> str:
    """A value as a message shows it: quoted text, JSON's words, what kind of thing a large one is."""
    if isinstance(value, str):
        return repr(shorten(value))
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int) and abs(value) >= 10**LONGEST_SHOWN:
        return "a number of more than 60 digits"
    if isinstance(value, float) and math.isfinite(value) and value.is_integer() and abs(value) < 1e15:
        return f"{value:.1f}"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    return shorten(str(value))


def shorten(text: str, longest: int = LONGEST_SHOWN) -> str:
    """The beginning of a long text."""
    return text if len(text) <= longest else text[:longest] + "…"


def printable(text: str) -> str:
    """The text with escapes for what cannot be printed, line breaks among them."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def listing(words: Iterable[str]) -> str:
    """The first words, and how many more there are."""
    known = list(words)
    more = [f"and {len(known) - MOST_LISTED} more"] if len(known) > MOST_LISTED else []
    return ", ".join([*(shorten(word) for word in known[:MOST_LISTED]), *more])


def quoted(words: Iterable[str]) -> str:
    """The same for names out of data, which may hold anything."""
    known = list(words)
    more = [f"and {len(known) - MOST_LISTED} more"] if len(known) > MOST_LISTED else []
    return ", ".join([*(show(word) for word in known[:MOST_LISTED]), *more])


@lru_cache(maxsize=1024)
def nearest(word: str, known: tuple[str, ...]) -> str | None:
    """The known word most like ``word``, whatever the case; None where none is like it."""
    folded = {other.casefold(): other for other in reversed(known)}
    close = get_close_matches(word.casefold(), folded, n=1, cutoff=LIKE_ENOUGH)
    return folded[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'type'?`` or nothing."""
    close = nearest(word, tuple(known))
    return f"; did you mean {close!r}?" if close is not None else ""
