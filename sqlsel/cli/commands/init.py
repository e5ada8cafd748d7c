"""sqlsel init: a config to start from, written from what a dataset holds."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from sqlsel.cli.examples import examples
from sqlsel.cli.options import database_option, dataset_option
from sqlsel.cli.telling import say
from sqlsel.errors import UsageError


@click.command(
    "init",
    short_help="Write a config to start from.",
    epilog=examples(
        "config.json, and beside it the JSON Schema that editors complete it by",
        "sqlsel init --db demo.duckdb --dataset digits",
        "sqlsel select config.json --db demo.duckdb --dataset digits --tag first",
        "straight into a selection of 20",
        "sqlsel init --db demo.duckdb --dataset sheets --n 20 -o - \\",
        "    | sqlsel select - --db demo.duckdb --dataset sheets",
    ),
)
@database_option()
@dataset_option(text="The dataset that the config is for.")
@click.option(
    "--n", metavar="N", type=click.IntRange(1), help="How many samples it asks for; else a tenth, at most 1,000."
)
@click.option(
    "-o", "--output", metavar="FILE", default="config.json", show_default=True, help="Where to write it; - is stdout."
)
@click.option("--overwrite", is_flag=True, help="Replace a file of that name.")
def init_command(database: str, dataset: str, n: int | None, output: str, overwrite: bool) -> None:
    """Write a config that asks a dataset for variety and for what a model is unsure of.

    In comments it has what else the dataset can be asked for, with its own tasks, scores, metadata keys and classes. It
    runs as it is. Beside it goes sqlsel.schema.json, by which editors complete, check and explain what you write.
    """
    from sqlsel.cli.opening import open_existing

    target = None if output == "-" else Path(output)
    if target is not None and target.exists() and not overwrite:
        raise UsageError(f"{output} exists already", hint="name another file with -o, or replace it with --overwrite")
    with open_existing(database) as db:
        text = db.starter_config(dataset, n=n)
        taken = {tag.tag for tag in db.tags(dataset)}
    if target is None:
        click.echo(text, nl=False)
        return
    schema = _write(target, text)
    say(f"{target}: a config to start from; what it can say is in {schema}")
    say("Next:")
    on = f"--db {shlex.quote(database)} --dataset {shlex.quote(dataset)}"
    say(f"  sqlsel explain {shlex.quote(output)} \\\n      {on}")
    tag = next(name for number in range(1, len(taken) + 2) if (name := f"round-{number}") not in taken)
    say(f"  sqlsel select {shlex.quote(output)} \\\n      {on} --tag {tag}")


def _write(target: Path, text: str) -> Path:
    """Write the config, and the schema that it names beside it; returns where that is."""
    from sqlsel.config import json_schema
    from sqlsel.exports.plain import json_text
    from sqlsel.exports.replacing import replacing
    from sqlsel.starter.text import SCHEMA_FILE

    schema = target.with_name(SCHEMA_FILE)
    with replacing(schema) as schema_out, replacing(target) as out:
        schema_out.write(f"{json_text(json_schema(), indent=2)}\n".encode())
        out.write(text.encode())
    return schema
