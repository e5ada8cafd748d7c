"""Predictions of the user's model for the images of a dataset, stored as they come."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.datasets.imagery import forget_maker, maker_of
from sqlsel.datasets.intake import Intake
from sqlsel.datasets.staging import fresh_name
from sqlsel.datasets.tables import PREDICTIONS, dataset_table, make_catalog
from sqlsel.datasets.writing import store
from sqlsel.errors import UsageError
from sqlsel.facts import TaskFacts
from sqlsel.vision.ahead import work_ahead
from sqlsel.vision.folders import find_folders
from sqlsel.vision.looking import Failures, check_readable, unreadable
from sqlsel.vision.pictures import UnreadableError, check_pillow, open_picture
from sqlsel.vision.waiting import waiting_images

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from sqlsel.engines.base import Engine
    from sqlsel.errors import Problem
    from sqlsel.vision.detections import Found
    from sqlsel.vision.feeding import Placement
    from sqlsel.vision.predictor import Predictor
    from sqlsel.vision.waiting import Item, Waiting

    Progress = Callable[[str, int, int | None], None]
    Prepared = tuple[NDArray[Any], Placement]

IMAGES_AT_A_TIME = 2_048
SECONDS_AT_A_TIME = 20.0


@dataclass(frozen=True, slots=True)
class PretagReport:
    """What pretagging did.

    Attributes:
        dataset: Name of the dataset.
        task: Name of the task.
        task_type: Kind of its predictions.
        added: Images that were looked at.
        kept: Images that had predictions before.
        objects: Objects that were found in the former; of a classifier, one in each.
        failed: Images that have no prediction.
        problems: Which ones, and why: the first few, as notices.
        vectors: Vectors of objects that were computed; None if none were asked for.
    """

    dataset: str
    task: str
    task_type: str
    added: int
    kept: int
    objects: int
    failed: int = 0
    problems: tuple[Problem, ...] = ()
    vectors: int | None = None


def pretag(
    engine: Engine,
    dataset: str,
    task: str,
    predictor: Predictor,
    *,
    images: Path | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> PretagReport:
    """Store the model's predictions for the images that have none of the task.

    They are stored every few seconds, in a transaction each: a run that is ended at any point leaves a database that
    works, and the next run goes on from there.

    Args:
        engine: The session.
        dataset: Name of the dataset.
        task: Name of the task; it is made where the dataset lacks it.
        predictor: The model.
        images: The folder of the images, if it is not where the dataset remembers it; it is remembered.
        overwrite: Begin anew: predictions that the task has are removed first.
        progress: Told how many images are done.

    Raises:
        UsageError: If there is no such dataset, the images' folder is not known, or the task's predictions come from
            elsewhere.
        IngestError: If no image could be looked at.
    """
    check_pillow()
    facts = DatasetCatalog(engine).facts(dataset)
    if not overwrite and task in facts.tasks and facts.tasks[task].has_predictions:
        _check_maker(engine, dataset, task, predictor)
    folders = find_folders(engine, dataset, images)
    if overwrite:
        check_readable(folders, waiting_images(engine, dataset, []))
        _clear(engine, dataset, task)
    waiting = waiting_images(engine, dataset, [_predicted(engine, dataset, task)])
    walk = _Walk(folders, predictor, waiting)
    objects = added = 0
    for rows, found in walk.portions(progress):
        store(engine, dataset, _intake(waiting, rows, found, task, predictor))
        added += len(rows)
        objects += sum(len(each.scores) for each in found)
    kept = facts.n_samples - len(waiting)
    if walk.failures.count and not added and not kept:
        raise unreadable(walk.failures, f"none of the {len(waiting):,} images could be looked at")
    problems = walk.failures.problems("images")
    return PretagReport(dataset, task, predictor.task_type, added, kept, objects, walk.failures.count, problems)


@dataclass(slots=True, eq=False)
class _Walk:
    folders: Sequence[Path]
    predictor: Predictor
    waiting: Waiting
    failures: Failures = field(default_factory=Failures)

    def portions(self, progress: Progress | None) -> Iterator[tuple[list[int], list[Found]]]:
        """Rows of ``waiting`` and what was found in them, as much as is stored at a time."""
        rows: list[int] = []
        found: list[Found] = []
        began = time.monotonic()
        for batch_rows, batch in self._batches(progress):
            rows += batch_rows
            found += batch
            if len(rows) >= IMAGES_AT_A_TIME or time.monotonic() - began >= SECONDS_AT_A_TIME:
                yield rows, found
                rows, found, began = [], [], time.monotonic()
        if rows:
            yield rows, found

    def _batches(self, progress: Progress | None) -> Iterator[tuple[list[int], list[Found]]]:
        rows: list[int] = []
        prepared: list[Prepared] = []
        for done, (item, image) in enumerate(work_ahead(self._prepare, self.waiting.items()), start=1):
            if progress is not None:
                progress("pretagging", done, len(self.waiting))
            if isinstance(image, str):
                self.failures.add(item.file_name, image)
                continue
            rows.append(item.rows[0])
            prepared.append(image)
            if len(rows) == self.predictor.feed.batch:
                yield rows, self.predictor.predict(prepared)
                rows, prepared = [], []
        if rows:
            yield rows, self.predictor.predict(prepared)

    def _prepare(self, item: Item) -> tuple[Item, Prepared | str]:
        """In a thread: the image as the model takes it, or why there is none."""
        try:
            return item, self.predictor.prepare(open_picture(self.folders, item.file_name))
        except UnreadableError as failure:
            return item, str(failure)


def _check_maker(engine: Engine, dataset: str, task: str, predictor: Predictor) -> None:
    known = maker_of(engine, dataset, PREDICTIONS, task)
    if known == predictor.maker:
        return
    hint = "store these under another name with --task, or replace those with --overwrite"
    if known is None:
        raise UsageError(f"task {task!r} of dataset {dataset!r} has predictions that were ingested", hint=hint)
    different = sorted(
        key for key in known.keys() | predictor.maker.keys() if known.get(key) != predictor.maker.get(key)
    )
    raise UsageError(
        f"task {task!r} of dataset {dataset!r} has predictions of {known.get('model')} that were made otherwise: "
        f"{', '.join(different)} differ",
        hint=hint,
    )


def _clear(engine: Engine, dataset: str, task: str) -> None:
    """Remove the predictions of a task, and the vectors that were computed of their objects."""
    from sqlsel.vision.place import Place

    place = Place(engine, dataset, task=task)
    if place.there() and not place.is_given():
        place.clear()
    with engine.transaction():
        make_catalog(engine)
        table = dataset_table(engine.catalog, dataset, PREDICTIONS)
        engine.execute(exp.delete(table).where(sql.column("task").eq(sql.text(task))))
        forget_maker(engine, dataset, PREDICTIONS, task)


def _predicted(engine: Engine, dataset: str, task: str) -> exp.Select:
    table = dataset_table(engine.catalog, dataset, PREDICTIONS)
    return exp.select(sql.column("sample_id")).from_(table).where(sql.column("task").eq(sql.text(task)))


def _intake(waiting: Waiting, rows: list[int], found: list[Found], task: str, predictor: Predictor) -> Intake:
    bound = fresh_name("predictions")
    table = _rows(waiting, rows, found, task, predictor.classes)
    known = TaskFacts(task, predictor.task_type, predictor.classes, has_probabilities=True, has_predictions=True)
    query = exp.select(exp.Star()).from_(sql.table(bound))
    return Intake(predictions=query, tasks=(known,), bound={bound: table}, maker=predictor.maker)


def _rows(waiting: Waiting, rows: list[int], found: list[Found], task: str, classes: tuple[str, ...]) -> pa.Table:
    """Rows of the predictions table: one for each object, one with an empty prediction where there is none."""
    import pyarrow as pa

    owners: list[int] = []
    columns: dict[str, list[Any]] = {"object_index": [], "category": [], "score": [], "probabilities": [], "bbox": []}
    for row, each in zip(rows, found, strict=True):
        number = len(each.scores)
        owners += [row] * max(number, 1)
        columns["object_index"] += range(number) if number else [None]
        columns["category"] += [classes[best] for best in each.classes] if number else [None]
        columns["score"] += each.scores.tolist() if number else [None]
        columns["probabilities"] += each.probabilities.tolist() if number else [None]
        columns["bbox"] += [box or None for box in each.boxes.tolist()] if number else [None]
    kinds = {"object_index": pa.int32(), "category": pa.string(), "score": pa.float64()}
    numbers = pa.list_(pa.float64())
    arrays = {name: pa.array(values, kinds.get(name, numbers)) for name, values in columns.items()}
    return pa.table({**waiting.keys(owners), "task": pa.array([task] * len(owners), pa.string()), **arrays})
