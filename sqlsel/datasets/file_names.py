"""Samples by their file names."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.nearest import offer
from sqlsel.datasets.tables import SAMPLES, dataset_table
from sqlsel.errors import UsageError
from sqlsel.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlsel.engines.base import Engine


@contextmanager
def named_samples(engine: Engine, dataset: str, file_names: Sequence[str]) -> Iterator[exp.Select]:
    """A query of the samples with these file names: ``sample_id``, and ``rank`` from 1 in the order of the names.

    Raises:
        UsageError: If the dataset has no sample of one of the names.
    """
    import pyarrow as pa

    names = list(dict.fromkeys(file_names))
    place, wanted = f"sqlsel_names_{uuid4().hex}", sql.column("file_name", "w")
    rows = pa.table({"file_name": pa.array(names, pa.string()), "place": pa.array(range(len(names)), pa.int64())})
    samples = dataset_table(engine.catalog, dataset, SAMPLES).as_("s")
    with engine.bind({place: rows}):
        listed = sql.table(place, alias="w")
        unknown = exp.select(wanted).from_(listed.copy()).order_by(sql.ascending(sql.column("place", "w")))
        there = (
            exp.select(sql.column("file_name", "s"))
            .from_(samples.copy())
            .where(sql.present(sql.column("file_name", "s")))
        )
        missing = [
            row[0]
            for row in engine.rows(
                unknown.where(exp.Not(this=exp.In(this=wanted.copy(), query=exp.Subquery(this=there))))
            )
        ]
        if missing:
            known = [row[0] for row in engine.rows(there.copy().limit(1_000))]
            raise UsageError(
                f"dataset {dataset!r} has no file {quoted(missing)}",
                hint=offer(missing[0], known) or "correct the names",
            )
        order = sql.order(sql.column("place", "w"), sql.column("sample_id", "s"))
        rank = exp.alias_(sql.over(exp.RowNumber(), ordered=order), "rank", quoted=True)
        query = exp.select(sql.column("sample_id", "s"), rank).from_(samples)
        yield query.join(listed, on=sql.column("file_name", "s").eq(wanted.copy()))
