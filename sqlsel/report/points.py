"""The samples that the page shows one by one: their names, where they are on the map, and what can colour them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.arrow import from_numpy, to_booleans, to_numpy, valid
from sqlsel.report.field import PRESELECTED, RANK
from sqlsel.report.labels import labels_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pyarrow as pa

    from sqlsel.engines.base import Engine
    from sqlsel.report.columns import Column
    from sqlsel.report.pool import Pool

    Rows = npt.NDArray[np.int64]

SHOWN = 20_000
"""The most samples that were not picked on the map."""
NAME_BYTES = 3_000_000
"""The most that names and ids of all points may take, as the page holds them; those of picks two thirds of it."""
ATTRIBUTES = 24
"""The most values that the map can be coloured and filtered by."""
ATTRIBUTE_BYTES = 4_000_000
"""The most that these may take for all points together, as the page holds them."""
CLASSES = 30

LEFT_OUT, SELECTED, PRESELECTED_BEFORE, FILTERED = range(4)
"""What became of a sample: a candidate that was not picked, a pick, one that was picked before, and no candidate."""


def names_of(table: pa.Table) -> list[str]:
    """What samples are called on the page: the file name, else the id; of an object with its number on the image."""
    ids, files = table.column("sample_id").to_pylist(), table.column("file_name").to_pylist()
    names = [str(one) if file is None else file for one, file in zip(ids, files, strict=True)]
    if "object_index" not in table.column_names:
        return names
    places = table.column("object_index").to_pylist()
    return [f"{name}#{place}" for name, place in zip(names, places, strict=True)]


def status_of(pool: Pool) -> Rows:
    """What became of each sample of the pool."""
    status = np.full(pool.table.num_rows, FILTERED, dtype=np.int64)
    status[pool.looked_at] = LEFT_OUT
    status[to_booleans(pool.table.column(PRESELECTED))] = PRESELECTED_BEFORE
    status[valid(pool.table.column(RANK))] = SELECTED
    return status


def shown_rows(pool: Pool, names: Sequence[str], status: Rows) -> Rows:
    """Rows of the pool that the map shows: the picks by rank, then the others, in turn, as far as there is room."""
    picks, used = _with_room(pool, names, pool.picked, NAME_BYTES * 2 // 3)
    others, _ = _with_room(pool, names, np.flatnonzero(status != SELECTED)[:SHOWN], NAME_BYTES - used)
    return np.concatenate([picks, others])


def _with_room(pool: Pool, names: Sequence[str], rows: Rows, most: int) -> tuple[Rows, int]:
    """The first of some rows whose names and ids take no more bytes than that, and how many they take."""
    if not len(rows):
        return rows, 0
    ids = pool.table.column("sample_id").take(from_numpy(rows)).to_pylist()
    sizes = np.cumsum([len(json.dumps([names[row], str(own)])) for row, own in zip(rows, ids, strict=True)])
    fitting = int(np.searchsorted(sizes, most, side="right"))
    return rows[:fitting], int(sizes[fitting - 1]) if fitting else 0


def told_points(
    engine: Engine, made: exp.Table, pool: Pool, rows: Rows, names: Sequence[str], columns: Sequence[Column]
) -> dict[str, Any]:
    """The points of the map as columns; entry i of each list is about the same sample.

    Returns:
        ``name``, ``sample_id`` (None if the names are the ids), ``status`` (0 left out, 1 selected, 2 preselected,
        3 no candidate), ``rank`` (None for what was not picked), and ``attributes``: for each ``name``, ``group``,
        ``kind``, ``values`` (numbers, or numbers of ``classes``; None where it is lacking) and ``classes``.
    """
    taken = pool.table.take(from_numpy(rows))
    ids = [str(one) for one in taken.column("sample_id").to_pylist()]
    named = [names[row] for row in rows]
    told = columns[:ATTRIBUTES]
    position = sql.column("position")
    query = exp.select(position, *(sql.column(column.step.column) for column in told)).from_(made.copy())
    values = engine.table(query.order_by(sql.ascending(position.copy()))).take(from_numpy(rows))
    return {
        "name": named,
        "sample_id": None if ids == named else ids,
        "status": status_of(pool)[rows].tolist(),
        "rank": taken.column(RANK).to_pylist(),
        "attributes": _with_values(told, values),
    }


def _with_values(columns: Sequence[Column], values: pa.Table) -> list[dict[str, Any]]:
    """The first attributes, as far as there is room."""
    found, used = [], 0
    for column in columns:
        attribute = _attribute(column, values.column(column.step.column))
        used += len(json.dumps(attribute, separators=(",", ":"), default=str))
        if used > ATTRIBUTE_BYTES:
            break
        found.append(attribute)
    return found


def _attribute(column: Column, values: pa.ChunkedArray) -> dict[str, Any]:
    head = {"name": column.name, "group": column.group, "kind": column.kind}
    if column.kind == "category":
        return {**head, **_coded(values.to_pylist())}
    return {**head, "values": [None if value is None else float(f"{value:.5g}") for value in values.to_pylist()]
            if column.kind == "number" else values.to_pylist(), "classes": None}  # fmt: skip


def _coded(values: Sequence[str | None]) -> dict[str, Any]:
    """Texts as numbers of the most frequent of them; all others together are the last class, without a name."""
    found, counts = np.unique([value for value in values if value is not None], return_counts=True)
    order = np.lexsort((found, -counts))[:CLASSES]
    known = [str(found[place]) for place in order]
    codes = {name: number for number, name in enumerate(known)}
    classes: list[str | None] = [*labels_of(known)]
    if len(found) > CLASSES:
        classes.append(None)
    others = len(classes) - 1
    return {
        "values": [None if value is None else codes.get(value, others) for value in values],
        "classes": classes,
    }


def boxes_of(pool: Pool, rows: Rows) -> list[list[float] | None]:
    """The box of each object on its image; None where the samples are images, or have none."""
    if "bbox" not in pool.table.column_names:
        return [None] * len(rows)
    found: list[list[float] | None] = pool.table.column("bbox").take(from_numpy(rows)).to_pylist()
    return found


def ranks_of(pool: Pool, rows: Rows) -> Rows:
    """The rank of some picks."""
    ranks: Rows = to_numpy(pool.table.column(RANK), np.int64)[rows]
    return ranks
