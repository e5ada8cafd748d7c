"""All runs of a database, scheduled ones and selections that were made at once, as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.imagery import has_catalog_table
from sqlsel.datasets.schedule import ScheduledRun, StateChange, read_schedule
from sqlsel.datasets.tables import catalog_table
from sqlsel.scheduling.beside import read_beside
from sqlsel.scheduling.states import ENDED, WAITING, now, settled

if TYPE_CHECKING:
    from pathlib import Path

    from sqlsel.engines.base import Engine


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run.

    Attributes:
        run: The name of a scheduled run, or of a selection that was made at once.
        dataset: The dataset.
        state: Where it is.
        tag: The tag that it made.
        since: When it was scheduled, or began, in UTC.
        started: When the worker took it.
        seconds: How long it took, or has taken so far.
        message: The last thing that was said about it.
    """

    run: str
    dataset: str
    state: str
    tag: str | None
    since: datetime
    started: datetime | None
    seconds: float | None
    message: str


def list_runs(engine: Engine, dataset: str | None = None) -> list[RunRow]:
    """The runs of a dataset, or of all, the oldest first."""
    scheduled = [settled(run) for run in read_schedule(engine, dataset)]
    attempts = {change.run_id for run in scheduled for change in run.states}
    kept = kept_runs(engine, dataset)
    rows = [_row(run, kept) for run in scheduled]
    rows += [row for run_id, row in kept.items() if run_id not in attempts]
    return sorted(rows, key=lambda row: (row.since, row.run))


def runs_of_others(database: Path, dataset: str | None = None) -> list[RunRow] | None:
    """The scheduled runs of a database that another process works on; None where no process tells of them."""
    told = scheduled_by_others(database)
    return None if told is None else [_row(run, {}) for run in told if dataset in (None, run.dataset)]


def scheduled_by_others(database: Path) -> list[ScheduledRun] | None:
    """The scheduled runs of such a database as they were scheduled; None where no process tells of them."""
    told = read_beside(database)
    if told is None:
        return None
    return [
        ScheduledRun(
            **{
                **run,
                "created_at": datetime.fromisoformat(run["created_at"]),
                "runs_on": tuple(run["runs_on"]),
                "states": tuple(
                    StateChange(each["state"], each["message"], datetime.fromisoformat(each["at"]), each["run_id"])
                    for each in run["states"]
                ),
            }
        )
        for run in told
    ]


def _row(run: ScheduledRun, kept: dict[str, RunRow]) -> RunRow:
    last, attempt = run.last, run.attempt
    started = attempt[1].at if len(attempt) > 1 and attempt[1].run_id is not None else None
    end = last.at if last.state in ENDED else now()
    made = kept.get(last.run_id or "")
    return RunRow(
        run=run.scheduled_id,
        dataset=run.dataset,
        state=last.state,
        tag=made.tag if made is not None and last.state == "COMPLETED" else None,
        since=run.created_at,
        started=started,
        seconds=None if started is None or last.state == WAITING else (end - started).total_seconds(),
        message=last.message,
    )


def kept_runs(engine: Engine, dataset: str | None) -> dict[str, RunRow]:
    """The selections that were kept, by run."""
    if not has_catalog_table(engine, "runs"):
        return {}
    names = ("run_id", "dataset", "tag", "started_at", "finished_at", "stop")
    query = exp.select(*(sql.column(name) for name in names)).from_(catalog_table(engine.catalog, "runs"))
    if dataset is not None:
        query = query.where(sql.column("dataset").eq(sql.text(dataset)))
    return {
        run: RunRow(run, owner, "COMPLETED", tag, began, began, (end - began).total_seconds(), stop or "")
        for run, owner, tag, began, end, stop in engine.rows(query)
    }
