"""A list of file names, one a line: what most training and labelling tools take."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from sqlsel.exports.rows import Rows

COLUMN = "file_name"


def write_filenames(rows: Rows, out: BinaryIO) -> int:
    """Write the column ``file_name``, one name a line; that of an image with several objects once.

    Raises:
        UsageError: If there is no such column, a sample has no file name, or a name holds a line break.
    """
    place = rows.schema.get_field_index(COLUMN)
    if place < 0:
        raise UsageError(f"file names need a column {COLUMN!r}", hint=f"there is: {', '.join(rows.schema.names)}")
    count = 0
    objects, written = "object_index" in rows.schema.names, set[object]()
    for batch in rows.batches:
        names = batch.column(place).to_pylist()
        for name in names:
            if not isinstance(name, str) or "\n" in name or "\r" in name:
                _refuse(name)
        if objects:
            names = [name for name in dict.fromkeys(names) if name not in written]
            written.update(names)
        out.write("".join(f"{name}\n" for name in names).encode())
        count += len(names)
    return count


def _refuse(name: object) -> None:
    if not isinstance(name, str):
        raise UsageError("a sample has no file name", hint="use csv, json, jsonl or parquet, which hold the sample_id")
    raise UsageError(f"file name {name!r} holds a line break", hint="use csv, json, jsonl or parquet")
