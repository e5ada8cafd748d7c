"""sqlsel tile: a grid of tiles over each image, as the objects of a task."""

from __future__ import annotations

from typing import Any

import click

from sqlsel.cli.commands.ingest import report_lines
from sqlsel.cli.examples import examples
from sqlsel.cli.options import database_option, dataset_option
from sqlsel.cli.progress import progress_bars
from sqlsel.cli.telling import say


@click.command(
    "tile",
    short_help="Lay a grid of tiles over each image.",
    epilog=examples(
        "six tiles a sheet, a fifth of each on the next one",
        "sqlsel tile --db demo.duckdb --dataset sheets --task tiles_3x2 \\",
        "    --rows 3 --columns 2 --overlap 0.2",
    ),
)
@database_option()
@dataset_option()
@click.option("--task", required=True, metavar="TASK", help="Name of the task that the tiles are objects of.")
@click.option("--rows", required=True, type=click.IntRange(1), metavar="N", help="Tiles from top to bottom.")
@click.option("--columns", required=True, type=click.IntRange(1), metavar="N", help="Tiles from left to right.")
@click.option(
    "--overlap",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.0,
    show_default=True,
    metavar="SHARE",
    help="Which part of a tile the next one overlaps.",
)
@click.option("--width", default="lightly.width", show_default=True, metavar="KEY", help="Metadata: pixels across.")
@click.option("--height", default="lightly.height", show_default=True, metavar="KEY", help="Metadata: pixels down.")
def tile_command(
    database: str,
    dataset: str,
    **options: Any,  # noqa: ANN401 - the options that Database.tile has by the same names
) -> None:
    """Lay a grid over each image of a dataset, and store its tiles as the objects of a task.

    They are what "auto_tasks" of a config declares. sqlsel embed --task computes their embeddings.
    """
    from sqlsel.cli.opening import open_existing

    with open_existing(database, writing=True) as db, progress_bars(db) as progress:
        report = db.tile(dataset, progress=progress, **options)
    for line in report_lines(report)[1:]:
        say(line)
