"""Where the images of a dataset lie, and what made vectors and predictions out of them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.tables import CATALOG_SCHEMA, PREDICTIONS, catalog_table
from sqlsel.errors import IngestError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlsel.engines.base import Engine
    from sqlsel.facts import TaskFacts

Maker = dict[str, Any]
"""What tells one way to look at images from another: the model and how it is fed, as JSON has it."""

FOLDERS = "image_folders"
MAKERS = "makers"
PROJECTIONS = "projections"
IMAGERY = (FOLDERS, MAKERS, PROJECTIONS)
"""The catalog's tables about images."""


def add_image_folder(engine: Engine, dataset: str, folder: Path) -> None:
    """Note that images of a dataset lie in a folder, which is looked into first from now on. Call it in a transaction.

    Args:
        engine: The session; sqlsel's catalog tables exist.
        dataset: Name of the dataset.
        folder: The folder; its whole path is kept, and its way from the database's own folder.
    """
    folder = folder.resolve()
    table = catalog_table(engine.catalog, FOLDERS)
    here = sql.column("dataset").eq(dataset)
    engine.execute(exp.delete(table).where(exp.and_(here, sql.column("folder").eq(str(folder)))))
    latest = exp.select(exp.Max(this=sql.column("number"))).from_(table.copy()).where(here.copy())
    number = (engine.rows(latest)[0][0] or 0) + 1
    values: dict[str, exp.Expr] = {
        "dataset": sql.text(dataset),
        "number": sql.number(number),
        "folder": sql.text(str(folder)),
        "beside": text_or_null(way_from_home(engine, folder)),
    }
    insert_row(engine, FOLDERS, values)


def image_folders(engine: Engine, dataset: str) -> tuple[Path, ...]:
    """The folders with the images of a dataset, the latest first, where they are now."""
    if not has_catalog_table(engine, FOLDERS):
        return ()
    columns = (sql.column("folder"), sql.column("beside"))
    query = exp.select(*columns).from_(catalog_table(engine.catalog, FOLDERS))
    query = query.where(sql.column("dataset").eq(dataset)).order_by(sql.descending(sql.column("number")))
    return tuple(where_now(engine, Path(folder), beside) for folder, beside in engine.rows(query))


def maker_of(engine: Engine, dataset: str, table: str, task: str | None = None) -> Maker | None:
    """What made the vectors of a table or the predictions of a task; None if they came from elsewhere."""
    if not has_catalog_table(engine, MAKERS):
        return None
    query = exp.select(sql.column("maker")).from_(catalog_table(engine.catalog, MAKERS))
    rows = engine.rows(query.where(_of(dataset, table, task)))
    return dict(json.loads(rows[0][0])) if rows else None


def keep_makers(
    engine: Engine, dataset: str, maker: Maker | None, tables: Iterable[str], tasks: Iterable[TaskFacts]
) -> None:
    """Keep what is known of the makers true to vectors and predictions that are about to be stored.

    Args:
        engine: The session, in the transaction that stores them.
        dataset: Name of the dataset.
        maker: What made them; None if they come from elsewhere.
        tables: The tables of vectors that get some.
        tasks: The tasks that get predictions.

    Raises:
        IngestError: If vectors from elsewhere are meant for a table of vectors that were computed from images.
    """
    for table in tables:
        if maker is not None:
            write_maker(engine, dataset, table, maker)
        elif maker_of(engine, dataset, table) is not None:
            raise IngestError(
                f"{table}: the vectors of dataset {dataset!r} there were computed from its images, those of the source "
                "were not, and the two do not go together",
                hint="ingest them into a new dataset, or compute those of the images under another name",
            )
    for task in tasks:
        if maker is not None:
            write_maker(engine, dataset, PREDICTIONS, maker, task.name)
        else:
            forget_maker(engine, dataset, PREDICTIONS, task.name)


def write_maker(engine: Engine, dataset: str, table: str, maker: Mapping[str, Any], task: str | None = None) -> None:
    """Note what makes the vectors of a table or the predictions of a task. Call it in a transaction."""
    forget_maker(engine, dataset, table, task)
    values: dict[str, exp.Expr] = {
        "dataset": sql.text(dataset),
        "table_name": sql.text(table),
        "task": text_or_null(task),
        "maker": sql.text(json.dumps(dict(maker), ensure_ascii=False)),
    }
    insert_row(engine, MAKERS, values)


def forget_maker(engine: Engine, dataset: str, table: str, task: str | None = None) -> None:
    """Forget what made the vectors of a table or the predictions of a task, if it is known."""
    if has_catalog_table(engine, MAKERS):
        engine.execute(exp.delete(catalog_table(engine.catalog, MAKERS)).where(_of(dataset, table, task)))


def insert_row(engine: Engine, table: str, values: Mapping[str, exp.Expr]) -> None:
    """Add one row to a table of sqlsel's catalog."""
    columns = exp.Schema(this=catalog_table(engine.catalog, table), expressions=[sql.name(column) for column in values])
    engine.execute(exp.Insert(this=columns, expression=exp.select(*values.values())))


def _of(dataset: str, table: str, task: str | None) -> exp.Expr:
    same_task = sql.absent(sql.column("task")) if task is None else sql.column("task").eq(sql.text(task))
    return exp.and_(sql.column("dataset").eq(dataset), sql.column("table_name").eq(table), same_task)


def has_catalog_table(engine: Engine, table: str) -> bool:
    """Whether sqlsel's catalog has a table; one that an older version made may lack it."""
    here = exp.and_(
        sql.column("table_catalog").eq(engine.catalog),
        sql.column("table_schema").eq(CATALOG_SCHEMA),
        sql.column("table_name").eq(table),
    )
    return bool(engine.rows(exp.select(sql.number(1)).from_(exp.table_("tables", db="information_schema")).where(here)))


def way_from_home(engine: Engine, path: Path) -> str | None:
    """The way to a file or folder from that of the database; None where there is none."""
    if engine.home is None:
        return None
    try:
        return Path(os.path.relpath(path, engine.home)).as_posix()
    except ValueError:  # another drive
        return None


def where_now(engine: Engine, path: Path, beside: str | None) -> Path:
    """Where a file or folder is that may have moved together with the database."""
    if not path.exists() and beside is not None and engine.home is not None:
        moved = engine.home / beside
        return moved.resolve() if moved.exists() else path
    return path


def text_or_null(value: str | None) -> exp.Expr:
    """A text literal, or NULL."""
    return exp.Null() if value is None else sql.text(value)


def find_image(folders: Iterable[Path], file_name: str) -> Path | None:
    """The image file of a sample: in the first of the folders that has it, or where its name, a whole path, says."""
    whole = Path(file_name)
    places = [whole] if whole.is_absolute() else (folder / file_name for folder in folders)
    return next((place for place in places if place.is_file()), None)
