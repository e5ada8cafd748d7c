"""The client."""

from __future__ import annotations

from sqlsel.lightly.artifacts import ArtifactCalls
from sqlsel.lightly.datasets import DatasetCalls
from sqlsel.lightly.runs import RunCalls
from sqlsel.lightly.sessions import Sessions
from sqlsel.lightly.tags import TagCalls


class ApiWorkflowClient(DatasetCalls, RunCalls, TagCalls, ArtifactCalls):
    """Lightly's client on a database of one's own.

    Args:
        token: Has no meaning here.
        dataset_id: The dataset that calls are about: its name, or Lightly's id of it.
        embedding_id: Has no meaning here.
        creator: Has no meaning here.
        database: A path, an open ``sqlsel.Database``, or a DuckDB connection, none of which is closed; by default what
            the variable ``SQLSEL_DB`` names, else ``sqlsel.duckdb`` in the working directory.
    """

    def __init__(
        self,
        token: str | None = None,  # noqa: ARG002
        dataset_id: str | None = None,
        embedding_id: str | None = None,  # noqa: ARG002
        creator: str | None = None,  # noqa: ARG002
        *,
        database: object = None,
    ) -> None:
        self._sessions = Sessions(database)
        self._dataset_id = dataset_id

    def wait(self) -> None:
        """Wait until every run that this process has scheduled has ended; this is beyond Lightly."""
        self._sessions.worker().join()

    def __repr__(self) -> str:
        place = self._sessions.path or "an open database"
        return f"<sqlsel.lightly.ApiWorkflowClient: dataset {self._dataset_id!r} in {place}>"
