"""The engine's type names, read: the fields of a STRUCT, the keys they give, and what kind of values a key has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlsel.facts import KeyKind, MetadataKey

if TYPE_CHECKING:
    from collections.abc import Iterator

# The integer types and their sizes in bits, the smallest first.
SIGNED = {"TINYINT": 8, "SMALLINT": 16, "INTEGER": 32, "BIGINT": 64, "HUGEINT": 128}
UNSIGNED = {"UTINYINT": 8, "USMALLINT": 16, "UINTEGER": 32, "UBIGINT": 64, "UHUGEINT": 128}

_KINDS: dict[str, KeyKind] = {
    **dict.fromkeys([*SIGNED, *UNSIGNED], "integer"),
    "FLOAT": "number",
    "DOUBLE": "number",
    "DECIMAL": "number",
    "VARCHAR": "text",
    "ENUM": "text",
    "UUID": "text",
    "BOOLEAN": "boolean",
    "DATE": "timestamp",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP_S": "timestamp",
    "TIMESTAMP_MS": "timestamp",
    "TIMESTAMP_NS": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamp",
}


@dataclass(frozen=True, slots=True)
class Struct:
    """A STRUCT type: its fields in their order. A leaf type is the engine's name for it, a plain text."""

    fields: tuple[tuple[str, Struct | str], ...]

    def __str__(self) -> str:
        inner = ", ".join(f"{quoted(name)} {kind}" for name, kind in self.fields)
        return f"STRUCT({inner})"


def quoted(name: str) -> str:
    """A field name as it stands in a type text."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def read_type(text: str) -> Struct | str:
    """The type behind the engine's name for it, such as ``STRUCT(a INTEGER, "b c" STRUCT(d VARCHAR))``.

    Only structs are taken apart. Lists, maps, unions and enums stay as they are, whatever they hold.
    """
    text = text.strip()
    if not text.startswith("STRUCT(") or _closing(text, len("STRUCT")) != len(text) - 1:
        return text
    return Struct(tuple(_field(part) for part in _parts(text[len("STRUCT(") : -1])))


def leaves(kind: Struct | str, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Path and type of everything in a struct that is no struct itself, depth first in field order."""
    if isinstance(kind, str):
        yield path, kind
        return
    for name, inner in kind.fields:
        yield from leaves(inner, (*path, name))


def key_kind(type_name: str) -> KeyKind:
    """What kind of metadata a leaf type holds."""
    if type_name.endswith("]"):
        return "other"
    return _KINDS.get(type_name.partition("(")[0].strip(), "other")


def is_number(type_name: str) -> bool:
    """Whether a leaf type holds numbers, whole or not."""
    return key_kind(type_name) in ("integer", "number")


def is_vector(type_name: str) -> bool:
    """Whether a type is a list or an array of numbers."""
    item, bracket, _ = type_name.rpartition("[")
    return bool(bracket) and is_number(item)


def metadata_keys(kind: Struct | str) -> dict[str, MetadataKey]:
    """The metadata keys of a struct, by dotted name. Where two paths give one name, the first stands."""
    keys: dict[str, MetadataKey] = {}
    for path, leaf in leaves(kind):
        key = MetadataKey(path=path, kind=key_kind(leaf))
        keys.setdefault(key.key, key)
    return keys


def _field(text: str) -> tuple[str, Struct | str]:
    """Name and type of one field of a struct."""
    text = text.strip()
    if not text.startswith('"'):
        name, _, kind = text.partition(" ")
        return name, read_type(kind)
    end = _quote_end(text, 0)
    return text[1:end].replace('""', '"'), read_type(text[end + 1 :])


def _parts(text: str) -> Iterator[str]:
    """The pieces between commas that stand outside quotes and parentheses."""
    start = position = 0
    while position < len(text):
        mark = text[position]
        if mark in "\"'":
            position = _quote_end(text, position)
        elif mark == "(":
            position = _closing(text, position)
        elif mark == ",":
            yield text[start:position]
            start = position + 1
        position += 1
    yield text[start:]


def _closing(text: str, opening: int) -> int:
    """Index of the parenthesis that closes the one at ``opening``."""
    depth, position = 0, opening
    while position < len(text):
        mark = text[position]
        if mark in "\"'":
            position = _quote_end(text, position)
        elif mark == "(":
            depth += 1
        elif mark == ")":
            depth -= 1
            if depth == 0:
                return position
        position += 1
    return -1


def _quote_end(text: str, opening: int) -> int:
    """Index of the quote that closes the one at ``opening``; a doubled quote is a quote in the name."""
    mark, position = text[opening], opening + 1
    while position < len(text):
        if text[position] == mark:
            if text[position + 1 : position + 2] != mark:
                return position
            position += 1
        position += 1
    return len(text)
