"""How the client gets at its database: a session for each call, so that others can open the file in between."""

from __future__ import annotations

import os
import threading
import time
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlsel.config.names import unknown_name_text
from sqlsel.connecting import connect
from sqlsel.database import Database
from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.datasets.datasources import created_datasets
from sqlsel.datasets.lightly_ids import lightly_datasets
from sqlsel.errors import DatabaseLockedError, UsageError
from sqlsel.scheduling import Worker, worker_of

if TYPE_CHECKING:
    from collections.abc import Iterator

DATABASE = "SQLSEL_DB"
DEFAULT = "sqlsel.duckdb"
_PATIENCE = 30.0
"""Seconds."""
_PAUSE = 0.1


# one thread must not open the file while another one's closing still writes to it
_gate = threading.Lock()


class IgnoredOptionWarning(UserWarning):
    """An option of Lightly's that has no meaning here."""


def tell_ignored(message: str) -> None:
    """Warn the caller of the client of an option that does nothing."""
    warnings.warn(message, IgnoredOptionWarning, stacklevel=3)


class Sessions:
    """The database of a client.

    Args:
        database: A path, an open ``Database``, or a DuckDB connection; by default what ``SQLSEL_DB`` names, else
            ``sqlsel.duckdb`` in the working directory.
    """

    def __init__(self, database: object = None) -> None:
        given = os.environ.get(DATABASE) or DEFAULT if database is None else database
        self.path = Path(given).absolute() if isinstance(given, str | Path) else None
        self._shared = None if self.path is not None else given if isinstance(given, Database) else connect(given)

    @contextmanager
    def open(self, patience: float = _PATIENCE) -> Iterator[Database]:
        """A session of its own, closed afterwards. A file that another process works on is waited for.

        Args:
            patience: For how long, in seconds.

        Raises:
            DatabaseLockedError: If it is still locked then.
        """
        db = self._opened(patience)
        try:
            yield db
        finally:
            with _gate:
                db.close()

    def _opened(self, patience: float) -> Database:
        if self._shared is not None:
            return Database(self._shared.engine.cursor())
        assert self.path is not None
        until = time.monotonic() + patience
        while True:
            try:
                with _gate:
                    return connect(self.path)
            except DatabaseLockedError:
                if time.monotonic() > until:
                    raise
                time.sleep(_PAUSE)

    def worker(self) -> Worker:
        """The worker of this database in this process."""
        if self._shared is not None:
            return worker_of(self.open, None, self._shared.connection)
        assert self.path is not None
        return worker_of(self.open, self.path.resolve())


def dataset_name(db: Database, dataset_id: str) -> str:
    """The dataset that goes by an id: its name, or Lightly's id of it.

    Raises:
        UsageError: If there is none, with the nearest.
    """
    names = known_datasets(db)
    by_id = lightly_datasets(db.engine)
    found = dataset_id if dataset_id in names else by_id.get(dataset_id)
    if found is None:
        hint = "client.create_dataset(name), or `sqlsel ingest`, makes one"
        raise UsageError(unknown_name_text("dataset", dataset_id, names, none=hint))
    return found


def known_datasets(db: Database) -> tuple[str, ...]:
    """Names of the datasets, those that have no samples yet among them."""
    return tuple(sorted({*DatasetCatalog(db.engine).dataset_names(), *created_datasets(db.engine)}))


def id_of(db: Database, name: str) -> str:
    """The id of a dataset: Lightly's where it is recorded, else the name."""
    return next((key for key, dataset in lightly_datasets(db.engine).items() if dataset == name), name)
