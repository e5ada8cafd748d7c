"""Types that hold the values of two: how ids and metadata of a later source fit those that a dataset has."""

from __future__ import annotations

from sqlsel.datasets.structs import SIGNED, UNSIGNED, Struct, key_kind
from sqlsel.errors import IngestError

# The type of a column in which every value is NULL.
NOTHING = '"NULL"'

_OTHER_IDS = ("VARCHAR", "UUID", "DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")


def wider(one: str, other: str) -> str | None:
    """The type that holds the values of two leaf types; None if none does without a loss of meaning.

    Integers grow to the smaller integer type that holds both, integers and fractions meet in DOUBLE, dates and
    timestamps in TIMESTAMP, enums and text in VARCHAR.
    """
    if one == other or other == NOTHING:
        return one
    if one == NOTHING:
        return other
    kinds = {key_kind(one), key_kind(other)}
    if kinds == {"integer"}:
        return _wider_integer(one, other)
    if kinds <= {"integer", "number"}:
        return "DOUBLE"
    if kinds == {"text"}:
        return "VARCHAR"
    if kinds == {"timestamp"}:
        zoned = "TIMESTAMP WITH TIME ZONE" in {one, other}
        return "TIMESTAMP WITH TIME ZONE" if zoned else "TIMESTAMP"
    return None


def stored_id_type(type_name: str) -> str:
    """The type under which ids of a type are kept.

    Raises:
        IngestError: If values of the type cannot be ids: fractions, booleans, bytes, lists and the like.
    """
    if can_be_id(type_name):
        return "VARCHAR" if type_name.startswith("ENUM(") else type_name
    raise IngestError(
        f"sample ids cannot be of type {type_name}",
        hint="cast them to integers or text, or name another column with id=",
    )


def can_be_id(type_name: str) -> bool:
    """Whether values of a type can be sample ids: integers, text, UUIDs, dates."""
    return type_name in {*SIGNED, *UNSIGNED, *_OTHER_IDS} or type_name.startswith("ENUM(")


def check_id_type(stored: str, incoming: str, dataset: str) -> None:
    """Raise IngestError unless ids of the incoming type can be kept under the stored one as they are.

    Integers of any size go together; the engine refuses a value that is out of range.
    """
    if stored == incoming or key_kind(stored) == key_kind(incoming) == "integer":
        return
    raise IngestError(
        f"the sample ids of dataset {dataset!r} are of type {stored}, those of the source of type {incoming}",
        hint=f"cast the ids of the source to {stored}, name another column with id=, or ingest into a new dataset",
    )


def storable(kind: Struct) -> Struct | None:
    """The struct as it is kept: enums as text, keys without any value left out. None if nothing is left."""
    fields: list[tuple[str, Struct | str]] = []
    for name, inner in kind.fields:
        kept = storable(inner) if isinstance(inner, Struct) else _storable_leaf(inner)
        if kept is not None:
            fields.append((name, kept))
    return Struct(tuple(fields)) if fields else None


def merged(stored: Struct | None, incoming: Struct | None, path: tuple[str, ...] = ()) -> Struct | None:
    """The struct with the keys of both, each wide enough for both: stored ones first, in their order.

    Raises:
        IngestError: If a key's types have nothing in common, or two keys differ by case alone.
    """
    if stored is None or incoming is None:
        return stored or incoming
    fields = dict(stored.fields)
    spelled = {name.casefold(): name for name in fields}
    for name, kind in incoming.fields:
        known = spelled.setdefault(name.casefold(), name)
        if known != name:
            here, there = _dotted(*path, name), _dotted(*path, known)
            raise IngestError(
                f"metadata key {here!r} differs from the stored {there!r} by case alone",
                hint=f"rename it to {there!r} in the source",
            )
        fields[name] = _merged_field(fields[name], kind, (*path, name)) if name in fields else kind
    return Struct(tuple(fields.items()))


def _merged_field(stored: Struct | str, incoming: Struct | str, path: tuple[str, ...]) -> Struct | str:
    if isinstance(stored, Struct) and isinstance(incoming, Struct):
        return merged(stored, incoming, path) or stored
    if isinstance(stored, str) and isinstance(incoming, str) and (both := wider(stored, incoming)):
        return both
    raise IngestError(
        f"metadata key {_dotted(*path)!r} is {_called(stored)} in the dataset and {_called(incoming)} in the source",
        hint="cast it to the type that the dataset has, or give it another name",
    )


def _called(kind: Struct | str) -> str:
    return "a group of keys" if isinstance(kind, Struct) else f"of type {kind}"


def _dotted(*path: str) -> str:
    return ".".join(path)


def _storable_leaf(type_name: str) -> str | None:
    if type_name.startswith(NOTHING):
        return None
    return "VARCHAR" if type_name.startswith("ENUM(") else type_name


def _wider_integer(one: str, other: str) -> str:
    if (one in SIGNED) == (other in SIGNED):
        sizes = SIGNED if one in SIGNED else UNSIGNED
        return max(one, other, key=sizes.__getitem__)
    signed, unsigned = (one, other) if one in SIGNED else (other, one)
    bits = max(SIGNED[signed], 2 * UNSIGNED[unsigned])
    return next((name for name, size in SIGNED.items() if size >= bits), "DOUBLE")
