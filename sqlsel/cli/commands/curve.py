"""sqlsel curve: distance and coverage against the number of samples."""

from __future__ import annotations

from typing import Any

import click

from sqlsel.cli.clusters import cluster_options
from sqlsel.cli.examples import examples
from sqlsel.cli.options import (
    attach_option,
    candidates_option,
    config_source,
    database_option,
    dataset_option,
    exact_option,
    format_option,
    missing_option,
    output_option,
    preselected_option,
    seed_option,
    since_option,
    where_option,
)


@click.command(
    "curve",
    short_help="Show what more samples would bring.",
    epilog=examples(
        "how well the first n samples of a tag cover all",
        "sqlsel curve --tag round-1 --db demo.duckdb --dataset digits",
        "what a config would reach with up to 500; nothing is stored",
        "sqlsel curve demo-files/round-1/config.json --db demo.duckdb \\",
        "    --dataset digits --n 500",
        "all points of the curve, to plot",
        "sqlsel curve --tag round-1 --db demo.duckdb --dataset digits -o curve.csv",
    ),
)
@click.argument("config", metavar="[CONFIG]", required=False)
@database_option()
@cluster_options
@dataset_option()
@click.option("--tag", metavar="TAG", help="A tag, whose samples are looked at by rank, instead of CONFIG.")
@click.option("--n", metavar="N", type=click.IntRange(1), help="How many samples CONFIG may choose, not what it says.")
@click.option(
    "--embedding", metavar="NAME", help="What distances are measured by; else the first that CONFIG looks at."
)
@preselected_option
@seed_option
@missing_option
@where_option
@candidates_option
@since_option
@attach_option
@exact_option
@format_option("table", "csv", "json", "jsonl", text="How to print it; by default as -o is called, or a table.")
@output_option()
def curve_command(
    config: str | None,
    database: str,
    attach: tuple[str, ...],
    format_name: str | None,
    output: str | None,
    **asked: Any,  # noqa: ANN401 - the options that Database.curve has by the same names
) -> None:
    """Show distance and coverage against n, to choose how many samples to select.

    Of what CONFIG would choose (a JSON file, - for stdin, or the JSON itself), or of a tag. For each n: the smallest
    distance between any two chosen samples, which a minimum distance could be; the mean and the largest distance of all
    candidates to the nearest chosen one, and the same for a random selection of that size.
    """
    from sqlsel.cli.opening import open_existing
    from sqlsel.cli.printing import write_result
    from sqlsel.cli.progress import progress_bars

    source = None if config is None else config_source(config)
    with open_existing(database, attach=attach) as db, progress_bars(db) as progress:
        found = db.curve(source, progress=progress, **asked)
    write_result(found, format_name, output)
