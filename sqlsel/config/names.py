"""Names in a config that must exist in the data: how a missing one is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.config.findings import Finding
from sqlsel.words import did_you_mean, quoted, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlsel.config.places import Path


def unknown_name(path: Path, what: str, name: str, known: Sequence[str], *, none: str, at_key: bool = False) -> Finding:
    """The finding for a name that does not exist.

    Args:
        path: Where it is named.
        what: What there is none of by that name, with where it was looked for: ``task in dataset 'clothing'``.
        name: The name.
        known: The names there are.
        none: What to do where there are none at all.
        at_key: Whether the name is a key of the config.
    """
    return Finding(path, unknown_name_text(what, name, known, none=none), at_key=at_key)


def unknown_name_text(what: str, name: str, known: Sequence[str], *, none: str) -> str:
    """The message of ``unknown_name``: the nearest name and what there is."""
    kind, _, place = what.partition(" ")
    missing = f"there is no {kind} {show(name)}{' ' if place else ''}{place}"
    if not known:
        return f"{missing}; {none}"
    guess = did_you_mean(name, known) or ";"
    return f"{missing}{guess} there is: {quoted(known)}"
