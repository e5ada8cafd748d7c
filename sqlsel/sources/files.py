"""Which file is of which format."""

from __future__ import annotations

from pathlib import Path

from sqlsel.errors import UsageError

_FORMATS = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".npy": "npy",
    ".npz": "npz",
}
_COMPRESSED = {".gz", ".zst"}


def file_format(path: Path) -> str:
    """The format by the end of the name, such as ``parquet`` or ``jsonl``; ``.gz`` and ``.zst`` do not count.

    Raises:
        UsageError: If nothing reads such a file.
    """
    name = path.with_suffix("") if path.suffix.lower() in _COMPRESSED else path
    kind = _FORMATS.get(name.suffix.lower())
    if kind is None:
        raise UsageError(
            f"{path}: nothing reads a file of that name",
            hint=f"files of these kinds are read: {', '.join(_FORMATS)}",
        )
    return kind


def is_read(path: Path) -> bool:
    """Whether the end of a name is that of a file that is read, other than a hidden one."""
    name = path.with_suffix("") if path.suffix.lower() in _COMPRESSED else path
    return name.suffix.lower() in _FORMATS and not path.name.startswith(".")


def is_pattern(name: str) -> bool:
    """Whether a text that is no file names several: it has ``*``, ``?`` or ``[`` and matches at least one."""
    if not any(mark in name for mark in "*?["):
        return False
    path = Path(name)
    return any(True for _ in Path(path.anchor).glob(str(path.relative_to(path.anchor))))
