"""The worker: a thread that does the scheduled runs of one database, one after the other."""

from __future__ import annotations

import sys
import threading
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sqlsel.datasets.runs import new_run_id
from sqlsel.datasets.schedule import add_state, read_run, read_schedule
from sqlsel.errors import SqlselError, UsageError
from sqlsel.scheduling.beside import StatesBeside, tell_of_new
from sqlsel.scheduling.running import run_job
from sqlsel.scheduling.states import CANCELED, ENDED, TAKING, WAITING, Alive, settle

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlsel.database import Database
    from sqlsel.datasets.schedule import ScheduledRun
    from sqlsel.engines.base import Engine
    from sqlsel.scheduling.states import State

    Sessions = Callable[[], AbstractContextManager[Database]]

_PRIORITIES = ("CRITICAL", "HIGH", "MID", "LOW")

_by_path: dict[Path, Worker] = {}
_by_connection: WeakKeyDictionary[object, Worker] = WeakKeyDictionary()
_lock = threading.Lock()


class Worker:
    """Does the runs that wait in a database, while there are any; a program ends when its worker has.

    Args:
        sessions: Opens a session of the worker's own.
        path: The database file; None for one that is nowhere else seen.
    """

    def __init__(self, sessions: Sessions, path: Path | None) -> None:
        self._sessions = sessions
        self._path = path
        self._state = threading.Lock()
        self._asked = False
        self._mine: set[str] = set()
        self._thread: threading.Thread | None = None

    def wake(self, scheduled_id: str) -> None:
        """Have a run done, and all others that wait by now. Returns at once."""
        with self._state:
            self._asked = True
            self._mine.add(scheduled_id)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="sqlsel-worker")
                self._thread.start()

    def tell_of_new(self, engine: Engine) -> None:
        """Have other processes know of what was scheduled while this one does a run."""
        tell_of_new(self._path, engine)

    def wake_if(self, scheduled_id: str) -> None:
        """The same for a run that waits still, if it was scheduled in this process and the worker has gone idle."""
        with self._state:
            forgotten = self._thread is None and scheduled_id in self._mine
        if forgotten:
            self.wake(scheduled_id)

    def join(self) -> None:
        """Wait until nothing is left to do."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _work(self) -> None:
        while self._goes_on():
            try:
                with self._sessions() as db:
                    run_waiting(db, self._path)
            except Exception as failure:  # noqa: BLE001 - the thread has nobody to raise it to
                print(f"sqlsel worker: {failure}", file=sys.stderr)  # noqa: T201 - nobody else could tell

    def _goes_on(self) -> bool:
        with self._state:
            if self._asked:
                self._asked = False
                return True
            self._thread = None
            return False


def worker_of(sessions: Sessions, path: Path | None, connection: object = None) -> Worker:
    """The worker of a database in this process: one for each file, and for each connection that is handed over.

    Args:
        sessions: Opens a session of the worker's own.
        path: The database file, if it is opened by its path.
        connection: Else the connection to it.
    """
    with _lock:
        if path is not None:
            return _by_path.setdefault(path, Worker(sessions, path))
        return _by_connection.setdefault(connection, Worker(sessions, None))


def run_waiting(db: Database, path: Path | None = None) -> int:
    """Do the runs that wait, the most urgent and then the oldest first, and return how many that were.

    Args:
        db: A session of their own.
        path: The database file, beside which their states are told to other processes.
    """
    # states are told in the middle of statements and transactions of the run, so they have a session of their own
    states, done = db.engine.cursor(), 0
    try:
        settle(states)
        with StatesBeside(states, path) as beside:
            while waiting := _waiting(states, beside):
                done += _do(db, min(waiting, key=lambda run: _PRIORITIES.index(run.priority)), states, beside)
    finally:
        states.close()
    return done


def _waiting(states: Engine, beside: StatesBeside) -> list[ScheduledRun]:
    """The runs that wait, without those that another process has asked to cancel."""
    for scheduled_id in beside.asked_to_cancel():
        with suppress(UsageError):
            _cancel(states, scheduled_id)
            beside.write()
    return [run for run in read_schedule(states) if run.last.state == WAITING]


def cancel_run(db: Database, scheduled_id: str) -> None:
    """Cancel a run that waits; one that was canceled stays so.

    Raises:
        UsageError: If there is no such run, or the worker has taken it.
    """
    settle(db.engine)
    _cancel(db.engine, scheduled_id)


def _cancel(engine: Engine, scheduled_id: str) -> None:
    with TAKING:
        run = read_run(engine, scheduled_id)
        state = run.last.state
        if state == CANCELED:
            return
        if state != WAITING:
            raise UsageError(f"run {run.scheduled_id} is {state}", hint="only a run that waits can be canceled")
        add_state(engine, run.scheduled_id, CANCELED, "canceled while it waited", None)


def run_again(db: Database, scheduled_id: str) -> None:
    """Have a run wait again that has ended, or whose process died; one that waits goes on waiting.

    Raises:
        UsageError: If there is no such run, or it is being worked on.
    """
    settle(db.engine)
    run = read_run(db.engine, scheduled_id)
    last = run.last
    if last.state == WAITING:
        return
    if last.state not in ENDED:
        raise UsageError(f"run {run.scheduled_id} is {last.state}", hint="run it again once it has ended")
    add_state(db.engine, run.scheduled_id, WAITING, "waiting for the worker, again", None)


def _do(db: Database, run: ScheduledRun, states: Engine, beside: StatesBeside) -> bool:
    """One attempt: whatever comes of it is a state. False if the run has been canceled meanwhile."""
    run_id = new_run_id()

    def tell(state: State, message: str) -> None:
        add_state(states, run.scheduled_id, state, message, run_id)
        beside.write()

    with Alive(run_id):
        with TAKING:
            if read_run(states, run.scheduled_id).last.state != WAITING:
                return False
            tell("STARTED", "the worker has taken the run")
        try:
            selection = run_job(db, run, run_id, tell)
        except SqlselError as failure:
            tell("FAILED", str(failure))
        except KeyboardInterrupt:
            tell("FAILED", "interrupted; nothing of its selection was stored")
            raise
        except Exception as failure:  # noqa: BLE001 - whatever it is, the run is told of it, and the next one goes on
            tell("CRASHED", f"{type(failure).__name__}: {failure}\n{traceback.format_exc()}")
        else:
            notices = "".join(f"\nnote: {notice}" for notice in selection.summary()["notices"])
            tell("COMPLETED", f"selected {len(selection):,} samples as tag {selection.tag}{notices}")
    return True
