"""The files of labels that a dataset was read from: kept, so that a part of them can be written again as it was."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.imagery import has_catalog_table, insert_row, text_or_null, way_from_home, where_now
from sqlsel.datasets.tables import catalog_table

if TYPE_CHECKING:
    from sqlsel.engines.base import Engine

LABEL_FILES = "label_files"


@dataclass(frozen=True, slots=True)
class LabelFile:
    """One file of labels.

    Attributes:
        task: The task that its labels became.
        format: ``COCO``, ``YOLO`` or ``Pascal VOC``.
        file: The file: annotations, detections, or the yaml file of a dataset; of Pascal VOC the folder.
        annotations: For a list of COCO detections, the file with the images and categories.
        prefix: What the samples' file names have before the names in the file.
    """

    task: str
    format: str
    file: Path
    annotations: Path | None = None
    prefix: str = ""


def add_label_file(engine: Engine, dataset: str, labels: LabelFile) -> None:
    """Note what a dataset's labels were read from; the latest is looked at first. Call it in a transaction."""
    file = labels.file.resolve()
    annotations = None if labels.annotations is None else labels.annotations.resolve()
    table = catalog_table(engine.catalog, LABEL_FILES)
    here = sql.column("dataset").eq(dataset)
    engine.execute(exp.delete(table).where(exp.and_(here, sql.column("file").eq(sql.text(str(file))))))
    latest = exp.select(exp.Max(this=sql.column("number"))).from_(table.copy()).where(here.copy())
    values: dict[str, exp.Expr] = {
        "dataset": sql.text(dataset),
        "number": sql.number((engine.rows(latest)[0][0] or 0) + 1),
        "task": sql.text(labels.task),
        "format": sql.text(labels.format),
        "file": sql.text(str(file)),
        "beside": text_or_null(way_from_home(engine, file)),
        "annotations": text_or_null(None if annotations is None else str(annotations)),
        "annotations_beside": text_or_null(None if annotations is None else way_from_home(engine, annotations)),
        "prefix": sql.text(labels.prefix),
    }
    insert_row(engine, LABEL_FILES, values)


def label_files(engine: Engine, dataset: str) -> tuple[LabelFile, ...]:
    """What the labels of a dataset were read from, the latest first, where it is now."""
    if not has_catalog_table(engine, LABEL_FILES):
        return ()
    names = ("task", "format", "file", "beside", "annotations", "annotations_beside", "prefix")
    query = exp.select(*(sql.column(name) for name in names)).from_(catalog_table(engine.catalog, LABEL_FILES))
    query = query.where(sql.column("dataset").eq(dataset)).order_by(sql.descending(sql.column("number")))
    return tuple(
        LabelFile(
            task,
            form,
            where_now(engine, Path(file), beside),
            None if annotations is None else where_now(engine, Path(annotations), annotations_beside),
            prefix,
        )
        for task, form, file, beside, annotations, annotations_beside, prefix in engine.rows(query)
    )
