"""``auto_tasks``: tasks whose objects nobody predicted, because they are the tiles of a grid over each image."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, Strict

from sqlsel.config.fields import check_fields
from sqlsel.config.findings import Finding
from sqlsel.config.values import Count, Part, TaskName
from sqlsel.words import show

if TYPE_CHECKING:
    from sqlsel.config.catalog import Catalog
    from sqlsel.config.places import Path
    from sqlsel.facts import DatasetFacts

AUTO_TASKS = "auto_tasks"
SAME_OVERLAP = 1e-6
"""Overlaps that are this near to each other are the same; boxes are stored in pixels."""

_NAME = re.compile(r"r([1-9][0-9]*)c([1-9][0-9]*)")


class TilingTask(Part):
    """A task whose objects are the tiles of a grid over each image."""

    type: Literal["TILING"] = Field(description="Lay a grid of tiles over each image.")
    name: TaskName = Field(description="Name of the task, for inputs that look at the embeddings of its tiles.")
    num_rows: Count = Field(description="Number of tiles from top to bottom.")
    num_cols: Count = Field(description="Number of tiles from left to right.")
    overlap: Annotated[float, Strict(), Field(ge=0, lt=1, allow_inf_nan=False)] = Field(
        default=0.0, description="Which part of a tile the next one overlaps, from 0 to below 1."
    )


@dataclass(frozen=True, slots=True)
class Tiling:
    """A grid of tiles.

    Attributes:
        rows: Number of tiles from top to bottom.
        columns: Number of tiles from left to right.
        overlap: Which part of a tile the next one overlaps.
    """

    rows: int
    columns: int
    overlap: float = 0.0

    def names(self) -> tuple[str, ...]:
        """The tiles from left to right and from top to bottom: ``r1c1``, ``r1c2`` and so on."""
        return tuple(f"r{row + 1}c{column + 1}" for row in range(self.rows) for column in range(self.columns))

    def boxes(self) -> list[tuple[float, float, float, float]]:
        """The same tiles as x, y, width and height, as shares of the image's sides. They are alike and fill it."""
        width = 1 / (1 + (self.columns - 1) * (1 - self.overlap))
        height = 1 / (1 + (self.rows - 1) * (1 - self.overlap))
        across, down = width * (1 - self.overlap), height * (1 - self.overlap)
        return [
            (column * across, row * down, width, height) for row in range(self.rows) for column in range(self.columns)
        ]

    def agrees(self, other: Tiling) -> bool:
        """Whether two grids have the same tiles."""
        alone = self.rows == self.columns == 1
        same = alone or abs(self.overlap - other.overlap) <= SAME_OVERLAP
        return (self.rows, self.columns) == (other.rows, other.columns) and same

    def __str__(self) -> str:
        return f"{self.rows} x {self.columns} tiles with overlap {self.overlap:.6g}"


def grid_of(names: tuple[str, ...]) -> tuple[int, int] | None:
    """Rows and columns of the grid whose tiles have these names; None if they are no tiles."""
    last = _NAME.fullmatch(names[-1]) if names else None
    if last is None:
        return None
    rows, columns = int(last[1]), int(last[2])
    return (rows, columns) if Tiling(rows, columns).names() == names else None


def check_auto_tasks(top: dict[str, Any]) -> list[Finding]:
    """Findings about the list of automatic tasks and each of its entries."""
    entries = top.get(AUTO_TASKS)
    if entries is None:
        return []
    if not isinstance(entries, list | tuple):
        return [Finding((AUTO_TASKS,), f"must be a list of tasks, not {show(entries)}")]
    found: list[Finding] = []
    names: dict[str, int] = {}
    for index, entry in enumerate(entries):
        path = (AUTO_TASKS, index)
        if not isinstance(entry, dict):
            found.append(Finding(path, f"must be an object with 'type' and 'name', not {show(entry)}"))
            continue
        found += check_fields(TilingTask, entry, path).findings
        name = entry.get("name")
        if isinstance(name, str) and names.setdefault(name, index) != index:
            message = f"{show(name)} is named twice, first in auto_tasks[{names[name]}]; give it another name"
            found.append(Finding((*path, "name"), message))
    return found


def declared_tilings(top: dict[str, Any]) -> dict[str, tuple[Path, Tiling]]:
    """The automatic tasks that are right in themselves, by name, each with its place."""
    found: dict[str, tuple[Path, Tiling]] = {}
    entries = top.get(AUTO_TASKS)
    for index, entry in enumerate(entries if isinstance(entries, list | tuple) else ()):
        model = check_fields(TilingTask, entry, ()).model if isinstance(entry, dict) else None
        if model is not None:
            found[model.name] = ((AUTO_TASKS, index), Tiling(model.num_rows, model.num_cols, model.overlap))
    return found


def check_tiles(name: str, path: Path, wanted: Tiling, facts: DatasetFacts, catalog: Catalog) -> Finding | None:
    """Why the tiles of an automatic task cannot be used; None where the dataset has them as they are declared."""
    make = f"`sqlsel tile --task {name} --rows {wanted.rows} --columns {wanted.columns} --overlap {wanted.overlap:g}`"
    known = facts.tasks.get(name)
    if known is None or not known.has_predictions:
        if name in facts.object_embeddings:
            return None  # vectors of tiles that were cut elsewhere, as object_embeddings.parquet may have them
        then = f"then `sqlsel embed --task {name}` computes their embeddings"
        return Finding(path, f"dataset {show(facts.name)} has no tiles {show(name)} yet; {make} makes them, {then}")
    there = catalog.tiling(facts.name, name)
    if there is None:
        return Finding(
            path, f"task {show(name)} of dataset {show(facts.name)} holds no tiles; give this one another name"
        )
    if not wanted.agrees(there):
        message = f"dataset {show(facts.name)} has {there} in task {show(name)}, not {wanted}"
        return Finding(path, f"{message}; declare those, or give this task another name and make it with {make}")
    return None
