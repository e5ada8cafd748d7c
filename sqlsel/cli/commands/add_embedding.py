"""sqlsel add-embedding: vectors beside those that a dataset has."""

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
    "add-embedding",
    short_help="Add an embedding to a dataset.",
    epilog=examples(
        "vectors of another model beside those that are there",
        "sqlsel add-embedding demo-files/digits/embeddings.parquet --db demo.duckdb \\",
        "    --dataset digits --name pixels",
    ),
)
@click.argument("source", metavar="SOURCE")
@database_option()
@dataset_option()
@click.option("--name", required=True, metavar="NAME", help="Name of the embedding, such as that of its model.")
@click.option("--id", "id", metavar="COLUMN", help="Column with the sample ids; by default rows go by file names.")
@click.option("--file-name", metavar="COLUMN", help="Column with the file names.")
@click.option("--embedding", metavar="COLUMN", help="Column with the vectors; by default 'embedding'.")
@click.option("--normalize/--no-normalize", default=True, show_default=True, help="Bring vectors to unit length.")
def add_embedding_command(
    source: str,
    database: str,
    dataset: str,
    **options: Any,  # noqa: ANN401 - the options that Database.add_embedding has by the same names
) -> None:
    """Add the vectors in SOURCE to a dataset under a name of their own.

    SOURCE is a parquet, csv, json or jsonl file with file names or sample ids and vectors, - for such a table on stdin,
    or an npy file with a names file beside it. Inputs of a config choose between embeddings by "embedding": "NAME".
    Vectors that samples have under the same name are replaced, those of other names stay.
    """
    from sqlsel.cli.opening import open_existing

    with source_from(source) as path, open_existing(database, writing=True) as db, progress_bars(db) as progress:
        report = db.add_embedding(path, dataset=dataset, progress=progress, **options)
    for line in report_lines(report)[1:]:
        say(line)
