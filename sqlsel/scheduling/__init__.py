"""Selections that are scheduled: recorded in the database, run by a thread of this process, and watched by anybody."""

from __future__ import annotations

from sqlsel.scheduling.beside import ask_to_cancel
from sqlsel.scheduling.listing import RunRow, kept_runs, list_runs, runs_of_others, scheduled_by_others
from sqlsel.scheduling.states import CANCELED, ENDED, WAITING
from sqlsel.scheduling.worker import Worker, cancel_run, run_again, run_waiting, worker_of
from sqlsel.scheduling.worker_config import InvalidConfigurationError, WorkerOptions, read_worker_config

__all__ = [
    "CANCELED",
    "ENDED",
    "WAITING",
    "InvalidConfigurationError",
    "RunRow",
    "Worker",
    "WorkerOptions",
    "ask_to_cancel",
    "cancel_run",
    "kept_runs",
    "list_runs",
    "read_worker_config",
    "run_again",
    "run_waiting",
    "runs_of_others",
    "scheduled_by_others",
    "worker_of",
]
