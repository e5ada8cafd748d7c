"""Vectors for the images of a dataset, or for the objects in them, stored as they come."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.datasets.staging import fresh_name
from sqlsel.datasets.tables import dataset_table
from sqlsel.datasets.vector_tables import check_embedding_name
from sqlsel.datasets.writing import store
from sqlsel.errors import Problem
from sqlsel.vision.descriptions import Descriptions
from sqlsel.vision.embedders import BuiltIn
from sqlsel.vision.folders import find_folders
from sqlsel.vision.looking import Failures, Looker, check_readable, unreadable
from sqlsel.vision.pictures import check_pillow
from sqlsel.vision.waiting import waiting_images, waiting_objects

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from sqlsel.vision.embedders import Embedder
    from sqlsel.vision.place import Place
    from sqlsel.vision.waiting import Waiting

    Progress = Callable[[str, int, int | None], None]

# What is stored at a time: a run that is killed loses no more than this.
ROWS_AT_A_TIME = 8_192
SECONDS_AT_A_TIME = 20.0


@dataclass(frozen=True, slots=True)
class EmbedReport:
    """What computing vectors did.

    Attributes:
        dataset: Name of the dataset.
        table: The table of vectors.
        width: Numbers of a vector; None if there are none.
        added: Vectors that were computed.
        kept: Vectors that were there before.
        failed: Images or objects that have no vector.
        problems: Which ones, and why: the first few, as notices.
    """

    dataset: str
    table: str
    width: int | None
    added: int
    kept: int
    failed: int = 0
    problems: tuple[Problem, ...] = ()


def embed(
    place: Place,
    embedder: Embedder,
    *,
    images: Path | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> EmbedReport:
    """Compute the vectors that a table lacks.

    Vectors of a model are stored every few seconds, in a transaction each. Built-in descriptions are kept likewise
    until all are there, then brought to principal axes and stored in one transaction. So a run that is ended at any
    point leaves a database that works, and the next run goes on from there. The axes are fitted once; images that come
    later are given in the same.

    Args:
        place: The table of vectors.
        embedder: What computes them.
        images: The folder of the images, if it is not where the dataset remembers it; it is remembered.
        overwrite: Begin anew: vectors that the table has are removed first.
        progress: Told how many images are done.

    Raises:
        UsageError: If there is no such dataset or task, the images' folder is not known, Pillow is missing, or the
            table's vectors come from another model.
        IngestError: If no image could be looked at.
    """
    check_pillow()
    _check(place, embedder, overwrite=overwrite)
    folders = find_folders(place.engine, place.dataset, images)
    if overwrite:
        check_readable(folders, _waiting(place, None, anew=True))
        place.clear()
    descriptions = None
    if isinstance(embedder, BuiltIn):
        descriptions = Descriptions(place.engine, place.dataset, place.table, place.keys)
    kept = _count(place)
    waiting = _waiting(place, descriptions)
    failures = Failures()
    if len(waiting):
        sink = _described(descriptions, embedder) if descriptions else _stored(place, embedder)
        failures = _look(Looker(folders, embedder, waiting, _telling(progress, len(waiting))), sink)
    notices = _finish(place, descriptions, embedder) if descriptions else ()
    added = _count(place) - kept
    what = "images" if place.task is None else f"objects of task {place.task}"
    problems = (*failures.problems(what), *notices)
    if not added and not kept and failures.count:
        raise unreadable(failures, f"none of the {len(waiting):,} {what} could be looked at")
    return EmbedReport(place.dataset, place.table, _width(place), added, kept, failures.count, problems)


def _check(place: Place, embedder: Embedder, *, overwrite: bool) -> None:
    facts = DatasetCatalog(place.engine).facts(place.dataset)
    if place.task is None:
        check_embedding_name(place.name, facts.embeddings)
    elif place.task not in facts.tasks:
        from sqlsel.datasets.nearest import unknown

        raise unknown("task", place.task, tuple(facts.tasks), empty="`sqlsel pretag` makes one")
    if not overwrite:
        place.check_maker(embedder.maker)


def _waiting(place: Place, descriptions: Descriptions | None, *, anew: bool = False) -> Waiting:
    done = [place.done()] if place.there() and not anew else []
    if descriptions is not None and descriptions.there():
        done.append(descriptions.keys_query())
    if place.task is None:
        return waiting_images(place.engine, place.dataset, done)
    return waiting_objects(place.engine, place.dataset, place.task, done)


def _look(looker: Looker, sink: Callable[[pa.Table], None]) -> Failures:
    """Look at everything, and pass it on in portions; the objects of a sample are never in two of them."""
    rows: list[int] = []
    vectors: list[NDArray[np.float32]] = []
    began = time.monotonic()
    for batch_rows, batch in looker.vectors():
        if rows and _ripe(rows, began) and _apart(looker.waiting, rows[-1], batch_rows):
            sink(_table(looker.waiting, rows, vectors))
            rows, vectors, began = [], [], time.monotonic()
        rows += batch_rows
        vectors.append(batch)
    if rows:
        sink(_table(looker.waiting, rows, vectors))
    return looker.failures


def _described(descriptions: Descriptions, embedder: Embedder) -> Callable[[pa.Table], None]:
    """What keeps built-in descriptions."""
    descriptions.begin(embedder.maker)
    return lambda rows: descriptions.add(rows.rename_columns([*descriptions.keys, "numbers"]))


def _stored(place: Place, embedder: Embedder) -> Callable[[pa.Table], None]:
    """What stores the vectors of a model."""

    def keep(rows: pa.Table) -> None:
        bound = fresh_name("vectors")
        store(place.engine, place.dataset, place.intake(sql.table(bound), embedder.maker, {bound: rows}))

    return keep


def _finish(place: Place, descriptions: Descriptions, embedder: Embedder) -> tuple[Problem, ...]:
    """Bring what is described to principal axes, store it, and say if the axes are old."""
    if not descriptions.there():
        return ()
    projection = descriptions.projection()
    if projection is None:
        descriptions.drop()
        return ()

    def keep(rows: exp.Expr) -> None:
        store(place.engine, place.dataset, place.intake(rows, embedder.maker))

    descriptions.spool(projection, keep)
    descriptions.drop()
    total = _count(place)
    if total < 2 * projection.images:
        return ()
    message = f"the axes were fitted to {projection.images:,} of the {total:,} vectors; --overwrite fits them to all"
    return (Problem(where=place.table, message=message, severity="notice"),)


def _ripe(rows: list[int], began: float) -> bool:
    return len(rows) >= ROWS_AT_A_TIME or time.monotonic() - began >= SECONDS_AT_A_TIME


def _apart(waiting: Waiting, row: int, rows: list[int]) -> bool:
    """Whether a row is of another sample than the first of the rows."""
    ids = waiting.table.column("sample_id")
    return not rows or bool(ids[row] != ids[rows[0]])


def _table(waiting: Waiting, rows: list[int], vectors: list[NDArray[np.float32]]) -> pa.Table:
    """The keys of rows, and their vectors as ``embedding``."""
    import pyarrow as pa

    matrix = np.concatenate(vectors)
    lists = pa.FixedSizeListArray.from_arrays(pa.array(matrix.ravel()), matrix.shape[1])
    return pa.table({**waiting.keys(rows), "embedding": lists})


def _telling(progress: Progress | None, total: int) -> Callable[[int], None]:
    if progress is None:
        return lambda _done: None
    return lambda done: progress("embedding", done, total)


def _count(place: Place) -> int:
    if not place.there():
        return 0
    table = dataset_table(place.engine.catalog, place.dataset, place.table)
    number: int = place.engine.rows(exp.select(sql.count()).from_(table))[0][0]
    return number


def _width(place: Place) -> int | None:
    facts = DatasetCatalog(place.engine).facts(place.dataset)
    found = facts.embeddings.get(place.name) if place.task is None else facts.object_embeddings.get(place.task)
    return found.width if found is not None else None
