"""Names that are close to one that does not exist."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

_LISTED = 10


def unknown(kind: str, name: str, known: Iterable[str], *, empty: str, where: str = "") -> UsageError:
    """The error for a name that does not exist: what there is, the nearest first.

    Args:
        kind: What was named: ``dataset``, ``tag``, ``column``.
        name: The name as it was given.
        known: The names that would do.
        empty: What to do where there are none.
        where: Where it was looked for, to follow the name: ``in dataset 'clothing'``.
    """
    place = f" {where}" if where else ""
    return UsageError(f"no {kind} {name!r}{place}", hint=offer(name, list(known)) or empty)


def offer(name: str, known: list[str]) -> str:
    """``did you mean 'x'?`` and the names there are; empty where there are none."""
    if not known:
        return ""
    folded = {other.lower(): other for other in known}
    close = [folded[match] for match in get_close_matches(name.lower(), list(folded), n=3, cutoff=0.6)]
    listed = ", ".join(repr(other) for other in known[:_LISTED])
    more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
    guess = f"did you mean {' or '.join(repr(match) for match in close)}? " if close else ""
    return f"{guess}there is: {listed}{more}"
