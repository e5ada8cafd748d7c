"""Names that do not exist: the error, with what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.errors import UsageError
from sqlsel.words import nearest, quoted, show

if TYPE_CHECKING:
    from collections.abc import Iterable


def unknown(kind: str, name: str, known: Iterable[str], *, empty: str, where: str = "") -> UsageError:
    """The error for a name that does not exist: what there is, and the nearest.

    Args:
        kind: What was named: ``dataset``, ``tag``, ``column``.
        name: The name as it was given.
        known: The names that would do.
        empty: What to do where there are none.
        where: Where it was looked for, to follow the name: ``in dataset 'clothing'``.
    """
    place = f" {where}" if where else ""
    return UsageError(f"no {kind} {show(name)}{place}", hint=offer(name, known) or empty)


def offer(name: str, known: Iterable[str]) -> str:
    """``did you mean 'x'?`` and the names there are; empty where there are none."""
    names = tuple(known)
    if not names:
        return ""
    close = nearest(name, names)
    guess = f"did you mean {show(close)}? " if close is not None else ""
    return f"{guess}there is: {quoted(names)}"
