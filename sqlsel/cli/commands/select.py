"""sqlsel select: choose samples, rank them and keep the outcome as a tag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sqlsel.cli.clusters import cluster_options
from sqlsel.cli.examples import examples
from sqlsel.cli.failures import after_storing
from sqlsel.cli.options import (
    attach_option,
    candidates_option,
    config_argument,
    config_source,
    database_option,
    dataset_option,
    format_option,
    memory_limit_option,
    missing_option,
    output_option,
    preselected_option,
    seed_option,
    since_option,
    where_option,
)
from sqlsel.cli.telling import say

if TYPE_CHECKING:
    from typing import BinaryIO

    from sqlsel.selection import Selection


@click.command(
    "select",
    short_help="Choose and rank samples as a config declares.",
    epilog=examples(
        "rank, and show the first rows; nothing is stored",
        "sqlsel select demo-files/round-1/config.json --db demo.duckdb \\",
        "    --dataset digits",
        "the next round: 100 more, far from those of round-1, kept as a tag",
        "sqlsel select demo-files/round-1/config.json --db demo.duckdb \\",
        "    --dataset digits --preselected round-1 --tag round-2",
        "all rows for another program",
        "cat demo-files/round-1/config.json | sqlsel select - --db demo.duckdb \\",
        "    --dataset digits --format csv -o ranked.csv",
    ),
)
@config_argument
@database_option()
@cluster_options
@dataset_option()
@click.option("--tag", metavar="TAG", help="Keep the outcome under this name; without it nothing is stored.")
@click.option("--overwrite", is_flag=True, help="Replace a tag of that name.")
@preselected_option
@seed_option
@missing_option
@where_option
@candidates_option
@since_option
@attach_option
@memory_limit_option
@format_option(
    "table",
    "csv",
    "json",
    "jsonl",
    "filenames",
    text="How to print the ranked rows; by default as -o is called, or a table.",
)
@output_option()
def select_command(
    config: str,
    database: str,
    dataset: str,
    tag: str | None,
    format_name: str | None,
    output: str | None,
    attach: tuple[str, ...],
    **asked: Any,  # noqa: ANN401 - the options that Database.select has by the same names
) -> None:
    """Choose samples of a dataset as CONFIG declares, and rank them.

    CONFIG is a JSON file, - for stdin, or the JSON itself. The summary goes to stderr and the ranked rows to stdout; as
    a table only the first of them, in the other formats all.
    """
    from sqlsel.cli.opening import open_existing
    from sqlsel.cli.printing import chosen_format, destination, is_stdout
    from sqlsel.cli.progress import progress_bars

    written_as = chosen_format(format_name, output)
    source = config_source(config)
    with open_existing(database, writing=tag is not None, attach=attach) as db, destination(output) as out:
        with progress_bars(db) as progress:
            selection = db.select(source, dataset=dataset, tag=tag, progress=progress, **asked)
        with after_storing(f"tag {tag} is stored" if tag else "nothing was changed"):
            say(str(selection))
            _write(selection, written_as, out, shortened=is_stdout(output))


def _write(selection: Selection, format_name: str, out: BinaryIO, *, shortened: bool) -> None:
    from sqlsel.cli.printing import ROWS_SHOWN, TABLE, write
    from sqlsel.cli.ranking import write_ranking
    from sqlsel.exports.rows import Rows

    if format_name == TABLE:
        say()
        write_ranking(selection, out, limit=ROWS_SHOWN if shortened else None)
    else:
        write(Rows.of(selection.to_arrow(), "terms"), format_name, out)
