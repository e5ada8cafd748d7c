"""sqlsel ingest: a source into a dataset."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sqlsel.cli.examples import examples
from sqlsel.cli.failures import after_storing
from sqlsel.cli.mappings import classes_by_task, columns_by_embedding, columns_by_score, columns_by_task
from sqlsel.cli.options import database_option, dataset_option
from sqlsel.cli.progress import progress_bars
from sqlsel.cli.standard_input import source_from
from sqlsel.cli.telling import say
from sqlsel.errors import SqlselError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlsel.database import Database
    from sqlsel.datasets.writing import StoreReport

_NOTICES_SHOWN = 10


@click.command(
    "ingest",
    short_help="Put a folder or file into a dataset.",
    epilog=examples(
        "a folder of images, with Lightly's .lightly/ and embeddings.parquet",
        "sqlsel ingest demo-files/digits --db my.duckdb --dataset digits",
        "a table; every column that is not named is metadata",
        "sqlsel ingest demo-files/round-1/selection.parquet --db my.duckdb \\",
        "    --dataset chosen --id sample_id --file-name file_name",
        "what another program sends",
        'sqlsel sql "SELECT range AS id, random() AS weight FROM range(50)" \\',
        "    --db demo.duckdb --format csv \\",
        "    | sqlsel ingest - --db my.duckdb --dataset sent --id id",
    ),
)
@click.argument("source", metavar="SOURCE")
@database_option(text="The DuckDB file; it is made where there is none.")
@dataset_option(text="The dataset; it is made where there is none.")
@click.option("--id", "id", metavar="COLUMN", help="Column with the sample ids; by default the file names.")
@click.option("--file-name", metavar="COLUMN", help="Column with the file names.")
@click.option(
    "--embedding",
    metavar="[NAME=]COLUMN",
    multiple=True,
    help="Column with the vectors; with names, columns of several embeddings.",
)
@click.option("--embeddings", metavar="FILE", help="Vectors in a file of their own: parquet, npy or csv.")
@click.option("--normalize/--no-normalize", default=True, show_default=True, help="Bring vectors to unit length.")
@click.option("--predictions", metavar="TASK=COLUMN", multiple=True, help="Column with the predictions of a task.")
@click.option("--scores", metavar="TASK/SCORE=COLUMN", multiple=True, help="Column with a score of a task.")
@click.option("--classes", metavar="TASK=a,b,c", multiple=True, help="Class names, as the probabilities are ordered.")
@click.option("--task", metavar="TASK", help="What COCO, YOLO or Pascal VOC labels become; by default objects.")
@click.option(
    "--images",
    metavar="FOLDER",
    help="Folder of the images that a table names, or that COCO or Pascal VOC labels are about.",
)
@click.option("--annotations", metavar="FILE", help="COCO file that a list of detections refers to.")
@click.option("--split", metavar="NAME", help="The only part of a YOLO dataset to read: train, val or test.")
@click.option(
    "--on-error",
    type=click.Choice(["fail", "skip"]),
    default="fail",
    show_default=True,
    help="What to do with what cannot be used: refuse the source, or go on without it.",
)
@click.option("--lightly-dataset-id", metavar="HEX", help="Lightly's id of the dataset, which its configs name it by.")
@click.option("--measure/--no-measure", default=True, show_default=True, help="Measure images: sharpness, size, …")
@click.option("--keep-duplicates", is_flag=True, help="Keep images with the very same bytes as another.")
@click.option(
    "--copy/--views",
    default=True,
    show_default=True,
    help="Copy the rows, or make the dataset of views over a table, view or Parquet files.",
)
@click.option("--embed", "embedding_images", is_flag=True, help="Compute embeddings of the images, without a model.")
def ingest_command(
    source: str,
    database: str,
    dataset: str,
    embedding: tuple[str, ...],
    predictions: tuple[str, ...],
    scores: tuple[str, ...],
    classes: tuple[str, ...],
    lightly_dataset_id: str | None,
    embedding_images: bool,
    **options: Any,  # noqa: ANN401 - the options that Database.ingest has by the same names
) -> None:
    """Add SOURCE to a dataset, or update it: all of it or, if anything fails, nothing.

    SOURCE is a folder of images, with or without Lightly's .lightly/ folder, embeddings.parquet, or labels of COCO,
    YOLO or Pascal VOC in it; a COCO or YOLO file; a parquet, csv, json, jsonl or npy file; or - for such a table on
    stdin. Ingesting it again updates and doubles nothing.
    """
    from sqlsel.datasets.lightly_ids import check_lightly_id

    options["embedding"] = columns_by_embedding(embedding)
    options["predictions"] = columns_by_task(predictions)
    options["scores"] = columns_by_score(scores)
    options["classes"] = classes_by_task(classes)
    with source_from(source) as path, _made_or_opened(database) as db, progress_bars(db) as progress:
        if lightly_dataset_id is not None:
            check_lightly_id(db.engine, dataset, lightly_dataset_id)
        report = db.ingest(path, dataset=dataset, progress=progress, **options)
        if lightly_dataset_id is not None:
            db.record_lightly_id(dataset, lightly_dataset_id)
    for line in report_lines(report):
        say(line)
    if embedding_images:
        _embed(database, dataset)


def _embed(database: str, dataset: str) -> None:
    """Compute vectors of the images where the dataset has none from elsewhere."""
    from sqlsel.cli.commands import embed
    from sqlsel.cli.opening import open_existing
    from sqlsel.vision.place import Place

    with open_existing(database, writing=True) as db, progress_bars(db) as progress:
        if Place(db.engine, dataset).is_given():
            say("  note: the dataset has embeddings; `sqlsel embed --name NAME` computes others")
            return
        with after_storing(f"the samples are stored; `sqlsel embed --db {database} --dataset {dataset}` goes on"):
            report = db.embed(dataset, progress=progress)
    for line in embed.report_lines(report):
        say(line)


@contextmanager
def _made_or_opened(path: str) -> Iterator[Database]:
    """The database; a file that did not exist is gone again if anything fails before images were measured."""
    from sqlsel.connecting import connect
    from sqlsel.datasets.emptiness import remove_database

    existed, worth_keeping = Path(path).exists(), False
    try:
        with connect(path) as db:
            try:
                yield db
            except BaseException:
                worth_keeping = not existed and _has_readings(db)
                raise
    except BaseException:
        if worth_keeping:
            click.echo(f"note: what was measured on the images is kept in {path}; run it again to go on", err=True)
        elif not existed:
            remove_database(Path(path))
        raise


def _has_readings(db: Database) -> bool:
    from sqlsel.datasets.readings import has_readings

    with suppress(SqlselError, KeyboardInterrupt):
        return has_readings(db.engine)
    return False


def report_lines(report: StoreReport) -> list[str]:
    """What was stored, in lines for a terminal."""
    from sqlsel.datasets.refusal import rows_of

    made = "new dataset" if report.created else "dataset"
    samples = "sample" if report.added == 1 else "samples"
    lines = [f"{made} {report.dataset}: {report.added:,} {samples} added, {report.updated:,} updated"]
    lines += [f"  {table}: {rows_of(count)}" for table, count in report.counts.items() if count]
    lines += [f"  note: {problem}" for problem in report.problems[:_NOTICES_SHOWN]]
    if len(report.problems) > _NOTICES_SHOWN:
        lines.append(f"  note: … and {len(report.problems) - _NOTICES_SHOWN:,} more of these")
    return lines
