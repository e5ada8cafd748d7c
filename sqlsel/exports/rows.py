"""Rows on their way out: an Arrow stream with its schema, and its values in plain Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Rows:
    """A stream of record batches.

    Attributes:
        schema: The schema of every batch.
        batches: The batches; they can be read once.
        map_keys: By MAP column, the keys that its maps have. Where they are known, a flat format makes columns of them.
    """

    schema: pa.Schema
    batches: Iterable[pa.RecordBatch]
    map_keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, table: pa.Table, *maps_with_same_keys: str) -> Rows:
        """A table as rows.

        Args:
            table: The table.
            maps_with_same_keys: MAP columns whose maps all have the keys of the first one.
        """
        keys = {name: first_keys(table.column(name)) for name in maps_with_same_keys}
        return cls(table.schema, table.to_batches(), keys)

    def records(self) -> Iterator[dict[str, Any]]:
        """The rows as dicts of plain values; a MAP is a dict too."""
        schema = pa.schema([pa.field(column.name, _readable(column.type)) for column in self.schema])
        for batch in self.batches:
            # a cast loads all of pyarrow.compute first
            readable = batch if batch.schema.types == schema.types else batch.cast(schema, safe=False)
            yield from readable.to_pylist(maps_as_pydicts="lossy")

    def head(self, limit: int | None) -> tuple[list[dict[str, Any]], int]:
        """The first rows as dicts, at most ``limit`` of them, and the number of all rows."""
        found: list[dict[str, Any]] = []
        total = 0
        for batch in self.batches:
            wanted = batch.num_rows if limit is None else limit - len(found)
            if wanted > 0:
                found += Rows(self.schema, [batch.slice(0, wanted)]).records()
            total += batch.num_rows
        return found, total

    def with_metadata(self, metadata: Mapping[str, str]) -> Rows:
        """The same rows, with metadata in their schema: formats that have a place for it keep it."""
        return Rows(self.schema.with_metadata(dict(metadata)), self.batches, self.map_keys)

    def with_names_once(self) -> Rows:
        """The same rows; where a name stands for several columns, all but the first get a number."""
        names: list[str] = []
        for name in self.schema.names:
            numbered = (f"{name}_{number}" for number in count(1))
            names.append(
                name if name not in names else next(new for new in numbered if new not in {*names, *self.schema.names})
            )
        schema = pa.schema([column.with_name(name) for column, name in zip(self.schema, names, strict=True)])
        return Rows(schema, (batch.rename_columns(names) for batch in self.batches), self.map_keys)


def first_keys(maps: pa.ChunkedArray) -> tuple[str, ...]:
    """The keys of the first map that is not NULL; none where all are."""
    first = next((found for found in maps if found.is_valid), None)
    return () if first is None else tuple(str(key) for key, _ in first.as_py())


def _readable(kind: pa.DataType) -> pa.DataType:
    """The type with times in microseconds: Python has no finer ones."""
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return pa.timestamp("us", kind.tz)
    if pa.types.is_time64(kind) and kind.unit == "ns":
        return pa.time64("us")
    if pa.types.is_duration(kind) and kind.unit == "ns":
        return pa.duration("us")
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(part.name, _readable(part.type)) for part in kind])
    if pa.types.is_map(kind):
        return pa.map_(kind.key_type, _readable(kind.item_type))
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(_readable(kind.value_type), kind.list_size)
    if pa.types.is_list(kind):
        return pa.list_(_readable(kind.value_type))
    return kind
