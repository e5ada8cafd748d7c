"""Tiles as predictions: a grid over each image, as the objects of a task."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.config.tiling import Tiling, grid_of
from sqlsel.datasets.fragments import array, named
from sqlsel.datasets.intake import Intake
from sqlsel.datasets.nearest import unknown
from sqlsel.datasets.refusal import NAMED, first_few
from sqlsel.datasets.tables import PREDICTIONS, SAMPLES, column_names
from sqlsel.errors import IngestError, UsageError
from sqlsel.facts import TaskFacts

if TYPE_CHECKING:
    from sqlsel.engines.base import Engine
    from sqlsel.facts import DatasetFacts

MOST_TILES = 10_000


def check_grid(task: str, tiling: Tiling) -> None:
    """Raise UsageError unless there is such a grid, and a task may be called so."""
    if not re.fullmatch(r"[a-zA-Z0-9_+=,.@:/-]+", task):
        raise UsageError(f"task {task!r} is no task name", hint="use letters, digits and _ + = , . @ : / -")
    if tiling.rows < 1 or tiling.columns < 1 or not 0 <= tiling.overlap < 1:
        raise UsageError(
            f"{tiling} are no grid", hint="give at least 1 row and 1 column, and an overlap from 0 to below 1"
        )
    if tiling.rows * tiling.columns > MOST_TILES:
        raise UsageError(f"{tiling.rows * tiling.columns:,} tiles an image are too many", hint=f"up to {MOST_TILES:,}")


def tiles_of(engine: Engine, facts: DatasetFacts, task: str, tiling: Tiling, sides: tuple[str, str]) -> Intake:
    """The tiles of every image of a dataset, ready to be stored.

    Args:
        engine: The session.
        facts: The dataset.
        task: Name of the task that the tiles are objects of.
        tiling: The grid. The category of a tile is its place: ``r1c1`` is the upper left one.
        sides: The metadata keys that hold the images' width and height in pixels.

    Raises:
        UsageError: If the task exists and holds something else, or there is no such key.
        IngestError: If images have no size.
    """
    _check_task(engine, facts, task, tiling)
    width, height = (_side(facts, key) for key in sides)
    samples = sql.table(SAMPLES, facts.name, facts.catalog, alias="s")
    _check_sizes(engine, facts, samples, (width, height), sides)
    names, boxes = tiling.names(), tiling.boxes()
    grid = exp.values(
        [(number, name, *box) for number, (name, box) in enumerate(zip(names, boxes, strict=True))],
        alias="t",
        columns=["object_index", "category", "x", "y", "w", "h"],
    )
    box = [(_column("x"), width), (_column("y"), height), (_column("w"), width), (_column("h"), height)]
    sizes = [exp.Mul(this=sql.double(share), expression=sql.double(side.copy())) for share, side in box]
    own: dict[str, exp.Expr] = {
        "sample_id": sql.column("sample_id", "s"),
        "task": sql.text(task),
        "object_index": exp.cast(_column("object_index"), "INT"),
        "category": _column("category"),
        "score": sql.number(1.0),
        "bbox": array(sizes),
    }
    values = [named(own.get(name, exp.Null()), name) for name in column_names(PREDICTIONS)]
    rows = exp.select(*values).from_(samples).join(grid, join_type="cross")
    known = TaskFacts(task, "object-detection", names, (), has_probabilities=False, has_predictions=True)
    return Intake(predictions=rows, tasks=(known,))


def tiling_of(engine: Engine, facts: DatasetFacts, task: str) -> Tiling | None:
    """The grid that the objects of a task are; None if they are no tiles. It is read off the boxes of one image."""
    known = facts.tasks.get(task)
    grid = grid_of(known.categories) if known is not None else None
    if grid is None:
        return None
    rows, columns = grid
    predictions = sql.table(PREDICTIONS, facts.name, facts.catalog)
    of_task = exp.EQ(this=sql.column("task"), expression=sql.text(task))
    first = exp.select(exp.Min(this=sql.column("sample_id"))).from_(predictions).where(of_task)
    boxes = exp.select(sql.column("object_index"), sql.column("bbox")).from_(predictions.copy())
    boxes = boxes.where(of_task.copy(), exp.EQ(this=sql.column("sample_id"), expression=exp.Subquery(this=first)))
    found = {index: box for index, box in engine.rows(boxes) if box is not None}
    if not {0, 1, columns} & found.keys() or len(found) != rows * columns:
        return None
    if columns > 1:
        return Tiling(rows, columns, 1 - (found[1][0] - found[0][0]) / found[0][2])
    return Tiling(rows, columns, 1 - (found[1][1] - found[0][1]) / found[0][3] if rows > 1 else 0.0)


def _column(name: str) -> exp.Expr:
    # what exp.values names is not quoted
    return exp.column(name, table="t")


def _check_task(engine: Engine, facts: DatasetFacts, task: str, tiling: Tiling) -> None:
    if task not in facts.tasks:
        return
    there = tiling_of(engine, facts, task)
    if there is None:
        raise UsageError(
            f"task {task!r} of dataset {facts.name!r} exists and holds no tiles",
            hint="give the tiles another task name",
        )
    if not tiling.agrees(there) and task in facts.object_embeddings:
        raise UsageError(
            f"task {task!r} of dataset {facts.name!r} has embeddings of {there}",
            hint="give the new tiles another task name",
        )


def _side(facts: DatasetFacts, key: str) -> exp.Expr:
    known = facts.keys.get(key)
    if known is None:
        raise unknown(
            "key",
            key,
            facts.keys,
            where=f"in the metadata of dataset {facts.name!r}: tiles need the size of the images",
            empty="`sqlsel ingest` measures images where Pillow is installed",
        )
    if known.kind not in ("integer", "number"):
        raise UsageError(f"metadata {key!r} holds {known.kind}, not pixels", hint="name the key with the images' size")
    return sql.field(sql.column("metadata", "s"), known.path)


def _check_sizes(
    engine: Engine, facts: DatasetFacts, samples: exp.Table, sizes: tuple[exp.Expr, exp.Expr], sides: tuple[str, str]
) -> None:
    """Raise IngestError if an image has no width or height above 0."""
    fine = [exp.GT(this=size.copy(), expression=sql.number(0)) for size in sizes]
    unknown_size = exp.Not(this=exp.Coalesce(this=exp.Paren(this=exp.and_(*fine)), expressions=[exp.false()]))
    without = exp.select(sql.varchar(sql.column("sample_id", "s"))).from_(samples.copy()).where(unknown_size)
    number = engine.rows(exp.select(sql.count()).from_(sql.subquery(without, "w")))[0][0]
    if number:
        few = engine.rows(without.order_by(sql.ascending(sql.column("sample_id", "s"))).limit(NAMED))
        raise IngestError(
            f"{number:,} of {facts.n_samples:,} samples have no size in {sides[0]} and {sides[1]}: "
            f"{first_few([repr(row[0]) for row in few], number)}",
            hint="ingest the images again where Pillow is installed, or name keys with their size in pixels",
        )
