"""A database as a folder of Parquet, which a cluster reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.datasets.tables import CATALOG_SCHEMA, dataset_table
from sqlsel.engines.commits import COMMITS, Commit, commit_path, new_place
from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from sqlsel.engines.base import Engine

FILE_BYTES = 128 * 2**20
"""About how much one file holds before it is compressed: what one task of a cluster takes at a time."""


def copy_to_folder(engine: Engine, folder: str | Path, datasets: Sequence[str] | None = None) -> int:
    """Copy datasets with their tags and runs into a folder that does not exist yet, or is empty.

    The folder appears whole or not at all to those who read it: the commit that lists the files comes last.

    Args:
        engine: The session to read through.
        folder: The folder.
        datasets: Only these datasets; by default all.

    Returns:
        The number of datasets.

    Raises:
        UsageError: If there is no such dataset, or something is in the folder.
    """
    catalog, target = DatasetCatalog(engine), Path(folder)
    for name in datasets or ():
        catalog.check_dataset(name)
    names = tuple(dict.fromkeys(datasets)) if datasets is not None else catalog.dataset_names()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{folder} is there and not empty", hint="copy into a new folder")
    placed: dict[tuple[str, str], tuple[str, ...]] = {}
    for schema in (*names, CATALOG_SCHEMA):
        for table in _tables(engine, schema):
            place = new_place(schema, table)
            _write(
                engine,
                dataset_table(engine.catalog, schema, table),
                target / place,
                _only(engine, schema, table, names),
            )
            placed[schema, table] = (place,)
    (target / COMMITS).mkdir(parents=True, exist_ok=True)
    commit = Commit().next(placed)
    (target / commit_path(commit.number)).write_text(commit.text(), encoding="utf-8")
    return len(names)


def _tables(engine: Engine, schema: str) -> list[str]:
    from sqlglot import exp

    from sqlsel import nodes as sql

    listed = exp.select(sql.column("table_name")).from_(exp.table_("tables", db="information_schema"))
    here = exp.and_(sql.column("table_catalog").eq(engine.catalog), sql.column("table_schema").eq(schema))
    return sorted(row[0] for row in engine.rows(listed.where(here)))


def _only(engine: Engine, schema: str, table: str, names: Sequence[str]) -> Sequence[str] | None:
    """The datasets whose rows of a catalog table are copied; None for all rows."""
    if schema != CATALOG_SCHEMA or "dataset" not in engine.columns(dataset_table(engine.catalog, schema, table)):
        return None
    return names


def _write(engine: Engine, table: object, place: Path, only: Sequence[str] | None) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from sqlglot import exp

    from sqlsel import nodes as sql

    assert isinstance(table, exp.Table)
    query = exp.select(exp.Star()).from_(table)
    if only is not None:
        listed = exp.In(this=sql.column("dataset"), expressions=[sql.text(name) for name in only])
        query = query.where(listed if only else exp.false())
    schema, batches = engine.stream(query)
    columns = pa.schema([pa.field(part.name, _readable(part.type)) for part in schema])
    place.mkdir(parents=True)
    writer, number, held = None, 0, 0
    for batch in batches:
        if writer is None or held > FILE_BYTES:
            if writer is not None:
                writer.close()
            writer, number, held = pq.ParquetWriter(place / f"part-{number:05d}.parquet", columns), number + 1, 0
        rows = pa.Table.from_batches([batch]).cast(columns)
        writer.write_table(rows)
        held += rows.nbytes
    if writer is None:
        writer = pq.ParquetWriter(place / "part-00000.parquet", columns)
    writer.close()


def _readable(kind: pa.DataType) -> pa.DataType:
    """The type as every reader of Parquet knows it: no lists of fixed length, no times finer than microseconds."""
    import pyarrow as pa

    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    if pa.types.is_unsigned_integer(kind):
        return pa.int64() if kind.bit_width < 64 else pa.decimal128(20, 0)
    if pa.types.is_time(kind) or pa.types.is_duration(kind) or pa.types.is_dictionary(kind):
        return pa.string()
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(part.name, _readable(part.type)) for part in kind])
    if pa.types.is_map(kind):
        return pa.map_(_readable(kind.key_type), _readable(kind.item_type))
    if pa.types.is_fixed_size_list(kind) or pa.types.is_list(kind):
        return pa.list_(_readable(kind.value_type))
    return kind
