"""Built-in descriptions before their principal axes are known: kept in a table, until there are enough to fit them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import cast
from sqlsel.datasets.imagery import PROJECTIONS, maker_of, write_maker
from sqlsel.datasets.staging import fresh_name
from sqlsel.datasets.tables import (
    SAMPLES,
    catalog_table,
    create_table,
    dataset_table,
    make_catalog,
)
from sqlsel.kernels.threads import own_threads
from sqlsel.vision.descriptor import WIDTH
from sqlsel.vision.projection import Projection, fit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa
    from numpy.typing import NDArray

    from sqlsel.datasets.imagery import Maker
    from sqlsel.engines.base import Engine

AXES = 64
"""Numbers of a stored vector."""

MOST_FITTED = 20_000
"""Axes are fitted to about this many descriptions at most."""

_BLOCK = 4_096


@dataclass(frozen=True, slots=True)
class Descriptions:
    """The descriptions on their way to one table of vectors. What a run that was ended left is found by the next one.

    Attributes:
        engine: The session.
        dataset: Name of the dataset.
        table: Name of the table of vectors.
        keys: The columns that name a row: ``sample_id`` and, for objects, ``object_index``.
    """

    engine: Engine
    dataset: str
    table: str
    keys: tuple[str, ...]

    def begin(self, maker: Maker) -> None:
        """Make the table where it is not there, and note what fills it."""
        with self.engine.transaction():
            make_catalog(self.engine)
            write_maker(self.engine, self.dataset, self.table, maker)
            if not self.there():
                samples = dataset_table(self.engine.catalog, self.dataset, SAMPLES)
                kinds = {"sample_id": self.engine.columns(samples)["sample_id"], "object_index": "INTEGER"}
                columns = [*((key, kinds[key]) for key in self.keys), ("numbers", f"FLOAT[{WIDTH}]")]
                self.engine.execute(create_table(self.engine, self.dataset, self._name, columns))

    def there(self) -> bool:
        """Whether there is such a table."""
        here = exp.and_(
            sql.column("table_catalog").eq(self.engine.catalog),
            sql.column("table_schema").eq(self.dataset),
            sql.column("table_name").eq(self._name),
        )
        tables = exp.table_("tables", db="information_schema")
        return bool(self.engine.rows(exp.select(sql.number(1)).from_(tables).where(here)))

    def keys_query(self) -> exp.Select:
        """The keys of what is described."""
        return exp.select(*(sql.column(key) for key in self.keys)).from_(self._node())

    def add(self, rows: pa.Table) -> None:
        """Keep descriptions, in one transaction: the keys and ``numbers``."""
        bound = fresh_name("described")
        columns = [*self.keys, "numbers"]
        into = exp.Schema(this=self._node(), expressions=[sql.name(column) for column in columns])
        query = exp.select(*(sql.column(column) for column in columns)).from_(sql.table(bound))
        with self.engine.bind({bound: rows}):
            self.engine.execute(exp.Insert(this=into, expression=query))

    def drop(self) -> None:
        """Remove the table."""
        self.engine.execute(exp.Drop(kind="TABLE", exists=True, tables=[self._node()]))

    def count(self) -> int:
        """How many there are."""
        number: int = self.engine.rows(exp.select(sql.count()).from_(self._node()))[0][0] if self.there() else 0
        return number

    def fit(self) -> Projection | None:
        """Axes fitted to what is described, which the table of vectors has from now on; None if nothing is."""
        if not self.count():
            return None
        with own_threads():
            fitted = fit(lambda: (numbers for _, numbers in self.blocks()), AXES)
        self._write_projection(fitted)
        return fitted

    def projection(self) -> Projection | None:
        """The axes that the table of vectors has; None if it has none."""
        if maker_of(self.engine, self.dataset, self.table) is None:
            return None
        columns = [sql.column(name) for name in ("images", "numbers")]
        query = exp.select(*columns).from_(catalog_table(self.engine.catalog, PROJECTIONS)).where(self._here())
        rows = self.engine.rows(query.order_by(sql.ascending(sql.column("axis"))))
        if not rows:
            return None
        numbers = np.array([row[1] for row in rows], dtype=np.float64)
        return Projection(numbers[0], numbers[1:], rows[0][0])

    def blocks(self) -> Iterator[tuple[pa.RecordBatch, NDArray[np.float32]]]:
        """The descriptions by id: their rows, and (n, 863) float32."""
        query = exp.select(exp.Star()).from_(self._node())
        query = query.order_by(*(sql.ascending(sql.column(key)) for key in self.keys))
        for batch in self.engine.batches(query, _BLOCK):
            flat = batch.column(len(self.keys)).flatten()
            yield batch, flat.to_numpy(zero_copy_only=False).reshape(-1, WIDTH)

    def spool(self, projection: Projection, use: Callable[[exp.Expr], None]) -> None:
        """Write the keys and the vectors (``embedding``) to a temporary file, and use the relation that reads it."""
        import pyarrow as pa
        from pyarrow.parquet import ParquetWriter

        with TemporaryDirectory(prefix="sqlsel-") as folder:
            path = Path(folder) / "vectors.parquet"
            writer: ParquetWriter | None = None
            for batch, numbers in self.blocks():
                with own_threads():
                    vectors = pa.FixedSizeListArray.from_arrays(projection.apply(numbers).ravel(), AXES)
                rows = {**dict(zip(self.keys, batch.columns, strict=False)), "embedding": vectors}
                table = pa.table(rows)
                writer = writer or ParquetWriter(path, table.schema, compression="lz4")
                writer.write_table(table)
            if writer is not None:
                writer.close()
                use(self.engine.scan(str(path), "parquet"))

    def _write_projection(self, projection: Projection) -> None:
        import pyarrow as pa

        numbers = np.vstack([projection.centre, projection.axes])
        bound = fresh_name("axes")
        values: dict[str, exp.Expr] = {
            "dataset": sql.text(self.dataset),
            "table_name": sql.text(self.table),
            "images": sql.number(projection.images),
            "axis": sql.column("axis"),
            "numbers": cast(sql.column("numbers"), "DOUBLE[]"),
        }
        target = exp.Schema(
            this=catalog_table(self.engine.catalog, PROJECTIONS), expressions=[sql.name(name) for name in values]
        )
        rows = pa.table({"axis": np.arange(len(numbers), dtype=np.int32), "numbers": list(numbers)})
        with self.engine.bind({bound: rows}):
            query = exp.select(*values.values()).from_(sql.table(bound))
            self.engine.execute(exp.Insert(this=target, expression=query))

    def _here(self) -> exp.Expr:
        return exp.and_(sql.column("dataset").eq(self.dataset), sql.column("table_name").eq(self.table))

    @property
    def _name(self) -> str:
        return f"descriptions/{self.table}"

    def _node(self) -> exp.Table:
        return dataset_table(self.engine.catalog, self.dataset, self._name)
