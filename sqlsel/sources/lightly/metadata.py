"""Metadata of a datasource: one JSON file per image, read into rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlsel.sources.lightly.documents import kind, read_document, require_object, stated_file_name
from sqlsel.sources.lightly.faults import BadFileError
from sqlsel.sources.lightly.frames import video_of
from sqlsel.sources.lightly.keys import METADATA, SCHEMA, Tree, struct_type
from sqlsel.sources.lightly.spool import Spool
from sqlsel.sources.lightly.walking import walk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlsel.sources.lightly.faults import Faults

_UNDECLARED = 100


@dataclass(slots=True)
class MetadataFiles:
    """What was seen on the way through the metadata files.

    Attributes:
        files: Number of files.
        videos: Number of those that are about a whole video.
        undeclared: How often each key occurred that the schema does not declare, of the first hundred such keys.
    """

    files: int = 0
    videos: int = 0
    undeclared: Counter[str] = field(default_factory=Counter)


def spool_metadata(root: Path, tree: Tree, path: Path, faults: Faults, tell: Callable[[int], None]) -> MetadataFiles:
    """Read the metadata files into a parquet file: ``place``, ``file_name``, the struct ``metadata``, and ``video``.

    What a file about a video says holds for all of its frames; their own files go before it, key by key. A key that
    neither has has its default, a key that is null has no value. A last row without place has the defaults, for the
    samples without a file.

    Args:
        root: The datasource.
        tree: Its keys, at least one.
        path: The parquet file.
        faults: Takes the files that cannot be used.
        tell: Told how many files are read.
    """
    import pyarrow as pa

    seen = MetadataFiles()
    kinds = {"place": pa.string(), "file_name": pa.string(), "metadata": struct_type(tree), "video": pa.bool_()}
    schema = pa.schema(kinds)
    folder, width = f"{root}/{METADATA}/", len(tree)
    of_video = lru_cache(maxsize=16)(lambda video: _of_video(f"{folder}{video}.json"))
    with Spool(path, schema) as spool:
        for name in walk(root / METADATA, faults, f"{METADATA}/"):
            if not name.endswith(".json") or name == SCHEMA:
                continue
            seen.files += 1
            tell(seen.files)
            try:
                document = require_object(read_document(folder + name))
                place, is_video = name.removesuffix(".json"), document.get("type") == "video"
                video = None if is_video else video_of(place)
                values = _values(document, of_video(video) if video else {}, tree, seen.undeclared)
                row = (place, stated_file_name(document, place), values, is_video)
                seen.videos += is_video
            except BadFileError as fault:
                faults.add_bad(f"{METADATA}/{name}", fault)
            else:
                spool.add([row], width)
        spool.add([(None, None, filled(tree, {}), False)])
    return seen


def filled(
    tree: Tree, values: dict[str, Any], undeclared: Counter[str] | None = None, path: str = ""
) -> dict[str, Any]:
    """The values of all keys of a tree: those given, and defaults for the others.

    Args:
        tree: The keys.
        values: What a file holds; its other keys are counted in ``undeclared`` by their dotted names.
        undeclared: See there.
        path: Dotted name of what ``values`` stand under.

    Raises:
        BadFileError: If a value is not of the type of its key.
    """
    row: dict[str, Any] = {}
    for name, node in tree.items():
        value = values.get(name)
        if isinstance(node, dict):
            if value is not None and not isinstance(value, dict):
                raise BadFileError(f"should be an object, not {kind(value)}", f"{path}{name}")
            row[name] = filled(node, value or {}, undeclared, f"{path}{name}.")
        elif value is None:
            row[name] = node.default if name not in values else None
        else:
            try:
                row[name] = node.type.read(value)
            except BadFileError as fault:
                raise BadFileError(fault.message, f"{path}{name}") from None
    if undeclared is not None and not values.keys() <= tree.keys():
        names = (f"{path}{name}" for name in values if name not in tree)
        undeclared.update(name for name in names if name in undeclared or len(undeclared) < _UNDECLARED)
    return row


def _values(document: dict[str, Any], beneath: dict[str, Any], tree: Tree, undeclared: Counter[str]) -> dict[str, Any]:
    """The values of a file, over those that hold without it."""
    metadata = document.get("metadata")
    if not isinstance(metadata, dict):
        raise BadFileError(f"should be an object, not {kind(metadata)}", "metadata")
    try:
        return filled(tree, _over(metadata, beneath) if beneath else metadata, undeclared)
    except BadFileError as fault:
        raise BadFileError(fault.message, f"metadata.{fault.place}") from None


def _over(upper: dict[str, Any], lower: dict[str, Any]) -> dict[str, Any]:
    """All keys of two objects; the upper one's go first."""
    both = lower | upper
    for name in lower.keys() & upper.keys():
        if isinstance(lower[name], dict) and isinstance(upper[name], dict):
            both[name] = _over(upper[name], lower[name])
    return both


def _of_video(file: str) -> dict[str, Any]:
    """What a file says about a video; nothing where it is none, or cannot be used, which is told where it is read."""
    try:
        document = read_document(file)
    except BadFileError:
        return {}
    if not isinstance(document, dict) or document.get("type") != "video":
        return {}
    metadata = document.get("metadata")
    return metadata if isinstance(metadata, dict) else {}
