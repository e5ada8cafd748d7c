"""The states of runs in a small file beside the database, for processes that cannot read it while it is worked on."""

from __future__ import annotations

import glob
import json
import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from sqlsel.datasets.schedule import read_schedule

if TYPE_CHECKING:
    from pathlib import Path

    from sqlsel.datasets.schedule import ScheduledRun
    from sqlsel.engines.base import Engine


_open: dict[Path, StatesBeside] = {}
_lock = threading.RLock()


class StatesBeside:
    """Keeps the file true while runs are done, and takes it away afterwards.

    Args:
        engine: The session to read the schedule through.
        path: The database file; None for a database that no other process can see.
    """

    def __init__(self, engine: Engine, path: Path | None) -> None:
        self._engine = engine
        self._path = None if path is None else file_beside(path)

    def __enter__(self) -> Self:
        with _lock:
            if self._path is not None:
                _open[self._path] = self
            self.write()
        return self

    def __exit__(self, *_: object) -> None:
        # what comes too late is not for whoever works next
        self.asked_to_cancel()
        with _lock:
            if self._path is not None:
                _open.pop(self._path, None)
                with suppress(OSError):
                    self._path.unlink()

    def asked_to_cancel(self) -> list[str]:
        """The runs that other processes have asked to cancel since this was last called."""
        if self._path is None:
            return []
        asked = list(self._path.parent.glob(f"{glob.escape(self._path.name)}.cancel-*"))
        for file in asked:
            with suppress(OSError):
                file.unlink()
        return [file.name.rpartition("-")[2] for file in asked]

    def write(self, engine: Engine | None = None) -> None:
        """Write the states as they are now. A folder that cannot be written to has no such file.

        Args:
            engine: The session to read them through, where the one of the work is another thread's.
        """
        if self._path is None:
            return
        with _lock:
            told = {"pid": os.getpid(), "runs": [plain(run) for run in read_schedule(engine or self._engine)]}
            made = self._path.with_name(f"{self._path.name}.{os.getpid()}")
            with suppress(OSError):
                made.write_text(json.dumps(told, default=str), encoding="utf-8")
                made.replace(self._path)


def tell_of_new(database: Path | None, engine: Engine) -> None:
    """Write the states again, with a run that was just scheduled, where this process does other runs meanwhile."""
    with _lock:
        beside = None if database is None else _open.get(file_beside(database))
        if beside is not None:
            beside.write(engine)


def file_beside(database: Path) -> Path:
    """The file: ``curation.duckdb.runs.json``."""
    return database.with_name(f"{database.name}.runs.json")


def ask_to_cancel(database: Path, scheduled_id: str) -> None:
    """Ask the process that works on a database to cancel a run that waits, before it takes the next one."""
    file = file_beside(database)
    file.with_name(f"{file.name}.cancel-{scheduled_id}").touch()


def read_beside(database: Path) -> list[dict[str, Any]] | None:
    """The runs as another process tells of them; None where none does, or it is gone."""
    try:
        told = json.loads(file_beside(database).read_text(encoding="utf-8"))
        os.kill(told["pid"], 0)
    except (OSError, ValueError):
        return None
    runs: list[dict[str, Any]] = told["runs"]
    return runs


def plain(run: ScheduledRun) -> dict[str, Any]:
    """A run as JSON can hold it."""
    return {
        "scheduled_id": run.scheduled_id,
        "dataset": run.dataset,
        "created_at": str(run.created_at),
        "priority": run.priority,
        "runs_on": list(run.runs_on),
        "selection_config": dict(run.selection_config),
        "worker_config": dict(run.worker_config),
        "lightly_config": dict(run.lightly_config),
        "states": [
            {"state": change.state, "message": change.message, "at": str(change.at), "run_id": change.run_id}
            for change in run.states
        ],
    }
