"""Limits: at most so many samples of each value of a key, beside all objectives."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from pydantic import Field

from sqlsel.config.fields import check_fields
from sqlsel.config.findings import Finding
from sqlsel.config.joint import JOINER, Keys
from sqlsel.config.names import unknown_name
from sqlsel.config.values import Count, Part
from sqlsel.words import quoted, show

if TYPE_CHECKING:
    from sqlsel.config.places import Path
    from sqlsel.facts import DatasetFacts, MetadataKey

LIMITS = "limits"
NO_KEYS = "the dataset has no metadata; ingest some"

_NO_GROUPS = {
    "number": "holds numbers with fractions, nearly all different",
    "timestamp": "holds times, nearly all different",
    "other": "holds neither text nor whole numbers",
}


class Limit(Part):
    """The most samples that a selection may have of each value of a metadata key."""

    key: Keys = Field(
        description="The metadata key, with dots between its levels: video.id. A list of keys limits each combination "
        "of their values."
    )
    max: Count = Field(description="The most samples of each of its values; preselected ones count.")

    @property
    def name(self) -> str:
        """The keys as messages show them: ``video+day``."""
        return JOINER.join(self.key) if isinstance(self.key, tuple) else self.key


def check_limits(top: dict[str, Any]) -> list[Finding]:
    """Findings about the list of limits and each of its entries."""
    limits = top.get(LIMITS)
    if limits is None:
        return []
    if not isinstance(limits, list | tuple):
        return [Finding((LIMITS,), f"must be a list of limits, not {show(limits)}")]
    if not limits:
        return [Finding((LIMITS,), "must not be empty; give a limit, or leave 'limits' out")]
    found: list[Finding] = []
    for index, entry in enumerate(limits):
        path = (LIMITS, index)
        if isinstance(entry, dict):
            found += check_fields(Limit, entry, path).findings
        else:
            found.append(Finding(path, f"must be an object with 'key' and 'max', not {show(entry)}"))
    return [*found, *_repeated(limits), *_twice(limits)]


def check_limits_against(top: dict[str, Any], facts: DatasetFacts) -> list[Finding]:
    """Whether a dataset has the keys that are limited, with values that samples share."""
    found = []
    for path, name in _single_keys(top.get(LIMITS)):
        key = facts.keys.get(name)
        if key is None:
            found.append(_unknown(path, name, facts))
        elif not can_group(key):
            groups = tuple(name for name, other in facts.keys.items() if can_group(other))
            others = f"keys that can be limited: {quoted(groups)}" if groups else "ingest it as text, in ranges"
            message = f"{show(name)} {_NO_GROUPS[key.kind]}: each would be a group of its own; {others}"
            found.append(Finding(path, message))
    return found


def can_group(key: MetadataKey) -> bool:
    """Whether samples share the values of a key."""
    return key.kind not in _NO_GROUPS or (key.kind != "other" and bool(key.categorical))


def _keys(limits: object) -> list[tuple[Path, tuple[str, ...]]]:
    """The keys of each limit and where they stand, as far as that can be understood."""
    entries = limits if isinstance(limits, list | tuple) else ()
    given = [(index, entry.get("key")) for index, entry in enumerate(entries) if isinstance(entry, dict)]
    listed: list[tuple[int, tuple[Any, ...]]] = [
        (index, tuple(key) if isinstance(key, list | tuple) else (key,)) for index, key in given
    ]
    return [
        ((LIMITS, index, "key"), keys)
        for index, keys in listed
        if keys and all(isinstance(key, str) and key for key in keys)
    ]


def _single_keys(limits: object) -> list[tuple[Path, str]]:
    """Every key that is named, and where."""
    return [
        ((*path, place) if len(keys) > 1 else path, key)
        for path, keys in _keys(limits)
        for place, key in enumerate(keys)
    ]


def _repeated(limits: object) -> list[Finding]:
    found = []
    for path, keys in _keys(limits):
        twice = [key for key, count in Counter(keys).items() if count > 1]
        if twice:
            found.append(Finding(path, f"each key once; repeated: {', '.join(map(show, twice))}"))
    return found


def _twice(limits: object) -> list[Finding]:
    first: dict[frozenset[str], int] = {}
    found = []
    for path, keys in _keys(limits):
        if (earlier := first.get(frozenset(keys))) is not None:
            message = f"{show(JOINER.join(keys))} is limited twice, first in limits[{earlier}]; keep one of them"
            found.append(Finding(path, message))
        first.setdefault(frozenset(keys), int(path[1]))
    return found


def _unknown(path: Path, name: str, facts: DatasetFacts) -> Finding:
    inside = tuple(key for key in facts.keys if key.startswith(f"{name}."))
    if inside:
        return Finding(path, f"{show(name)} is a group of keys; name one of them: {quoted(inside)}")
    what = f"key in the metadata of dataset {show(facts.name)}"
    return unknown_name(path, what, name, tuple(facts.keys), none=NO_KEYS)
