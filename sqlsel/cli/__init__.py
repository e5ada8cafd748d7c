"""The command line: ``sqlsel COMMAND``. A command and what it needs are imported when it is called."""

from __future__ import annotations

import click

import sqlsel
from sqlsel.cli.examples import examples
from sqlsel.cli.group import CommandGroup

COMMANDS = {
    "demo": "demo",
    "ingest": "ingest",
    "add-embedding": "add_embedding",
    "add-object-embeddings": "add_object_embeddings",
    "tile": "tile",
    "embed": "embed",
    "pretag": "pretag",
    "init": "init",
    "select": "select",
    "explain": "explain",
    "validate": "checks",
    "schema": "checks",
    "compare": "compare",
    "curve": "curve",
    "datasets": "listings",
    "info": "info",
    "tags": "tags",
    "runs": "runs",
    "score": "score",
    "export": "export",
    "copy": "copy",
    "link": "link",
    "report": "report",
    "sql": "sql",
    "completion": "completion",
}
"""Each command, in the order of the help, with the module of ``sqlsel.cli.commands`` that holds it under its name."""


@click.group(
    cls=CommandGroup,
    commands_in=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "the whole job on data that it makes itself",
        "sqlsel demo",
        "the same, step by step",
        "sqlsel ingest demo-files/digits --db my.duckdb --dataset digits",
        "sqlsel info --db my.duckdb",
    ),
)
@click.version_option(sqlsel.__version__, prog_name="sqlsel")
def main() -> None:
    """Choose which samples of a dataset to keep, label or train on.

    You declare in JSON what the chosen samples should be: far from each other, uncertain, sharp, balanced, similar to
    some failures. sqlsel runs the declaration in a DuckDB file and leaves a ranked selection and a tag in it.

    Data goes to stdout, everything else to stderr. Exit codes: 0 done, 1 the data or the run failed, 2 the command or
    the config is wrong, 130 interrupted.
    """
