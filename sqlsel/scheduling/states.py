"""The states of a run, by Lightly's names, and what is known of those that nobody works on any more."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from sqlsel.datasets.schedule import StateChange, add_state, read_schedule

if TYPE_CHECKING:
    from sqlsel.datasets.schedule import ScheduledRun
    from sqlsel.engines.base import Engine

State = Literal[
    "OPEN",
    "STARTED",
    "LOADING_DATASET",
    "COMPUTING_METADATA",
    "EMBEDDING",
    "PRETAGGING",
    "SAMPLING",
    "COMPLETED",
    "FAILED",
    "CRASHED",
    "CANCELED",
]

WAITING = "OPEN"
CANCELED = "CANCELED"
ENDED = frozenset({"COMPLETED", "FAILED", "CRASHED", CANCELED})
DIED = "the process that ran it ended before the run did; nothing of its selection was stored"

TAKING = threading.Lock()
"""Held while a run that waits is taken by the worker, or canceled: never both."""

_live: set[str] = set()
_lock = threading.Lock()


class Alive:
    """While the context lasts, an attempt is known to be worked on in this process."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id

    def __enter__(self) -> None:
        with _lock:
            _live.add(self._run_id)

    def __exit__(self, *_: object) -> None:
        with _lock:
            _live.discard(self._run_id)


def has_died(change: StateChange) -> bool:
    """Whether nobody works on a run in this state, which has not ended.

    The database is locked by the process that works on a run. Whoever can read it knows that no other process does.
    """
    with _lock:
        return change.state not in ENDED and change.state != WAITING and change.run_id not in _live


def settled(run: ScheduledRun) -> ScheduledRun:
    """The run, as failed if its process died."""
    if not has_died(run.last):
        return run
    failed = StateChange("FAILED", DIED, run.last.at, run.last.run_id)
    return replace(run, states=(*run.states, failed))


def settle(engine: Engine) -> None:
    """Record of the runs whose process died that they failed."""
    for run in read_schedule(engine):
        if has_died(run.last):
            add_state(engine, run.scheduled_id, "FAILED", DIED, run.last.run_id)


def now() -> datetime:
    """This moment in UTC, without a zone, as the tables have it."""
    return datetime.now(UTC).replace(tzinfo=None)
