"""Frames in memory, as Arrow that the engine reads without copying it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlsel.errors import IngestError

if TYPE_CHECKING:
    import pyarrow as pa


def arrow_of(source: object) -> pa.Table | pa.RecordBatchReader | None:
    """The Arrow form of a frame; None if the object is none that is known here.

    Arrow tables, batches, datasets and readers, pandas and polars frames (lazy ones are computed). An index of a pandas
    frame is a column where it has a name.

    Raises:
        IngestError: If a column mixes types that have nothing in common.
    """
    import pyarrow as pa
    import pyarrow.dataset as ds

    if isinstance(source, ds.Dataset):
        source = source.scanner().to_reader()
    if isinstance(source, pa.RecordBatchReader):
        return _readable_reader(source)
    if isinstance(source, pa.RecordBatch):
        source = pa.Table.from_batches([source])
    library = type(source).__module__.partition(".")[0]
    if library in ("pandas", "polars") and type(source).__name__ in ("DataFrame", "LazyFrame"):
        source = _converted(source, library)
    return _readable_table(source) if isinstance(source, pa.Table) else None


def _converted(frame: Any, library: str) -> pa.Table:  # noqa: ANN401 - neither library is imported here
    """A pandas or polars frame as an Arrow table."""
    import pyarrow as pa

    if library == "polars" and type(frame).__name__ == "LazyFrame":
        frame = frame.collect()
    try:
        # polars gives its own buffers where Arrow asks for them, and copies its texts where it is asked for a table
        table = pa.Table.from_pandas(frame) if library == "pandas" else pa.table(frame)
    except (pa.ArrowException, TypeError, ValueError) as failure:
        raise IngestError(
            f"the {library} frame cannot be read: {failure}",
            hint="give each column a name of its own, and values of one type that Arrow knows",
        ) from failure
    unnamed = [name for name in table.column_names if name.startswith("__index_level_")]
    return table.drop_columns(unnamed)


def _readable_reader(reader: pa.RecordBatchReader) -> pa.RecordBatchReader:
    import pyarrow as pa

    schema = _readable_schema(reader.schema)
    if schema.equals(reader.schema):
        return reader
    return pa.RecordBatchReader.from_batches(schema, (batch.cast(schema) for batch in reader))


def _readable_table(table: pa.Table) -> pa.Table:
    if table.num_columns == 0:
        raise IngestError(
            "the source is empty: it has no columns", hint="pass a table with at least one row and column"
        )
    schema = _readable_schema(table.schema)
    return table if schema.equals(table.schema) else table.cast(schema)


def _readable_schema(schema: pa.Schema) -> pa.Schema:
    """The schema with half-precision numbers, which engines do not read, in single precision."""
    import pyarrow as pa

    return pa.schema([field.with_type(_readable_type(field.type)) for field in schema])


def _readable_type(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    if kind == pa.float16():
        return pa.float32()
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(_readable_type(kind.value_type), kind.list_size)
    if pa.types.is_list(kind):
        return pa.list_(_readable_type(kind.value_type))
    if pa.types.is_large_list(kind):
        return pa.large_list(_readable_type(kind.value_type))
    return kind
