"""The metadata keys of a datasource: ``.lightly/metadata/schema.json``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlsel.facts import MetadataKey
from sqlsel.sources.lightly.documents import kind, read_document
from sqlsel.sources.lightly.faults import BadFileError
from sqlsel.sources.lightly.values import ValueType, value_type
from sqlsel.sources.lightly.walking import is_text

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from sqlsel.sources.lightly.faults import Faults

METADATA = ".lightly/metadata"
SCHEMA = "schema.json"
# What is measured on the images stands under this name.
RESERVED = "lightly"


@dataclass(frozen=True, slots=True)
class Key:
    """One metadata key.

    Attributes:
        type: What its values are.
        default: The value of samples that have none; None if the schema gives none.
    """

    type: ValueType
    default: Any


Tree = dict[str, "Key | Tree"]


def read_keys(root: Path, faults: Faults) -> Tree:
    """The keys that the metadata schema declares, as a tree of names; empty where the datasource has no metadata.

    Args:
        root: The datasource.
        faults: Takes what is wrong with the schema.
    """
    tree: Tree = {}
    if not (root / METADATA).is_dir() or not any((root / METADATA).iterdir()):
        return tree
    try:
        file = root / METADATA / SCHEMA
        if not file.exists():
            raise BadFileError("there is no such file; it has to list the keys, each as {name, path, valueDataType}")
        document = read_document(file)
        if not isinstance(document, list):
            raise BadFileError(f"should be a list of {{name, path, defaultValue, valueDataType}}, not {kind(document)}")
        for index, entry in enumerate(document):
            _add(tree, entry, f"[{index}]")
    except BadFileError as fault:
        faults.add_bad(f"{METADATA}/{SCHEMA}", fault)
        return {}
    return tree


def struct_type(tree: Tree) -> pa.StructType:
    """The Arrow type of one sample's metadata."""
    import pyarrow as pa

    return pa.struct(
        [(name, struct_type(node) if isinstance(node, dict) else node.type.arrow_type()) for name, node in tree.items()]
    )


def metadata_keys(tree: Tree, path: tuple[str, ...] = ()) -> tuple[MetadataKey, ...]:
    """The keys as the dataset's catalog takes them."""
    keys: list[MetadataKey] = []
    for name, node in tree.items():
        if isinstance(node, dict):
            keys += metadata_keys(node, (*path, name))
        else:
            keys.append(MetadataKey((*path, name), node.type.kind, node.type.categorical))
    return tuple(keys)


def _add(tree: Tree, entry: object, place: str) -> None:
    if not isinstance(entry, dict):
        raise BadFileError(f"should be an object with path and valueDataType, not {kind(entry)}", place)
    path = entry.get("path")
    if not isinstance(path, str) or not all(path.split(".")) or not is_text(path):
        raise BadFileError(f"should be names with dots between them, not {kind(path)}", f"{place}.path")
    *groups, last = path.split(".")
    if path.split(".")[0].lower() == RESERVED:
        message = f"the name {RESERVED!r} is reserved for what is measured on the images; use another"
        raise BadFileError(message, f"{place}.path")
    for name in groups:
        node = _child(tree, name, path, place)
        if isinstance(node, Key):
            raise BadFileError(f"{name!r} in {path!r} is a key of its own, so it cannot have keys", f"{place}.path")
        tree = tree.setdefault(name, {}) if node is None else node  # type: ignore[assignment]
    if _child(tree, last, path, place) is not None:
        raise BadFileError(f"{path!r} is there already", f"{place}.path")
    tree[last] = _key(entry, place)


def _child(tree: Tree, name: str, path: str, place: str) -> Key | Tree | None:
    for other in tree:
        if other != name and other.lower() == name.lower():
            message = f"{name!r} in {path!r} differs from {other!r} by case alone, which SQL does not tell apart"
            raise BadFileError(f"{message}; rename one", f"{place}.path")
    return tree.get(name)


def _key(entry: dict[str, Any], place: str) -> Key:
    try:
        kind_of_value = value_type(entry.get("valueDataType"))
    except BadFileError as fault:
        raise BadFileError(fault.message, f"{place}.{fault.place}") from None
    default = entry.get("defaultValue")
    try:
        return Key(kind_of_value, None if default is None else kind_of_value.read(default))
    except BadFileError as fault:
        raise BadFileError(fault.message, f"{place}.defaultValue") from None
