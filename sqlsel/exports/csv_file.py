"""csv: one row a sample, one column for each value inside a struct or a map, with dotted names."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa

from sqlsel.exports.plain import cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlsel.exports.rows import Rows

Path = tuple[str, ...]


def write_csv(rows: Rows, out: BinaryIO) -> int:
    """Write csv with a header. ``metadata.weather.temperature`` and ``terms.diversity`` are columns; NULL is empty."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    try:
        writer = csv.writer(text, lineterminator="\n")
        paths = [path for column in rows.schema for path in _paths(column, rows.map_keys)]
        writer.writerow(".".join(path) for path in paths)
        count = 0
        for record in rows.records():
            writer.writerow([cell(_value(record, path)) for path in paths])
            count += 1
        return count
    finally:
        text.detach()


def _paths(column: pa.Field, map_keys: Mapping[str, tuple[str, ...]], above: Path = ()) -> Iterator[Path]:
    path = (*above, column.name)
    if pa.types.is_struct(column.type):
        for part in column.type:
            yield from _paths(part, {}, path)
    elif column.name in map_keys:
        yield from ((*path, key) for key in map_keys[column.name])
    else:
        yield path


def _value(record: Any, path: Path) -> Any:  # noqa: ANN401
    value = record
    for step in path:
        if value is None:
            return None
        value = value.get(step)
    return value
