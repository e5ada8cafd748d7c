"""A whole config, and the parts of it beside the objectives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlsel.config.building.arguments import builder
from sqlsel.config.building.inputs import made
from sqlsel.config.check import read_config
from sqlsel.config.limits import Limit
from sqlsel.config.tiling import TilingTask
from sqlsel.errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlsel.config.models import Config, Objective
    from sqlsel.config.source import Source


@builder
def config(
    *objectives: Objective | Mapping[str, Any],
    n_samples: int | None = None,
    proportion_samples: float | None = None,
    strategies: Iterable[Objective | Mapping[str, Any]] = (),
    limits: Iterable[Limit | Mapping[str, Any]] | None = None,
    select_objects_of: str | None = None,
    selected_sequence_length: int | None = None,
    lightly_path_regex: str | None = None,
    auto_tasks: Iterable[TilingTask | Mapping[str, Any]] | None = None,
) -> Config:
    """A config, to be used wherever a dict, JSON text or a path of one is; its names are those of the JSON.

    ``config(diversity(), weights("detector", "uncertainty_entropy"), n_samples=50)``; a dict that was read from JSON
    fits as ``config(**found)``.

    Args:
        objectives: The objectives, from the builders or as dicts; their order does not matter.
        n_samples: The most samples to choose.
        proportion_samples: Or the share of the dataset, above 0 and up to 1.
        strategies: More objectives.
        limits: Keys of whose values so many samples are chosen and no more, see ``limit``.
        select_objects_of: Choose single objects of this task instead of whole samples.
        selected_sequence_length: Choose sequences of this many frames.
        lightly_path_regex: A regular expression whose named groups are metadata keys taken from the file names.
        auto_tasks: Tasks whose objects are tiles, see ``tiling``.

    Returns:
        The config, frozen. ``to_dict()`` and ``to_json()`` give what JSON says of it, ``repr`` the calls that make it.

    Raises:
        ConfigError: If anything is wrong, with every problem.
    """
    given = {
        "n_samples": n_samples,
        "proportion_samples": proportion_samples,
        "strategies": [*objectives, *strategies],
        "limits": None if limits is None else list(limits),
        "select_objects_of": select_objects_of,
        "selected_sequence_length": selected_sequence_length,
        "lightly_path_regex": lightly_path_regex,
        "auto_tasks": None if auto_tasks is None else list(auto_tasks),
    }
    return read_config({name: value for name, value in given.items() if value is not None})[0]


@builder
def limit(
    key: str | Sequence[str] | None = None,
    max: int | None = None,  # noqa: A002 - the name in a config
    *,
    task: str | None = None,
) -> Limit:
    """At most so many samples of each value of a metadata key, or of each combination of the values of several.

    With ``task`` instead of a key, of each class that a classification task predicts: ``limit(max=5, task="weather")``.
    """
    given = {"key": key, "max": max, "task": task}
    if (key is None) == (task is None):
        message = "give one of them: a metadata key, or a classification task"
        raise ConfigError((Problem("key, task", message),), source="sqlsel.limit()")
    return made("limit", Limit, {name: value for name, value in given.items() if value is not None})


@builder
def tiling(name: str, rows: int, columns: int, overlap: float = 0.0) -> TilingTask:
    """A task whose objects are the tiles of a grid over each image.

    Args:
        name: Name of the task.
        rows: Number of tiles from top to bottom.
        columns: Number of tiles from left to right.
        overlap: Which part of a tile the next one overlaps, from 0 to below 1.
    """
    given = {"type": "TILING", "name": name, "num_rows": rows, "num_cols": columns, "overlap": overlap}
    return made("tiling", TilingTask, given)


def load_config(source: Source) -> Config:
    """The config in a dict, a JSON text or a file, as the builders make it.

    Raises:
        ConfigError: If anything is wrong, with every problem and its place.
    """
    return read_config(source)[0]
