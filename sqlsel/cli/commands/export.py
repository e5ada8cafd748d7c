"""sqlsel export: a tag as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlsel.cli.examples import examples
from sqlsel.cli.options import database_option, dataset_option, exclude_preselected_option, format_option, output_option
from sqlsel.cli.telling import say
from sqlsel.errors import UsageError
from sqlsel.exports.formats import FORMATS, format_of

if TYPE_CHECKING:
    from sqlsel.exports.formats import Format


@click.command(
    "export",
    short_help="Write the samples of a tag to a file.",
    epilog=examples(
        "the file names, one a line",
        "sqlsel export --db demo.duckdb --dataset digits --tag round-1 \\",
        "    --format filenames",
        "everything that is known of the chosen samples",
        "sqlsel export --db demo.duckdb --dataset digits --tag round-1 \\",
        "    -o round-1.parquet",
    ),
)
@database_option()
@dataset_option()
@click.option("--tag", metavar="TAG", required=True, help="The tag.")
@format_option(*FORMATS, text="The format; by default as -o FILE is called.")
@exclude_preselected_option
@output_option()
def export_command(
    database: str, dataset: str, tag: str, format_name: Format | None, exclude_preselected: bool, output: str | None
) -> None:
    """Write the samples of a tag: new ones by rank, then preselected ones.

    Every format but filenames holds sample_id, file_name, rank, gain, terms and metadata; in csv each term and each
    metadata key is a column.
    """
    from sqlsel.cli.opening import open_existing
    from sqlsel.cli.printing import destination, is_stdout
    from sqlsel.engines.interrupts import interruptible
    from sqlsel.exports.tags import export_tag

    if format_name is None:
        if is_stdout(output):
            raise UsageError("export to stdout needs --format", hint=f"name one: {', '.join(FORMATS)}")
        format_name = format_of(str(output))
    with open_existing(database) as db, destination(output) as out, interruptible(db.engine):
        count = export_tag(db.engine, dataset, tag, format_name, out, exclude_preselected=exclude_preselected)
    say(f"{count:,} samples of tag {tag}{'' if is_stdout(output) else f' written to {output}'}")
