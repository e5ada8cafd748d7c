"""Parquet: the columns in their own types, ``terms`` as a map and ``metadata`` as a struct."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import pyarrow.parquet as pq

if TYPE_CHECKING:
    from sqlsel.exports.rows import Rows


def write_parquet(rows: Rows, out: BinaryIO) -> int:
    """Write a parquet file, compressed with zstd. The metadata of the schema is the file's key-value metadata."""
    count = 0
    with pq.ParquetWriter(out, rows.schema, compression="zstd") as writer:
        for batch in rows.batches:
            writer.write_batch(batch.replace_schema_metadata(rows.schema.metadata))
            count += batch.num_rows
    return count
