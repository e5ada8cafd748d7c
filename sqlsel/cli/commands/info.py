"""sqlsel info: what the datasets of a database hold."""

from __future__ import annotations

from pathlib import Path

import click

from sqlsel.cli.clusters import cluster_options
from sqlsel.cli.examples import examples
from sqlsel.cli.options import database_option, dataset_option, format_option


@click.command(
    "info",
    short_help="Show what datasets hold.",
    epilog=examples(
        "everything that a config can name",
        "sqlsel info --db demo.duckdb",
        "one dataset, for a program",
        "sqlsel info --db demo.duckdb --dataset digits --format json",
    ),
)
@database_option()
@cluster_options
@dataset_option(required=False, text="Only this dataset.")
@format_option("text", "json", default="text", text="How to print it.")
def info_command(database: str, dataset: str | None, format_name: str) -> None:
    """Show what datasets hold: samples, embeddings, tasks with classes and scores, metadata keys, tags."""
    from sqlsel.cli.opening import open_existing
    from sqlsel.cli.printing import terminal_width
    from sqlsel.description import describe, description_lines
    from sqlsel.exports.plain import json_text

    with open_existing(database) as db:
        found = [describe(db.engine, name) for name in ([dataset] if dataset is not None else db.datasets())]
    size = Path(database).stat().st_size
    if format_name == "json":
        click.echo(json_text({"database": database, "bytes": size, "datasets": found}, indent=2))
        return
    click.echo(f"{database}: {size / 1e6:,.1f} MB, {len(found)} dataset{'' if len(found) == 1 else 's'}")
    for facts in found:
        click.echo()
        for line in description_lines(facts, terminal_width()):
            click.echo(line)
