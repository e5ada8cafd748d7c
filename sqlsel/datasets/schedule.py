"""Scheduled runs: what was asked, and the states that each went through."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.imagery import has_catalog_table, insert_row, text_or_null
from sqlsel.datasets.runs import timestamp
from sqlsel.datasets.tables import catalog_table, make_catalog
from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlsel.engines.base import Engine

RUNS = "scheduled_runs"
STATES = "run_states"


@dataclass(frozen=True, slots=True)
class StateChange:
    """One state of a run.

    Attributes:
        state: ``OPEN`` while it waits, then what it does, then how it ended.
        message: What there is to say about it.
        at: Since when, in UTC.
        run_id: The attempt; None while it waits.
    """

    state: str
    message: str
    at: datetime
    run_id: str | None = None


@dataclass(frozen=True, slots=True)
class ScheduledRun:
    """A run that was scheduled.

    Attributes:
        scheduled_id: Its name: 24 hex digits.
        dataset: The dataset it selects from.
        created_at: When it was scheduled, in UTC.
        priority: ``LOW``, ``MID``, ``HIGH`` or ``CRITICAL``.
        runs_on: Labels of workers that were asked for.
        selection_config: The config.
        worker_config: What the worker should do beside it.
        lightly_config: The seed.
        states: What became of it, in order; the last one is where it is.
    """

    scheduled_id: str
    dataset: str
    created_at: datetime
    priority: str
    runs_on: tuple[str, ...]
    selection_config: Mapping[str, Any]
    worker_config: Mapping[str, Any]
    lightly_config: Mapping[str, Any]
    states: tuple[StateChange, ...] = field(default=())

    @property
    def last(self) -> StateChange:
        """Where it is."""
        return self.states[-1]

    @property
    def attempt(self) -> tuple[StateChange, ...]:
        """The states since it was scheduled, or last scheduled again."""
        opened = [number for number, change in enumerate(self.states) if change.state == "OPEN"]
        return self.states[opened[-1] :]


def add_run(
    engine: Engine,
    dataset: str,
    *,
    selection_config: Mapping[str, Any],
    worker_config: Mapping[str, Any],
    lightly_config: Mapping[str, Any],
    priority: str,
    runs_on: tuple[str, ...],
) -> str:
    """Record a run that is to happen; returns its name."""
    make_schedule(engine)
    scheduled_id = uuid4().hex[:24]
    labels = [sql.text(label) for label in runs_on]
    row = {
        "scheduled_id": sql.text(scheduled_id),
        "dataset": sql.text(dataset),
        "created_at": timestamp(datetime.now(UTC)),
        "priority": sql.text(priority),
        "runs_on": exp.cast(exp.Array(expressions=labels), "VARCHAR[]"),
        "selection_config": sql.text(json.dumps(selection_config)),
        "worker_config": sql.text(json.dumps(worker_config)),
        "lightly_config": sql.text(json.dumps(lightly_config)),
    }
    with engine.transaction():
        insert_row(engine, RUNS, row)
        _add_state(engine, scheduled_id, "OPEN", "waiting for the worker", None)
    return scheduled_id


def add_state(engine: Engine, scheduled_id: str, state: str, message: str, run_id: str | None) -> StateChange:
    """Record that a run is in another state."""
    return _add_state(engine, scheduled_id, state, message, run_id)


def make_schedule(engine: Engine) -> None:
    """Make the tables of the schedule where the database lacks them."""
    if not has_catalog_table(engine, STATES):
        with engine.transaction():
            make_catalog(engine)


def read_schedule(engine: Engine, dataset: str | None = None) -> tuple[ScheduledRun, ...]:
    """The scheduled runs of a dataset, or of all, the oldest first."""
    if not has_catalog_table(engine, STATES):
        return ()
    columns = ("scheduled_id", "dataset", "created_at", "priority", "runs_on")
    configs = ("selection_config", "worker_config", "lightly_config")
    query = exp.select(*(sql.column(name) for name in (*columns, *configs))).from_(catalog_table(engine.catalog, RUNS))
    if dataset is not None:
        query = query.where(sql.column("dataset").eq(sql.text(dataset)))
    query = query.order_by(sql.ascending(sql.column("created_at")), sql.ascending(sql.column("scheduled_id")))
    # a run is stored together with its first state, so the states of those read here are there by now
    rows = engine.rows(query)
    states = _states(engine)
    return tuple(_run(row, states) for row in rows)


def read_run(engine: Engine, scheduled_id: str) -> ScheduledRun:
    """One scheduled run, by its name or the beginning of that.

    Raises:
        UsageError: If there is none of that name, or several begin so.
    """
    return find_run(read_schedule(engine), scheduled_id)


def find_run(runs: Iterable[ScheduledRun], scheduled_id: str) -> ScheduledRun:
    """The same among runs that were read."""
    found = [run for run in runs if scheduled_id and run.scheduled_id.startswith(scheduled_id)]
    if len(found) != 1:
        said = f"{len(found)} scheduled runs begin with" if found else "there is no scheduled run"
        raise UsageError(f"{said} {scheduled_id!r}", hint="`sqlsel runs` lists those there are")
    return found[0]


def _run(row: tuple[Any, ...], states: Mapping[str, list[StateChange]]) -> ScheduledRun:
    name, dataset, created_at, priority, runs_on, selection, worker, lightly = row
    return ScheduledRun(
        scheduled_id=name,
        dataset=dataset,
        created_at=created_at,
        priority=priority,
        runs_on=tuple(runs_on),
        selection_config=json.loads(selection),
        worker_config=json.loads(worker),
        lightly_config=json.loads(lightly),
        states=tuple(states[name]),
    )


def _states(engine: Engine) -> dict[str, list[StateChange]]:
    names = ("scheduled_id", "state", "message", "changed_at", "run_id")
    query = exp.select(*(sql.column(name) for name in names)).from_(catalog_table(engine.catalog, STATES))
    found: dict[str, list[StateChange]] = {}
    order = [sql.ascending(sql.column(name)) for name in ("scheduled_id", "number")]
    for scheduled_id, *change in engine.rows(query.order_by(*order)):
        found.setdefault(scheduled_id, []).append(StateChange(*change))
    return found


def _add_state(engine: Engine, scheduled_id: str, state: str, message: str, run_id: str | None) -> StateChange:
    table, now = catalog_table(engine.catalog, STATES), datetime.now(UTC).replace(tzinfo=None)
    earlier = exp.select(sql.count()).from_(table).where(sql.column("scheduled_id").eq(sql.text(scheduled_id)))
    row = {
        "scheduled_id": sql.text(scheduled_id),
        "number": exp.Subquery(this=earlier),
        "run_id": text_or_null(run_id),
        "state": sql.text(state),
        "message": sql.text(message),
        "changed_at": timestamp(now),
    }
    insert_row(engine, STATES, row)
    return StateChange(state, message, now, run_id)
