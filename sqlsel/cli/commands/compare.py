"""sqlsel compare: two tags beside each other."""

from __future__ import annotations

import click

from sqlsel.cli.clusters import cluster_options
from sqlsel.cli.examples import examples
from sqlsel.cli.options import (
    config_source,
    database_option,
    dataset_option,
    exact_option,
    exclude_preselected_option,
    format_option,
    output_option,
)


@click.command(
    "compare",
    short_help="Show two tags beside each other.",
    epilog=examples(
        "a second round, and what each has reached",
        "sqlsel select demo-files/round-1/config.json --db demo.duckdb \\",
        "    --dataset digits --preselected round-1 --tag round-2",
        "sqlsel compare round-1 round-2 --db demo.duckdb --dataset digits",
        "everything, by a config of your own, for a program",
        "sqlsel compare round-1 initial-tag --db demo.duckdb --dataset digits \\",
        "    --config demo-files/round-1/config.json --format json",
    ),
)
@click.argument("tag_a", metavar="TAG_A")
@click.argument("tag_b", metavar="TAG_B")
@database_option()
@cluster_options
@dataset_option()
@click.option(
    "--config", metavar="CONFIG", help="Measure by its objectives, instead of those that the tags were selected by."
)
@exclude_preselected_option
@exact_option
@format_option("table", "csv", "json", "jsonl", text="How to print it; by default as -o is called, or a table.")
@output_option()
def compare_command(
    tag_a: str,
    tag_b: str,
    database: str,
    dataset: str,
    config: str | None,
    exclude_preselected: bool,
    exact: bool,
    format_name: str | None,
    output: str | None,
) -> None:
    """Show what TAG_A and TAG_B share, and what both reach of each objective that either was selected by.

    The smallest distance between any two samples (higher is better), means of weights, distances of mixes from their
    targets (lower is better), and how near the tag is to all samples: the mean and the largest distance to it (lower is
    better). All samples are those that the run chose among: what --where, --candidates and --since kept out does not
    count. CONFIG is a JSON file, - for stdin, or the JSON itself.
    """
    from sqlsel.cli.opening import open_existing
    from sqlsel.cli.printing import write_result
    from sqlsel.cli.progress import progress_bars

    source = None if config is None else config_source(config)
    with open_existing(database) as db, progress_bars(db) as progress:
        found = db.compare(
            tag_a,
            tag_b,
            dataset=dataset,
            config=source,
            exclude_preselected=exclude_preselected,
            exact=exact,
            progress=progress,
        )
    write_result(found, format_name, output)
