"""sqlsel runs: what was scheduled and what was selected, with the state of each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sqlsel.cli.commands.listings import FORMATS, HOW, print_rows
from sqlsel.cli.examples import examples
from sqlsel.cli.options import database_option, dataset_option, format_option, output_option
from sqlsel.cli.telling import say

if TYPE_CHECKING:
    from sqlsel.datasets.schedule import ScheduledRun
    from sqlsel.scheduling import RunRow

_SHORT = 8
"""Characters of a run's name that tables show, and that are enough to name it."""


@click.group(
    "runs",
    short_help="List runs with their states; show, cancel, repeat one.",
    invoke_without_command=True,
    subcommand_metavar="[show|again|cancel RUN]",
    epilog=examples(
        "all runs of a database, and those of one dataset for a program",
        "sqlsel runs --db demo.duckdb",
        "sqlsel runs --db demo.duckdb --dataset digits --format json",
        "every state of scheduled runs, in SQL",
        'sqlsel sql --db demo.duckdb "SELECT * FROM sqlsel.runs"',
    ),
)
@database_option(required=False)
@dataset_option(required=False, text="Only the runs of this dataset.")
@format_option(*FORMATS, text=HOW)
@output_option()
@click.pass_context
def runs_command(
    ctx: click.Context, database: str | None, dataset: str | None, format_name: str | None, output: str | None
) -> None:
    """List the runs of a database, the oldest first: scheduled ones, and selections that were kept as a tag.

    A run is OPEN while it waits, then what the worker does, and COMPLETED, FAILED, CRASHED or CANCELED at the end. One
    whose process died is shown as FAILED. While another process works on the database, its scheduled runs are shown as
    that process tells of them.
    """
    ctx.obj = {"database": database}
    if ctx.invoked_subcommand is not None:
        return
    if database is None:
        raise click.MissingParameter(ctx=ctx, param_type="option", param_hint="'--db'")
    from sqlsel.cli.printing import TABLE, chosen_format

    whole = chosen_format(format_name, output) != TABLE
    rows = [_shown(row, whole=whole) for row in _rows(database, dataset)]
    print_rows(rows, format_name, output, empty="no runs; `sqlsel select` with --tag makes one")


def _shown(row: RunRow, *, whole: bool) -> dict[str, object]:
    """A run as it is printed: whole for programs, and for people as much as a line holds."""
    message = row.message if whole else "" if row.state == "COMPLETED" else row.message.partition("\n")[0]
    return {
        "run": row.run if whole else row.run[:_SHORT],
        "dataset": row.dataset,
        "state": row.state,
        "tag": row.tag,
        "since": f"{row.since:%Y-%m-%d %H:%M:%S}" if whole else f"{row.since:%m-%d %H:%M:%S}",
        "seconds": None if row.seconds is None else round(row.seconds, 3),
        "message": message or None,
    }


def _schedule(database: str) -> list[ScheduledRun]:
    """The scheduled runs, by this process or as the one tells of them that works on the database."""
    from sqlsel.cli.opening import open_existing
    from sqlsel.datasets.schedule import read_schedule
    from sqlsel.errors import DatabaseLockedError
    from sqlsel.scheduling import scheduled_by_others
    from sqlsel.scheduling.states import settled

    try:
        with open_existing(database) as db:
            return [settled(run) for run in read_schedule(db.engine)]
    except DatabaseLockedError:
        told = scheduled_by_others(Path(database))
        if told is None:
            raise
        return told


def _rows(database: str, dataset: str | None) -> list[RunRow]:
    from sqlsel.cli.opening import open_existing
    from sqlsel.datasets.catalog import DatasetCatalog
    from sqlsel.datasets.datasources import created_datasets
    from sqlsel.errors import DatabaseLockedError
    from sqlsel.scheduling import list_runs, runs_of_others

    try:
        with open_existing(database) as db:
            if dataset is not None and dataset not in created_datasets(db.engine):
                DatasetCatalog(db.engine).check_dataset(dataset)
            return list_runs(db.engine, dataset)
    except DatabaseLockedError:
        told = runs_of_others(Path(database), dataset)
        if told is None:
            raise
        return told


@runs_command.command(
    "show",
    short_help="Show every state of a scheduled run.",
    epilog=examples(
        "the runs, to see which there are",
        "sqlsel runs --db demo.duckdb",
    ),
)
@click.argument("run", metavar="RUN")
@database_option(required=False)
@format_option(*FORMATS, text=HOW)
@output_option()
@click.pass_context
def show_command(
    ctx: click.Context, run: str, database: str | None, format_name: str | None, output: str | None
) -> None:
    """Show every state that RUN went through, with its time and all that was said, errors and notices among it.

    RUN is a scheduled run: its name, or the beginning of it.
    """
    from sqlsel.datasets.schedule import find_run

    found = find_run(_schedule(_named_database(ctx, database)), run)
    rows = [
        {"state": change.state, "since": f"{change.at:%Y-%m-%d %H:%M:%S}", "message": change.message}
        for change in found.states
    ]
    print_rows(rows, format_name, output, empty="no states")


def _named_database(ctx: click.Context, database: str | None) -> str:
    """The database that --db names, here or before the subcommand."""
    path: str | None = database or ctx.obj["database"]
    if path is None:
        raise click.MissingParameter(ctx=ctx, param_type="option", param_hint="'--db'")
    return path


@runs_command.command(
    "again",
    short_help="Run a scheduled run once more.",
    epilog=examples(
        "the runs, to see which one failed",
        "sqlsel runs --db demo.duckdb",
    ),
)
@click.argument("run", metavar="RUN")
@database_option(required=False)
@click.pass_context
def again_command(ctx: click.Context, run: str, database: str | None) -> None:
    """Run RUN again, and every run that waits; returns when they have ended.

    RUN is a scheduled run that has ended, or whose process died: its name, or the beginning of it.
    """
    from sqlsel.cli.opening import open_existing
    from sqlsel.datasets.schedule import read_run
    from sqlsel.errors import SelectionError
    from sqlsel.scheduling import run_again, run_waiting

    path = _named_database(ctx, database)
    with open_existing(path, writing=True) as db:
        run_again(db, run)
        run_waiting(db, Path(path).absolute())
        last = read_run(db.engine, run).last
    if last.state != "COMPLETED":
        raise SelectionError(f"run {run} {last.state.lower()}: {last.message}")
    say(f"run {run}: {last.message}")


@runs_command.command(
    "cancel",
    short_help="Cancel a scheduled run that waits.",
    epilog=examples(
        "the runs, to see which ones wait: they are OPEN",
        "sqlsel runs --db demo.duckdb",
    ),
)
@click.argument("run", metavar="RUN")
@database_option(required=False)
@click.pass_context
def cancel_command(ctx: click.Context, run: str, database: str | None) -> None:
    """Cancel RUN, a scheduled run that no worker has taken: its name, or the beginning of it.

    Where another process works on the database, it is asked to cancel the run before it takes the next one.
    """
    from sqlsel.cli.opening import open_existing
    from sqlsel.errors import DatabaseLockedError
    from sqlsel.scheduling import cancel_run

    path = _named_database(ctx, database)
    try:
        with open_existing(path, writing=True) as db:
            cancel_run(db, run)
    except DatabaseLockedError:
        _ask_to_cancel(Path(path), run)
    else:
        say(f"run {run}: canceled")


def _ask_to_cancel(database: Path, run: str) -> None:
    from sqlsel.datasets.schedule import find_run
    from sqlsel.errors import UsageError
    from sqlsel.scheduling import WAITING, ask_to_cancel

    found = find_run(_schedule(str(database)), run)
    if found.last.state != WAITING:
        raise UsageError(f"run {run} is {found.last.state}", hint="only a run that waits can be canceled")
    ask_to_cancel(database, found.scheduled_id)
    say(f"run {run}: the process that works on {database} cancels it before it takes the next run")
