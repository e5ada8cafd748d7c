"""sqlsel validate and sqlsel schema: what is wrong with a config, and what one may look like."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from sqlsel.cli.examples import examples
from sqlsel.cli.options import (
    attach_option,
    config_argument,
    config_source,
    database_option,
    dataset_option,
    format_option,
    output_option,
)
from sqlsel.cli.telling import say
from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlsel.errors import Problem

_WRONG = 2


@click.command(
    "validate",
    short_help="Print everything that is wrong with a config.",
    epilog=examples(
        "the config itself",
        "sqlsel validate demo-files/round-1/config.json",
        "and that its tasks, scores, keys, classes, datasets and tags exist",
        "sqlsel validate demo-files/round-1/config.json --db demo.duckdb \\",
        "    --dataset digits",
        "for an editor or a check of changes",
        "sqlsel validate demo-files/round-1/config.json --format json",
    ),
)
@config_argument
@database_option(required=False, text="With --dataset: the DuckDB file whose names the config must fit.")
@dataset_option(required=False, text="With --db: the dataset that the config is for.")
@attach_option
@format_option("text", "json", text="How to print the problems: lines of text, or JSON.")
@click.pass_context
def validate_command(
    ctx: click.Context,
    config: str,
    database: str | None,
    dataset: str | None,
    attach: tuple[str, ...],
    format_name: str | None,
) -> None:
    """Print everything that is wrong with CONFIG, a line each: FILE:LINE:COLUMN: path: what and what to do.

    As JSON it is a list with file, severity (error or notice), path, line, column, message and hint of each; empty
    where there are none. CONFIG is a JSON file, - for stdin, or the JSON itself. Exit code 2 if there are errors, 0 if
    there are none or only notices.
    """
    if (database is None) != (dataset is None):
        given, lacking = ("--db", "--dataset") if dataset is None else ("--dataset", "--db")
        raise UsageError(f"{given} needs {lacking}", hint="name both, or neither to check the config alone")
    problems = _problems(config_source(config), database, dataset, attach)
    if format_name == "json":
        told = [{"file": _name(config), **problem.to_dict()} for problem in problems]
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        for problem in problems:
            click.echo(problem_line(problem, _name(config)))
    errors = sum(problem.severity == "error" for problem in problems)
    say(_verdict(_name(config), errors, len(problems) - errors))
    if errors:
        ctx.exit(_WRONG)


def _problems(source: str, database: str | None, dataset: str | None, attach: Sequence[str]) -> Sequence[Problem]:
    if database is None:
        from sqlsel.config import check_config

        return check_config(source)
    from sqlsel.cli.opening import open_existing
    from sqlsel.connecting import validate

    with open_existing(database, attach=attach) as db:
        return validate(source, db, dataset)


def problem_line(problem: Problem, source: str) -> str:
    """One problem as compilers print it, so that editors can jump to it."""
    parts = [source]
    if problem.line is not None:
        parts[0] += f":{problem.line}:{problem.column}"
    if problem.severity == "notice":
        parts.append("notice")
    if problem.where:
        parts.append(problem.where)
    return ": ".join([*parts, problem.message])


def _name(config: str) -> str:
    if config == "-":
        return "<stdin>"
    return "config" if config.lstrip().startswith("{") or "\n" in config else config


def _verdict(name: str, errors: int, notices: int) -> str:
    counts = [
        f"{count} {word}{'s' if count > 1 else ''}" for count, word in ((errors, "error"), (notices, "notice")) if count
    ]
    return f"{name}: {', '.join(counts) or 'no problems'}"


@click.command(
    "schema",
    short_help="Print the JSON Schema of a config, or of a report.",
    epilog=examples(
        'for an editor, where a config says "$schema": "./sqlsel.schema.json"',
        "sqlsel schema -o sqlsel.schema.json",
        "what report.json holds",
        "sqlsel schema report",
    ),
)
@click.argument("kind", metavar="[config|report]", type=click.Choice(["config", "report"]), default="config")
@output_option()
def schema_command(kind: str, output: str | None) -> None:
    """Print the JSON Schema of a config, or of what `sqlsel report -o report.json` writes.

    Editors complete and check a config that has a line "$schema" which names the file.
    """
    from sqlsel.cli.printing import destination, write_text

    if kind == "report":
        from sqlsel.report.schema import report_schema as schema
    else:
        from sqlsel.config import json_schema as schema

    with destination(output) as out:
        write_text(json.dumps(schema(), indent=2, ensure_ascii=False), out)
