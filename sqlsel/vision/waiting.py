"""The images, or the objects in them, that are still to be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.tables import PREDICTIONS, SAMPLES, dataset_table
from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from sqlsel.engines.base import Engine
    from sqlsel.vision.pictures import Box


class Item(NamedTuple):
    """One image.

    Attributes:
        file_name: Its file.
        rows: Rows of ``Waiting.table`` that it stands for: one, or one for each object.
        boxes: The boxes of the objects; None for the image as a whole.
    """

    file_name: str
    rows: tuple[int, ...]
    boxes: tuple[Box, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """What is to be looked at, by file name, then by id.

    Attributes:
        table: ``sample_id``, ``file_name`` and, for objects, ``object_index`` and ``bbox``.
        objects: Whether it is objects.
    """

    table: pa.Table
    objects: bool

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def part(self, most: int) -> Waiting:
        """About ``most`` rows, those of the samples with the lowest hashes: an even share of every folder.

        Samples stay whole, so it may be a few more; and the order stays.
        """
        if len(self) <= most:
            return self
        if most <= 0:
            return Waiting(self.table.slice(0, 0), self.objects)
        ids = self.table.column("sample_id").to_pylist()
        hashes = np.frombuffer(b"".join(blake2b(str(each).encode(), digest_size=8).digest() for each in ids), ">u8")
        return Waiting(self.table.filter(hashes <= np.partition(hashes, most - 1)[most - 1]), self.objects)

    def items(self) -> Iterator[Item]:
        """One item an image; the objects of a sample are together."""
        names = self.table.column("file_name").to_pylist()
        if not self.objects:
            yield from (Item(name, (row,), None) for row, name in enumerate(names))
            return
        boxes = self.table.column("bbox")
        for name, group in groupby(range(len(names)), key=names.__getitem__):
            rows = tuple(group)
            yield Item(name, rows, tuple(tuple(boxes[row].as_py()) for row in rows))

    def keys(self, rows: Sequence[int]) -> dict[str, pa.ChunkedArray]:
        """The columns that name some of the rows: ``sample_id`` and, for objects, ``object_index``."""
        names = ["sample_id", "object_index"] if self.objects else ["sample_id"]
        return {name: self.table.column(name).take(list(rows)) for name in names}


def waiting_images(engine: Engine, dataset: str, done: Sequence[exp.Query]) -> Waiting:
    """The samples whose ids no query gives.

    Raises:
        UsageError: If samples have no file name.
    """
    samples = dataset_table(engine.catalog, dataset, SAMPLES)
    own = sql.column("sample_id", "s")
    query = exp.select(own, sql.column("file_name", "s")).from_(exp.alias_(samples, "s", table=True, quoted=True))
    for each in done:
        query = query.where(exp.Not(this=_there(each, {"sample_id": own})))
    nameless = query.copy().where(sql.absent(sql.column("file_name", "s"))).limit(1)
    if rows := engine.rows(nameless):
        raise UsageError(
            f"samples of dataset {dataset!r} have no file name, such as {rows[0][0]!r}, so they have no images",
            hint="ingest them with --file-name COLUMN",
        )
    return Waiting(engine.table(query.order_by(*_order("s", "file_name", "sample_id"))), objects=False)


def waiting_objects(engine: Engine, dataset: str, task: str, done: Sequence[exp.Query]) -> Waiting:
    """The objects of a task that have boxes, of all samples of which no query gives some object.

    Raises:
        UsageError: If no object of the task has a box.
    """
    predictions = exp.alias_(dataset_table(engine.catalog, dataset, PREDICTIONS), "p", table=True, quoted=True)
    samples = exp.alias_(dataset_table(engine.catalog, dataset, SAMPLES), "s", table=True, quoted=True)
    boxed = exp.and_(sql.column("task", "p").eq(sql.text(task)), sql.present(sql.column("bbox", "p")))
    own, index = sql.column("sample_id", "p"), sql.column("object_index", "p")
    if not engine.rows(exp.select(sql.number(1)).from_(predictions).where(boxed).limit(1)):
        raise UsageError(
            f"task {task!r} of dataset {dataset!r} has no objects with boxes to cut out",
            hint="name a detection task; `sqlsel info` shows what there is",
        )
    lacking = exp.select(own.copy()).from_(predictions.copy()).where(boxed.copy())
    for each in done:
        lacking = lacking.where(exp.Not(this=_there(each, {"sample_id": own, "object_index": index})))
    columns = [own.copy(), sql.column("file_name", "s"), index.copy(), sql.column("bbox", "p")]
    query = exp.select(*columns).from_(predictions.copy())
    query = query.join(samples, on=sql.column("sample_id", "s").eq(own.copy())).where(boxed.copy())
    query = query.where(exp.In(this=own.copy(), query=exp.Subquery(this=lacking)))
    order = [*_order("s", "file_name"), *_order("p", "sample_id", "object_index")]
    return Waiting(engine.table(query.order_by(*order)), objects=True)


def _there(query: exp.Query, keys: dict[str, exp.Column]) -> exp.Exists:
    same = [sql.column(name, "done").eq(value.copy()) for name, value in keys.items()]
    found = exp.select(sql.number(1)).from_(sql.subquery(query.copy(), "done")).where(exp.and_(*same))
    return exp.Exists(this=found)


def _order(table: str, *names: str) -> list[exp.Ordered]:
    return [sql.ascending(sql.column(name, table)) for name in names]
