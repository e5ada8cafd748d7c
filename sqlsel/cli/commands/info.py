"""sqlsel info: what the datasets of a database hold."""

from __future__ import annotations

from pathlib import Path

import click

from sqlsel.cli.clusters import cluster_options
from sqlsel.cli.examples import examples
from sqlsel.cli.options import database_option, dataset_option, format_option, output_option


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
@format_option("text", "json", text="How to print it; by default as -o is called, or as text.")
@output_option()
def info_command(database: str, dataset: str | None, format_name: str | None, output: str | None) -> None:
    """Show what datasets hold: samples, embeddings, tasks with classes and scores, metadata keys, tags."""
    from sqlsel.cli.opening import open_existing
    from sqlsel.cli.printing import destination, terminal_width, write_text
    from sqlsel.description import describe, description_lines
    from sqlsel.exports.plain import json_text

    with open_existing(database) as db:
        found = [describe(db.engine, name) for name in ([dataset] if dataset is not None else db.datasets())]
    size = Path(database).stat().st_size
    with destination(output) as out:
        if format_name == "json" or (format_name is None and str(output).endswith(".json")):
            write_text(json_text({"database": database, "bytes": size, "datasets": found}, indent=2), out)
            return
        lines = [f"{database}: {size / 1e6:,.1f} MB, {len(found)} dataset{'' if len(found) == 1 else 's'}"]
        for facts in found:
            lines += ["", *description_lines(facts, terminal_width())]
        write_text("\n".join(lines), out)
