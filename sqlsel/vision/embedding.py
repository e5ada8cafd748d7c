"""Vectors for the images of a dataset, or for the objects in them, stored as they come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.datasets.staging import fresh_name
from sqlsel.datasets.tables import dataset_table
from sqlsel.datasets.vector_tables import check_embedding_name
from sqlsel.datasets.writing import store
from sqlsel.errors import Problem
from sqlsel.vision.descriptions import MOST_FITTED, Descriptions
from sqlsel.vision.embedders import BuiltIn, Projected
from sqlsel.vision.folders import find_folders
from sqlsel.vision.looking import check_readable, unreadable
from sqlsel.vision.pictures import check_pillow
from sqlsel.vision.waiting import waiting_images, waiting_objects
from sqlsel.vision.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pyarrow as pa

    from sqlsel.datasets.intake import Intake
    from sqlsel.vision.embedders import Embedder
    from sqlsel.vision.place import Place
    from sqlsel.vision.waiting import Waiting

    Progress = Callable[[str, int, int | None], None]


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

    Vectors are stored every few seconds, in a transaction each. Without a model the first 20,000 descriptions, of
    images in all folders alike, are kept likewise until the axes are fitted to them. So a run that is ended at any
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
        check_readable(folders, _waiting(place, anew=True))
        place.clear()
    kept = _count(place)
    walk = Walk(folders, len(_waiting(place)), progress)
    final = _projected(place, walk, embedder) if isinstance(embedder, BuiltIn) else embedder
    if final is not None:
        walk.look(final, _waiting(place), _stored(place, final))
    notices = _about_axes(place) if isinstance(embedder, BuiltIn) else ()
    failures = walk.failures
    added = _count(place) - kept
    what = "images" if place.task is None else f"objects of task {place.task}"
    problems = (*failures.problems(what), *notices)
    if not added and not kept and failures.count:
        raise unreadable(failures, f"none of the {walk.total:,} {what} could be looked at")
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


def _waiting(place: Place, descriptions: Descriptions | None = None, *, anew: bool = False) -> Waiting:
    done = [place.done()] if place.there() and not anew else []
    if descriptions is not None and descriptions.there():
        done.append(descriptions.keys_query())
    if place.task is None:
        return waiting_images(place.engine, place.dataset, done)
    return waiting_objects(place.engine, place.dataset, place.task, done)


def _projected(place: Place, walk: Walk, embedder: BuiltIn) -> Embedder | None:
    """The built-in embedder in the axes of the table, which are fitted where there are none; None if nothing is there.

    What the axes are fitted to is stored by then.
    """
    descriptions = Descriptions(place.engine, place.dataset, place.table, place.keys)
    projection = descriptions.projection()
    if projection is None:
        _describe(place, walk, descriptions, embedder)
        projection = descriptions.fit()
    if descriptions.there():
        if projection is not None:
            descriptions.spool(projection, lambda rows: _store(place, place.intake(rows, embedder.maker)))
        descriptions.drop()
    return Projected(projection) if projection is not None else None


def _describe(place: Place, walk: Walk, descriptions: Descriptions, embedder: BuiltIn) -> None:
    waiting = _waiting(place, descriptions).part(MOST_FITTED - descriptions.count())
    if not len(waiting):
        return
    descriptions.begin(embedder.maker)
    names = [*descriptions.keys, "numbers"]
    walk.look(embedder, waiting, lambda rows: descriptions.add(rows.rename_columns(names)), descriptions.count())


def _about_axes(place: Place) -> tuple[Problem, ...]:
    """A notice if the axes were fitted to few of the images that there are."""
    projection = Descriptions(place.engine, place.dataset, place.table, place.keys).projection()
    total = _count(place)
    if projection is None or total < 2 * projection.images or 2 * projection.images >= MOST_FITTED:
        return ()
    message = f"the axes were fitted to {projection.images:,} of the {total:,} vectors; --overwrite fits them to all"
    return (Problem(where=place.table, message=message, severity="notice"),)


def _stored(place: Place, embedder: Embedder) -> Callable[[pa.Table], None]:
    """What stores the vectors of a model."""

    def keep(rows: pa.Table) -> None:
        bound = fresh_name("vectors")
        _store(place, place.intake(sql.table(bound), embedder.maker, {bound: rows}))

    return keep


def _store(place: Place, intake: Intake) -> None:
    store(place.engine, place.dataset, intake)


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
