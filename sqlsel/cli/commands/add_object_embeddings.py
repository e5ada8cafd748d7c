"""sqlsel add-object-embeddings: vectors of the objects of a task."""

from __future__ import annotations

from typing import Any

import click

from sqlsel.cli.commands.ingest import report_lines
from sqlsel.cli.examples import examples
from sqlsel.cli.options import database_option, dataset_option
from sqlsel.cli.progress import progress_bars
from sqlsel.cli.standard_input import source_from
from sqlsel.cli.telling import say


@click.command(
    "add-object-embeddings",
    short_help="Add vectors to the objects of a task.",
    epilog=examples(
        "the vectors of the digits that a detector found on each sheet",
        "sqlsel add-object-embeddings demo-files/sheets/object_embeddings.parquet \\",
        "    --db demo.duckdb --dataset sheets --task digit_detection",
    ),
)
@click.argument("source", metavar="SOURCE")
@database_option()
@dataset_option()
@click.option("--task", metavar="TASK", help="Whose objects they are; by default as the column 'task' says.")
@click.option("--id", "id", metavar="COLUMN", help="Column with the sample ids; by default rows go by file names.")
@click.option("--file-name", metavar="COLUMN", help="Column with the file names.")
@click.option("--embedding", metavar="COLUMN", help="Column with the vectors; by default 'embedding'.")
@click.option("--normalize/--no-normalize", default=True, show_default=True, help="Bring vectors to unit length.")
def add_object_embeddings_command(
    source: str,
    database: str,
    dataset: str,
    **options: Any,  # noqa: ANN401 - the options that Database.add_object_embeddings has by the same names
) -> None:
    """Add the vectors in SOURCE to the objects of a dataset.

    SOURCE is a parquet, csv, json, jsonl or npz file, or - for a table on stdin, with a row for each object: file_name
    or sample_id of the image, object_index (the object's place among the predictions of the image, from 0) and
    embedding. Vectors that objects of the same images have are replaced.
    """
    from sqlsel.cli.opening import open_existing

    with source_from(source) as path, open_existing(database, writing=True) as db, progress_bars(db) as progress:
        report = db.add_object_embeddings(path, dataset=dataset, progress=progress, **options)
    for line in report_lines(report)[1:]:
        say(line)
