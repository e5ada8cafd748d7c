"""A dataset of tables that lie elsewhere, in the shape that a dataset's tables have: nothing is copied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.datasets.naming import check_dataset_name
from sqlsel.datasets.runs import timestamp
from sqlsel.datasets.tables import (
    PREDICTIONS,
    SAMPLES,
    SCORES,
    catalog_table,
    column_names,
    make_catalog,
    make_dataset,
)
from sqlsel.datasets.target import Target
from sqlsel.datasets.tasks import put_task, write_embedding
from sqlsel.datasets.vector_tables import object_vectors, own_vectors
from sqlsel.engines.interrupts import interruptible
from sqlsel.errors import IngestError, UsageError
from sqlsel.facts import TaskFacts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlsel.datasets.vector_tables import VectorTable
    from sqlsel.engines.base import Engine, LinkingEngine
    from sqlsel.facts import SampleTaskType


_TOLD = ("object_index", "probabilities", "keypoint_confidence", "bbox")


@dataclass(frozen=True, slots=True)
class Linked:
    """Where the tables of a dataset lie: by the name of each, a table that the engine knows, or a folder of Parquet.

    Attributes:
        samples: ``sample_id, file_name`` and perhaps ``metadata``.
        vectors: ``sample_id, embedding``, and of objects ``object_index``.
        predictions: As in a dataset; None for none.
        scores: ``sample_id, task, score, value``; None for none.
        categories: By task, the classes in the order of its probabilities.
    """

    samples: str
    vectors: Mapping[VectorTable, str]
    predictions: str | None
    scores: str | None
    categories: Mapping[str, Sequence[str]]


def link_tables(engine: Engine, dataset: str, linked: Linked) -> None:
    """Make a dataset of tables that there are. What changes in them changes in the dataset.

    Args:
        engine: The session, not in a transaction.
        dataset: Name of the dataset, which is new.
        linked: The tables.

    Raises:
        UsageError: If the engine has tables of its own to make views of, or the dataset cannot be called so.
        IngestError: If a table is not there, lacks a column, or holds what no dataset can.

    Cost: a pass over each table.
    """
    if not engine.links:
        raise UsageError(
            "only datasets on Spark are made of tables by their names",
            hint=f"db.ingest(TABLE, dataset={dataset!r}, copy=False) makes a dataset of views of a table",
        )
    check_dataset_name(dataset, engine)
    if dataset in DatasetCatalog(engine).dataset_names():
        raise UsageError(f"there is a dataset {dataset!r} already", hint="give this one another name")
    with interruptible(engine), engine.transaction():
        make_catalog(engine)
        elsewhere = cast("LinkingEngine", engine)
        id_type = elsewhere.linked_columns(linked.samples).get("sample_id", "VARCHAR")
        make_dataset(engine, dataset, id_type)
        target = Target(engine, dataset, id_type, new=True)
        _link(target, SAMPLES, linked.samples)
        _check_ids(target)
        for place, name in linked.vectors.items():
            elsewhere.link(dataset, place.table, name, ("embedding", *place.keys))
            write_embedding(target, place.table, place.task, _width(target, place, name))
        for table, there in ((PREDICTIONS, linked.predictions), (SCORES, linked.scores)):
            if there is not None:
                _link(target, table, there)
        for task in _tasks(target, linked.categories):
            put_task(target, task)
        now = timestamp(datetime.now(UTC))
        row = exp.select(sql.text(dataset), now, now.copy())
        engine.execute(exp.Insert(this=catalog_table(engine.catalog, "datasets"), expression=row))


def linked_tables(
    samples: str,
    embeddings: str | Mapping[str, str] | None,
    object_embeddings: Mapping[str, str],
    predictions: str | None,
    scores: str | None,
    categories: Mapping[str, Sequence[str]],
) -> Linked:
    """The tables as a call names them; ``embeddings`` is the one table of vectors, or several by their names."""
    own = {own_vectors(): embeddings} if isinstance(embeddings, str) else {}
    if not isinstance(embeddings, str):
        own = {own_vectors(name): table for name, table in (embeddings or {}).items()}
    of_objects = {object_vectors(task): table for task, table in object_embeddings.items()}
    return Linked(samples, own | of_objects, predictions, scores, categories)


def _link(target: Target, table: str, there: str) -> None:
    cast("LinkingEngine", target.engine).link(target.dataset, table, there, column_names(table))


def _check_ids(target: Target) -> None:
    """Refuse ids that are NULL, or those of two samples."""
    ids = sql.column("sample_id")
    counted = [sql.count(), exp.Count(this=ids), exp.Count(this=exp.Distinct(expressions=[ids.copy()]))]
    rows, known, distinct = target.engine.rows(exp.select(*counted).from_(target.table(SAMPLES)))[0]
    if known < rows:
        raise IngestError(f"{rows - known:,} of the samples have no sample_id")
    if distinct < known:
        raise IngestError(f"{known - distinct:,} rows of samples have a sample_id that another has; ids are unique")


def _width(target: Target, place: VectorTable, there: str) -> int:
    """The width that all vectors of a table have."""
    sizes = exp.ArraySize(this=sql.column("embedding"))
    query = exp.select(exp.Min(this=sizes), exp.Max(this=sizes.copy()), sql.count(sql.absent(sql.column("embedding"))))
    least, most, without = target.engine.rows(query.from_(target.table(place.table)))[0]
    if most is None or without:
        raise IngestError(f"{there}: {f'{without:,} rows have no embedding' if without else 'there are no vectors'}")
    if least != most:
        raise IngestError(f"{there}: vectors have {least} to {most} numbers; those of a table have the same length")
    return int(most)


def _tasks(target: Target, categories: Mapping[str, Sequence[str]]) -> list[TaskFacts]:
    """What the tables of predictions and scores say of tasks."""
    task, value = sql.column("task"), sql.column("category")
    counts = [sql.count(sql.present(sql.column(name))) for name in _TOLD]
    per_task = exp.select(task, *counts).from_(target.table(PREDICTIONS)).group_by(task.copy())
    found = {name: numbers for name, *numbers in target.engine.rows(per_task)}
    named = exp.select(task.copy(), value).distinct().from_(target.table(PREDICTIONS)).where(sql.present(value.copy()))
    scored = exp.select(task.copy(), sql.column("score")).distinct().from_(target.table(SCORES))
    scores = sorted(target.engine.rows(scored))
    seen = sorted(target.engine.rows(named))
    facts = []
    for name in sorted({*found, *(each for each, _ in scores)}):
        objects, unsure, pointed, boxed = found.get(name, (0, 0, 0, 0))
        listed = tuple(categories.get(name, ()) or (category for each, category in seen if each == name))
        if unsure and name not in categories:
            raise IngestError(
                f"task {name!r} has probabilities, and nothing says of which classes",
                hint=f"name the classes in their order: categories={{{name!r}: [...]}}",
            )
        own = tuple(score for each, score in scores if each == name)
        whole = {"has_probabilities": 0 < objects == unsure, "has_keypoints": 0 < objects == pointed}
        kind: SampleTaskType | None = ("object-detection" if boxed else "classification") if name in found else None
        facts.append(TaskFacts(name, kind, listed, own, has_predictions=name in found, **whole))
    return facts
