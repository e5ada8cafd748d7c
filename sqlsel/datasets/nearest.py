"""Names that are close to one that does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.errors import UsageError
from sqlsel.words import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable


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
    guess = did_you_mean(name, known).removeprefix("; ")
    return f"{guess} there is: {quoted(known)}".strip()
