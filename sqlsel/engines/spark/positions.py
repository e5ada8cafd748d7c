"""Numbering all rows in one order without bringing them to one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

    from sqlsel.engines.spark.engine import SparkEngine

_PLACE = "sqlsel_place"
PLACE_BITS = 33
"""What Spark's increasing ids hold below the number of the partition: the place in it."""


def kept(engine: SparkEngine, query: exp.Expr) -> tuple[DataFrame, DataFrame]:
    """The frame of a query, and the one that holds its rows in the cluster's memory, or on its disks.

    Where the query numbers its rows over all of them, each partition is numbered by itself.

    A window over everything would be sorted on one machine. Instead the rows are sorted in ranges; a row's number is
    its place in its range after the sizes of the ranges before it.
    """
    window = _number_of_rows(query)
    if window is None:
        frame = engine.frame(query).persist()
        return frame, frame
    from pyspark.sql import functions as f

    name, order, rest = window
    ranged = engine.frame(rest.order_by(*order)).withColumn(_PLACE, f.monotonically_increasing_id()).persist()
    partition = f.shiftright(f.col(_PLACE), PLACE_BITS)
    sizes = {int(row[0]): int(row[1]) for row in ranged.groupBy(partition).count().collect()}
    starts, before = {}, 0
    for number in sorted(sizes):
        starts[number] = before
        before += sizes[number]
    place = f.col(_PLACE).bitwiseAND(f.lit((1 << PLACE_BITS) - 1))
    first = f.element_at(f.create_map(*_pairs(starts)), partition) if starts else f.lit(0)
    columns = [f.col(f"`{column}`") for column in ranged.columns if column != _PLACE]
    return ranged.select((first + place).cast("bigint").alias(name), *columns), ranged


def _number_of_rows(query: exp.Expr) -> tuple[str, list[exp.Expr], exp.Select] | None:
    """Name and order of the number that a query gives its rows, from 0, and the query without it."""
    if not isinstance(query, exp.Select):
        return None
    for column in query.expressions:
        number = column.this if isinstance(column, exp.Alias) else None
        window = number.this if isinstance(number, exp.Sub) else None
        if not isinstance(window, exp.Window) or not isinstance(window.this, exp.RowNumber):
            continue
        if window.args.get("partition_by") or number is None or number.expression != exp.Literal.number(1):
            continue
        rest = query.copy()
        rest.set("expressions", [each.copy() for each in query.expressions if each is not column])
        return column.alias, [term.copy() for term in window.args["order"].expressions], rest
    return None


def _pairs(starts: dict[int, int]) -> list[Column]:
    from pyspark.sql import functions as f

    return [f.lit(each) for pair in starts.items() for each in pair]
