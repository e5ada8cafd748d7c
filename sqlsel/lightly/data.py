"""What the client returns: the fields that Lightly's objects have, as far as they mean something here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlsel.scheduling import ENDED

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_FOUND = "CANCELED_OR_NOT_EXISTING"


class DatasourcePurpose:
    """What a folder is for."""

    INPUT_OUTPUT = "INPUT_OUTPUT"
    INPUT = "INPUT"
    LIGHTLY = "LIGHTLY"


class DatasetType:
    """What a dataset is made of; here all are read as images."""

    IMAGES = "Images"
    VIDEOS = "Videos"
    CROPS = "Crops"


@dataclass(frozen=True, slots=True)
class ComputeWorkerRunInfo:
    """Where a run is.

    Attributes:
        state: ``OPEN`` while it waits, then what it does, then ``COMPLETED``, ``FAILED`` or ``CRASHED``.
        message: What there is to say about it.
    """

    state: str
    message: str

    def in_end_state(self) -> bool:
        """Whether the run has ended, or there is none."""
        return self.state in ENDED or self.state == NOT_FOUND

    def ended_successfully(self) -> bool:
        """Whether the run did what it was asked.

        Raises:
            ValueError: If it has not ended yet.
        """
        if not self.in_end_state():
            raise ValueError("the run has not ended yet")
        return self.state == "COMPLETED"


@dataclass(frozen=True, slots=True)
class DatasetData:
    """A dataset; ``id`` is its name, or Lightly's id of it where that is recorded."""

    id: str
    name: str
    n_samples: int
    type: str = DatasetType.IMAGES


@dataclass(frozen=True, slots=True)
class DatasourceConfig:
    """The folder that a dataset is read from."""

    full_path: str
    purpose: str
    type: str = "LOCAL"


@dataclass(frozen=True, slots=True)
class TagData:
    """A tag of a dataset; ``id`` is its name, as names are unique in a dataset.

    Attributes:
        id: The name.
        dataset_id: The dataset.
        name: The name; ``initial-tag`` stands for what the first run selected.
        tot_size: How many samples have it.
        prev_tag_id: ``datapool`` where samples that were picked before have it too.
        preselected_tag_id: The same.
        created_at: When it was made, in milliseconds since 1970.
        run_id: The run that made it; None for one that was made by hand.
    """

    id: str
    dataset_id: str
    name: str
    tot_size: int
    prev_tag_id: str | None = None
    preselected_tag_id: str | None = None
    created_at: int = 0
    run_id: str | None = None


@dataclass(frozen=True, slots=True)
class DockerRunScheduledData:
    """A run as it was scheduled; ``state`` is ``OPEN``, ``LOCKED`` (it runs), ``DONE`` or ``CANCELED``."""

    id: str
    dataset_id: str
    config: Mapping[str, object]
    priority: str
    runs_on: tuple[str, ...]
    state: str
    created_at: int
    last_modified_at: int


@dataclass(frozen=True, slots=True)
class DockerRunData:
    """A run that a worker has taken, with its last state and message."""

    id: str
    scheduled_id: str | None
    dataset_id: str
    state: str
    message: str
    created_at: int
    last_modified_at: int
    docker_version: str


def milliseconds(moment: datetime) -> int:
    """A moment in UTC as Lightly tells it: milliseconds since 1970."""
    return int(moment.replace(tzinfo=UTC).timestamp() * 1000)
