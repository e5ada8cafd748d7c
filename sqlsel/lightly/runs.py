"""Calls that schedule runs and watch them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import sqlsel
from sqlsel.config import read_config
from sqlsel.config.models import Config
from sqlsel.datasets.datasources import datasource
from sqlsel.datasets.schedule import add_run, read_schedule
from sqlsel.errors import DatabaseLockedError, UsageError
from sqlsel.lightly.data import NOT_FOUND, ComputeWorkerRunInfo, DockerRunData, DockerRunScheduledData, milliseconds
from sqlsel.lightly.sessions import dataset_name, tell_ignored
from sqlsel.queries import Lookup
from sqlsel.scheduling import (
    CANCELED,
    ENDED,
    WAITING,
    cancel_run,
    read_worker_config,
    run_again,
    scheduled_by_others,
)
from sqlsel.scheduling.running import selection_config as whole_config
from sqlsel.scheduling.states import settled
from sqlsel.words import did_you_mean, listing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlsel.database import Database
    from sqlsel.datasets.schedule import ScheduledRun, StateChange
    from sqlsel.lightly.sessions import Sessions

PRIORITIES = ("LOW", "MID", "HIGH", "CRITICAL")
_PAUSE = 0.1


class RunCalls:
    """The part of the client that schedules runs and watches them."""

    _sessions: Sessions
    dataset_id: str

    def schedule_compute_worker_run(
        self,
        worker_config: Mapping[str, Any] | None = None,
        lightly_config: Mapping[str, Any] | None = None,
        selection_config: Mapping[str, Any] | Config | None = None,
        priority: str = "MID",
        runs_on: Sequence[str] | None = None,
    ) -> str:
        """Record a run and have it done by a thread of this process. Returns at once.

        A program ends when its runs have. Runs of one database are done one after the other, by priority.

        Args:
            worker_config: ``use_datapool``, ``pretagging``, ``selected_sequence_length``, ``relevant_filenames_file``,
                ``normalize_embeddings``, ``embeddings`` and ``datasource.process_all``; other options of Lightly's are
                told to have no effect.
            lightly_config: ``seed``; other options are told to have no effect.
            selection_config: The config: a dict, or what ``sqlsel.config`` made.
            priority: ``LOW``, ``MID``, ``HIGH`` or ``CRITICAL``.
            runs_on: Labels of workers; here any worker does any run.

        Returns:
            The name of the scheduled run.

        Raises:
            ConfigError: If the selection config is wrong, with every problem.
            InvalidConfigurationError: If the worker config or the lightly config is.
            UsageError: If the dataset or the priority does not exist, or there is no selection config.
        """
        if selection_config is None:
            raise UsageError("selection_config is missing", hint="say what to select: a dict, or sqlsel.config(...)")
        if priority not in PRIORITIES:
            raise UsageError(
                f"unknown priority {priority!r}{did_you_mean(priority, PRIORITIES)}",
                hint=f"there is: {listing(PRIORITIES)}",
            )
        options, notices = read_worker_config(worker_config, lightly_config)
        given = selection_config.to_dict() if isinstance(selection_config, Config) else dict(selection_config)
        with self._sessions.open() as db:
            name = dataset_name(db, self.dataset_id)
            config = _checked(db, name, whole_config(given, options))
            scheduled_id = add_run(
                db.engine,
                name,
                selection_config=config.to_dict(),
                worker_config=worker_config or {},
                lightly_config=lightly_config or {},
                priority=priority,
                runs_on=tuple(runs_on or ()),
            )
            self._sessions.worker().tell_of_new(db.engine)
        for notice in notices:
            tell_ignored(notice)
        self._sessions.worker().wake(scheduled_id)
        return scheduled_id

    def run_again(self, scheduled_run_id: str) -> None:
        """Have a run done again that has ended, whether well or not; this is beyond Lightly.

        Raises:
            UsageError: If there is no such run, or it has not ended.
        """
        with self._sessions.open() as db:
            run_again(db, scheduled_run_id)
            self._sessions.worker().tell_of_new(db.engine)
        self._sessions.worker().wake(scheduled_run_id)

    def cancel_run(self, scheduled_run_id: str) -> None:
        """Cancel a run that waits, as Lightly's web page does.

        Raises:
            UsageError: If there is no such run, or the worker has taken it.
        """
        with self._sessions.open() as db:
            cancel_run(db, scheduled_run_id)

    def get_compute_worker_run_info(self, scheduled_run_id: str) -> ComputeWorkerRunInfo:
        """Where a run is."""
        run = next((run for run in self._schedule() if run.scheduled_id == scheduled_run_id), None)
        if run is None:
            return ComputeWorkerRunInfo(NOT_FOUND, f"there is no scheduled run {scheduled_run_id!r}")
        return _info(run.last)

    def compute_worker_run_info_generator(self, scheduled_run_id: str) -> Iterator[ComputeWorkerRunInfo]:
        """Every state of a run as it comes, until it has ended."""
        told = 0
        while True:
            run = next((run for run in self._schedule() if run.scheduled_id == scheduled_run_id), None)
            if run is None:
                yield self.get_compute_worker_run_info(scheduled_run_id)
                return
            states = run.attempt
            yield from (_info(change) for change in states[told:])
            told = len(states)
            if run.last.state in ENDED:
                return
            if run.last.state == WAITING:
                self._sessions.worker().wake_if(scheduled_run_id)
            time.sleep(_PAUSE)

    def get_scheduled_compute_worker_runs(self, state: str | None = None) -> list[DockerRunScheduledData]:
        """The runs of the dataset that were scheduled: in a state, or those that have not ended.

        Args:
            state: ``OPEN`` (they wait), ``LOCKED`` (they run), ``DONE`` or ``CANCELED``.
        """
        found = [_scheduled(run) for run in self._schedule(self.dataset_id)]
        return [run for run in found if (run.state in ("OPEN", "LOCKED") if state is None else run.state == state)]

    def get_compute_worker_runs(self, dataset_id: str | None = None) -> list[DockerRunData]:
        """The runs that the worker has taken, of one dataset or of all, from the oldest to the latest."""
        return [_taken(run) for run in self._schedule(dataset_id) if run.last.run_id is not None]

    def get_compute_worker_runs_iter(self, dataset_id: str | None = None) -> Iterator[DockerRunData]:
        """The same, one after the other."""
        yield from self.get_compute_worker_runs(dataset_id)

    def get_compute_worker_run(self, run_id: str) -> DockerRunData:
        """One run that the worker has taken.

        Raises:
            UsageError: If there is none of that name.
        """
        return self._taken_run(run_id, "run", [run for run in self.get_compute_worker_runs() if run.id == run_id])

    def get_compute_worker_run_from_scheduled_run(self, scheduled_run_id: str) -> DockerRunData:
        """The run of a scheduled run.

        Raises:
            UsageError: If there is none, or the worker has not taken it yet.
        """
        runs = [run for run in self.get_compute_worker_runs() if run.scheduled_id == scheduled_run_id]
        return self._taken_run(scheduled_run_id, "scheduled run that the worker has taken", runs)

    def _taken_run(self, name: str, what: str, found: list[DockerRunData]) -> DockerRunData:
        if not found:
            raise UsageError(f"there is no {what} {name!r}", hint="client.get_compute_worker_runs() lists them")
        return found[0]

    def register_compute_worker(self, name: str = "Default", labels: Sequence[str] | None = None) -> str:
        """Nothing to do: the worker is a thread of this process. Returns its name."""
        if labels:
            tell_ignored("labels have no effect here: the worker does every run")
        return name

    def get_compute_worker_ids(self) -> list[str]:
        """The workers: one."""
        return ["Default"]

    def _schedule(self, dataset_id: str | None = None) -> list[ScheduledRun]:
        """The scheduled runs of a dataset, or of all, also while another process works on them."""
        path = self._sessions.path
        told = None if path is None else scheduled_by_others(path)
        try:
            with self._sessions.open(**({} if told is None else {"patience": 0.0})) as db:
                name = None if dataset_id is None else dataset_name(db, dataset_id)
                return [settled(run) for run in read_schedule(db.engine, name)]
        except DatabaseLockedError:
            if told is None:
                raise
            return [run for run in told if dataset_id in (None, run.dataset)]


def _checked(db: Database, name: str, config: Mapping[str, Any]) -> Config:
    """The config; against what the dataset holds, if nothing is going to be read into it."""
    if name in db.datasets() and datasource(db.engine, name, "INPUT") is None:
        return read_config(config, catalog=Lookup(db.engine), dataset=name)[0]
    return read_config(config)[0]


def _info(change: StateChange) -> ComputeWorkerRunInfo:
    return ComputeWorkerRunInfo(NOT_FOUND if change.state == CANCELED else change.state, change.message)


def _scheduled(run: ScheduledRun) -> DockerRunScheduledData:
    ended = CANCELED if run.last.state == CANCELED else "DONE"
    state = ended if run.last.state in ENDED else "OPEN" if run.last.state == WAITING else "LOCKED"
    configs = {
        "selection": run.selection_config,
        "docker": run.worker_config,
        "lightly": run.lightly_config,
    }
    return DockerRunScheduledData(
        id=run.scheduled_id,
        dataset_id=run.dataset,
        config=configs,
        priority=run.priority,
        runs_on=run.runs_on,
        state=state,
        created_at=milliseconds(run.created_at),
        last_modified_at=milliseconds(run.last.at),
    )


def _taken(run: ScheduledRun) -> DockerRunData:
    return DockerRunData(
        id=str(run.last.run_id),
        scheduled_id=run.scheduled_id,
        dataset_id=run.dataset,
        state=run.last.state,
        message=run.last.message,
        created_at=milliseconds(run.attempt[1].at),
        last_modified_at=milliseconds(run.last.at),
        docker_version=sqlsel.__version__,
    )
