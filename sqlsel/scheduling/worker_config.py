"""The worker config and the lightly config of a run: what has a meaning here, and what is said about the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlsel.errors import UsageError
from sqlsel.words import did_you_mean, listing, show

PROCESS_ALL = "datasource.process_all"

_KINDS: dict[str, type] = {
    "use_datapool": bool,
    "pretagging": bool,
    "selected_sequence_length": int,
    "relevant_filenames_file": str,
    "normalize_embeddings": bool,
    "embeddings": str,
    PROCESS_ALL: bool,
}
"""The keys of the worker config that have a meaning here."""

_WITHOUT_MEANING = {
    "checkpoint": "nothing is trained here; `sqlsel embed --model` takes a model of yours",
    "checkpoint_run_id": "nothing is trained here; `sqlsel embed --model` takes a model of yours",
    "corruptness_check": "images that cannot be read are left out and told of",
    "corruptness_check.corruption_threshold": "images that cannot be read are left out and told of",
    "crops": "objects stay in their images; `select_objects_of` in the config selects them",
    "crops.enable_upload": "nothing is uploaded",
    "crops.enable_upload_for_tasks": "nothing is uploaded",
    "datasource": "",
    "datasource.bypass_verify": "a local folder needs no check of permissions",
    "datasource.enable_datapool_update": "the datapool has what every kept selection holds",
    "datasource.input_expiration": "a local folder does not expire",
    "enable_training": "nothing is trained here",
    "training": "nothing is trained here",
    "training.task_name": "nothing is trained here",
    "num_processes": "all cores are used",
    "num_threads": "all cores are used",
    "output_image_format": "images stay as they are",
    "pretagging_upload": "predictions are in the database",
    "upload_report": "a report is made when it is downloaded",
    "shutdown_when_job_finished": "the worker is a thread of this process and ends by itself",
    "cache_size": "images are read where they lie",
}

_LIGHTLY_WITHOUT_MEANING = (
    "checkpoint_callback",
    "collate",
    "criterion",
    "loader",
    "model",
    "optimizer",
    "trainer",
)


class InvalidConfigurationError(UsageError):
    """The worker config or the lightly config of a run is wrong."""


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """What a run does beside its selection config.

    Attributes:
        use_datapool: Whether what earlier selections chose counts as chosen.
        pretagging: Whether images get predictions of ``lightly_pretagging``.
        selected_sequence_length: How many frames are chosen as one; None where samples are chosen one by one.
        relevant_filenames_file: A file with the only file names that may be chosen, one a line.
        normalize: Whether vectors are brought to unit length.
        embeddings: A file with the vectors of the images.
        only_new: Whether only samples may be chosen that were added after the latest selection.
        seed: Breaks ties.
    """

    use_datapool: bool = False
    pretagging: bool = False
    selected_sequence_length: int | None = None
    relevant_filenames_file: str | None = None
    normalize: bool = True
    embeddings: str | None = None
    only_new: bool = False
    seed: int | None = 0


def read_worker_config(
    worker_config: Mapping[str, Any] | None, lightly_config: Mapping[str, Any] | None
) -> tuple[WorkerOptions, tuple[str, ...]]:
    """What a run is to do, and a notice about each key that has no meaning here.

    Raises:
        InvalidConfigurationError: If there is no such key, or a value is of the wrong kind.
    """
    given, notices = _worker_keys(worker_config or {})
    seed, more = _lightly_keys(lightly_config or {})
    options = WorkerOptions(
        use_datapool=given.get("use_datapool") or False,
        pretagging=given.get("pretagging") or False,
        selected_sequence_length=given.get("selected_sequence_length"),
        relevant_filenames_file=given.get("relevant_filenames_file") or None,
        normalize=given.get("normalize_embeddings", True),
        embeddings=given.get("embeddings") or None,
        only_new=given.get(PROCESS_ALL) is False,
        seed=seed,
    )
    return options, (*notices, *more)


def _worker_keys(config: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    given: dict[str, Any] = {}
    notices = []
    for key, value in _flat(config):
        if key in _KINDS:
            if value is not None:
                given[key] = _checked(key, value, _KINDS[key])
        elif key in _WITHOUT_MEANING:
            why = _WITHOUT_MEANING[key]
            notices.append(f"worker_config {key!r} has no effect here{f': {why}' if why else ''}")
        else:
            _refuse("worker_config", key, (*_KINDS, *_WITHOUT_MEANING))
    return given, notices


def _lightly_keys(config: Mapping[str, Any]) -> tuple[int | None, list[str]]:
    seed: int | None = 0
    notices = []
    for key, value in ((_snake(name), value) for name, value in config.items()):
        if key == "seed":
            seed = None if value is None else _checked("seed", value, int)
        elif key in _LIGHTLY_WITHOUT_MEANING:
            notices.append(f"lightly_config {key!r} has no effect here: nothing is trained")
        else:
            _refuse("lightly_config", key, ("seed", *_LIGHTLY_WITHOUT_MEANING))
    return seed, notices


def _flat(config: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Keys by their snake_case names, those of nested objects with a dot."""
    found: list[tuple[str, Any]] = []
    for name, value in config.items():
        key = _snake(name)
        if isinstance(value, Mapping) and value:
            found += [(f"{key}.{_snake(inner)}", each) for inner, each in value.items()]
        else:
            found.append((key, value))
    return found


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found[1].lower()}", name)


def _checked(key: str, value: Any, kind: type) -> Any:  # noqa: ANN401
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    wanted = {bool: "True or False", int: "a whole number", str: "text"}[kind]
    raise InvalidConfigurationError(f"{key!r} must be {wanted}, not {show(value)}", hint="correct it")


def _refuse(which: str, key: str, known: tuple[str, ...]) -> None:
    raise InvalidConfigurationError(
        f"{which} has no option {key!r}{did_you_mean(key, known)}", hint=f"there is: {listing(known)}"
    )
