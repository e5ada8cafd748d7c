"""sqlsel copy: a database as a folder of Parquet."""

from __future__ import annotations

import click

from sqlsel.cli.examples import examples
from sqlsel.cli.options import database_option
from sqlsel.cli.telling import say


@click.command(
    "copy",
    short_help="Copy datasets into a folder of Parquet for Spark.",
    epilog=examples(
        "all datasets, with their tags and runs",
        "sqlsel copy --db demo.duckdb demo-parquet",
        "some of them",
        "sqlsel copy --db demo.duckdb --dataset digits --dataset misread \\",
        "    digits-parquet",
    ),
)
@click.argument("folder", metavar="FOLDER")
@database_option()
@click.option("--dataset", "datasets", metavar="NAME", multiple=True, help="Only this dataset; may be given again.")
def copy_command(folder: str, database: str, datasets: tuple[str, ...]) -> None:
    """Copy datasets, with their tags and runs, into FOLDER, which is made. Spark selects from there.

    Readers see the whole copy or none of it. Move the folder to where the cluster reads: hdfs dfs -put, aws s3 cp.
    """
    from sqlsel.cli.opening import open_existing

    with open_existing(database) as db:
        number = db.copy_to(folder, datasets=datasets or None)
    say(f"{number:,} dataset{'' if number == 1 else 's'} copied to {folder}")
