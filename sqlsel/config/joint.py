"""Several metadata keys as one: a list of keys, and shares for combinations of their values.

A combination has one name: its values joined by ``+``, in the order of the keys. A ``+`` or a backslash in a value is
written with a backslash before it there, so that no two combinations have one name. Shares may be nested instead, an
object a key, whose names are the values as they are: ``{"sunny": {"day": 0.3}}`` is ``{"sunny+day": 0.3}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, PlainSerializer, Tag

from sqlsel.config.values import AtLeastZero, Shares, Text

JOINER = "+"

# Tags that pydantic puts into the places of its errors; no field and no key is called so.
ONE, SEVERAL = "<one>", "<several>"
UNION_TAGS = frozenset({ONE, SEVERAL, "<METADATA>", "<SCORES>"})

_SPECIAL = re.compile(r"[\\+]")
_PART = re.compile(r"(?:[^\\+]|\\.|\\$)*", re.DOTALL)


def joined(values: Sequence[str]) -> str:
    """The name of a combination of values."""
    return JOINER.join(_SPECIAL.sub(r"\\\g<0>", value) for value in values)


def parts_of(name: str) -> tuple[str, ...]:
    """The values that a name of a combination stands for; the inverse of ``joined``."""
    parts, at = [], 0
    while True:
        match = _PART.match(name, at)
        assert match is not None
        parts.append(re.sub(r"\\(.)", r"\1", match.group(), flags=re.DOTALL))
        at = match.end() + 1
        if at > len(name):
            return tuple(parts)


def leaves(target: Mapping[Any, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The path and the value of everything in nested shares that holds nothing itself."""
    for name, value in target.items():
        if isinstance(value, Mapping) and value:
            yield from leaves(value, (*path, name))
        else:
            yield (*path, name), value


def leaf_name(path: Sequence[str]) -> str:
    """The name of the class at a path: as it is written where nothing is nested."""
    return path[0] if len(path) == 1 else joined(path)


def leaf_path(target: object, name: str) -> tuple[str, ...]:
    """Where in a target, nested or not, the share of a class stands."""
    if isinstance(target, Mapping) and name not in target:
        return next((path for path, _ in leaves(target) if leaf_name(path) == name), (name,))
    return (name,)


def _flat(target: object) -> object:
    if not isinstance(target, Mapping) or not any(isinstance(value, Mapping) for value in target.values()):
        return target
    return {leaf_name(path): value for path, value in leaves(target)}


def _one_or_several(value: object) -> str:
    return SEVERAL if isinstance(value, list | tuple) else ONE


def _single(keys: str | tuple[str, ...]) -> str | tuple[str, ...]:
    return keys[0] if isinstance(keys, tuple) and len(keys) == 1 else keys


Keys = Annotated[
    Annotated[Text, Tag(ONE)] | Annotated[tuple[Text, ...], Field(min_length=1), Tag(SEVERAL)],
    Discriminator(_one_or_several),
    AfterValidator(_single),
]
"""One key, or several in a list; a list of one is that one."""

Target = Annotated[
    Mapping[Text, AtLeastZero],
    BeforeValidator(_flat),
    AfterValidator(Shares),
    PlainSerializer(dict, return_type=dict[str, float]),
    Field(min_length=1),
]
"""Shares by class; nested ones are joined."""
