"""JSON: one list of objects, or one object a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from sqlsel.exports.plain import json_text

if TYPE_CHECKING:
    from sqlsel.exports.rows import Rows


def write_json(rows: Rows, out: BinaryIO) -> int:
    """Write a list with one object a row, each on a line of its own; structs and maps are objects in it."""
    count = 0
    out.write(b"[")
    for record in rows.records():
        out.write((",\n " if count else "\n ").encode() + json_text(record).encode())
        count += 1
    out.write(b"\n]\n" if count else b"]\n")
    return count


def write_jsonl(rows: Rows, out: BinaryIO) -> int:
    """Write one object a line."""
    count = 0
    for record in rows.records():
        out.write(json_text(record).encode() + b"\n")
        count += 1
    return count
