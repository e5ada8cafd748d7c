"""sqlsel explain: the plan of a selection and its SQL; nothing runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sqlsel.cli.clusters import cluster_options
from sqlsel.cli.examples import examples
from sqlsel.cli.options import (
    attach_option,
    candidates_option,
    config_argument,
    config_source,
    database_option,
    dataset_option,
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
    from sqlsel.plan.rendering import Dialect


@click.command(
    "explain",
    short_help="Show the plan of a selection, or its SQL.",
    epilog=examples(
        "the steps, to read",
        "sqlsel explain demo-files/round-1/config.json --db demo.duckdb \\",
        "    --dataset digits",
        "the statements that select runs, and the same in Spark SQL",
        "sqlsel explain demo-files/round-1/config.json --db demo.duckdb \\",
        "    --dataset digits --sql",
        "sqlsel explain demo-files/round-1/config.json --db demo.duckdb \\",
        "    --dataset digits --sql --dialect spark",
    ),
)
@config_argument
@database_option()
@cluster_options
@dataset_option()
@click.option("--sql", "as_sql", is_flag=True, help="Print the SQL instead of the plan.")
@click.option(
    "--dialect",
    type=click.Choice(["duckdb", "spark"]),
    help="Print the SQL as this engine writes it; duckdb by default.",
)
@preselected_option
@seed_option
@missing_option
@where_option
@candidates_option
@since_option
@attach_option
@memory_limit_option
@output_option()
def explain_command(
    config: str,
    database: str,
    dataset: str,
    as_sql: bool,
    dialect: Dialect | None,
    attach: tuple[str, ...],
    output: str | None,
    **asked: Any,  # noqa: ANN401 - the options that Database.explain has by the same names
) -> None:
    """Show how CONFIG would be run on a dataset: the plan, or with --sql the very statements. Nothing runs.

    CONFIG is a JSON file, - for stdin, or the JSON itself.
    """
    from sqlsel.cli.opening import open_existing
    from sqlsel.cli.printing import destination, write_text

    source = config_source(config)
    with open_existing(database, attach=attach) as db:
        explanation = db.explain(source, dataset=dataset, **asked)
    for notice in explanation.notices:
        say(f"note: {notice}")
    with destination(output) as out:
        write_text(explanation.sql(dialect or "duckdb") if as_sql or dialect else str(explanation), out)
