"""sqlsel datasets: what there is, a row each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlsel.cli.clusters import cluster_options
from sqlsel.cli.examples import examples
from sqlsel.cli.options import database_option, format_option, output_option
from sqlsel.cli.telling import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FORMATS = ("table", "csv", "json", "jsonl")
"""How rows can be printed."""

HOW = "How to print them; by default as -o is called, or a table."


@click.command(
    "datasets",
    short_help="List the datasets of a database.",
    epilog=examples("the datasets of a database", "sqlsel datasets --db demo.duckdb"),
)
@database_option()
@cluster_options
@format_option(*FORMATS, text=HOW)
@output_option()
def datasets_command(database: str, format_name: str | None, output: str | None) -> None:
    """List the datasets of a database.

    Shown are the number of samples, the width of the embedding where there is one, the number of embeddings, metadata
    keys and tags, and the tasks.
    """
    from sqlsel.cli.opening import open_existing
    from sqlsel.description import overview

    with open_existing(database) as db:
        rows = overview(db.engine)
    print_rows(rows, format_name, output, empty="no datasets; `sqlsel ingest` makes one")


def print_rows(
    rows: Sequence[Mapping[str, object]], format_name: str | None, output: str | None, *, empty: str
) -> None:
    """Print rows on stdout or write them to a file; say on stderr that there are none."""
    import pyarrow as pa

    from sqlsel.cli.printing import TABLE, chosen_format, destination, write
    from sqlsel.exports.rows import Rows

    written_as = chosen_format(format_name, output)
    if not rows:
        say(empty)
        if written_as == TABLE:
            return
    with destination(output) as out:
        write(Rows.of(pa.Table.from_pylist(rows)), written_as, out)
