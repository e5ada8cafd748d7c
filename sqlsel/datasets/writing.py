"""Storing a source in a dataset: in one transaction, all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.datasets.computed import compute_again, give_way
from sqlsel.datasets.imagery import IMAGERY, add_image_folder, keep_makers
from sqlsel.datasets.label_files import LABEL_FILES, add_label_file
from sqlsel.datasets.naming import check_dataset_name
from sqlsel.datasets.orphans import drop_orphans
from sqlsel.datasets.predictions import forget_predictions, write_predictions, write_scores
from sqlsel.datasets.runs import timestamp
from sqlsel.datasets.samples import SampleCounts, write_samples
from sqlsel.datasets.skipping import without_bad
from sqlsel.datasets.stages import Stages
from sqlsel.datasets.staging import readable, sparingly
from sqlsel.datasets.tables import (
    PREDICTIONS,
    SAMPLES,
    SCORES,
    catalog_table,
    complete_dataset,
    make_catalog,
    make_dataset,
)
from sqlsel.datasets.target import Target
from sqlsel.datasets.tasks import check_tasks, write_embedding, write_keys, write_tasks
from sqlsel.datasets.vector_tables import VectorTable, check_embedding_name, object_vectors, own_vectors
from sqlsel.datasets.vectors import (
    UnusableVectorsError,
    check_new_table,
    check_single_vectors,
    refuse_unusable,
    vector_width,
    write_vectors,
)
from sqlsel.datasets.views import ViewTarget, check_can_view, refuse_views
from sqlsel.datasets.widening import check_id_type, stored_id_type
from sqlsel.engines.interrupts import interruptible
from sqlsel.errors import EngineError, EngineMemoryError, IngestError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlsel.datasets.intake import Intake
    from sqlsel.engines.base import Engine
    from sqlsel.errors import Problem
    from sqlsel.facts import DatasetFacts

    Progress = Callable[[str, int, int | None], None]

_TABLES_BY_DATASET = ("datasets", "tasks", "computed_scores", "metadata_keys", "embeddings")


@dataclass(frozen=True, slots=True)
class StoreReport:
    """What storing a source did.

    Attributes:
        dataset: Name of the dataset.
        created: Whether the dataset is new.
        added: Samples that it did not have.
        updated: Samples that it had.
        counts: By table, the rows that the dataset has in it now.
        problems: What was left out or repaired, as notices.
    """

    dataset: str
    created: bool
    added: int
    updated: int
    counts: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def store(
    engine: Engine, dataset: str, intake: Intake, progress: Progress | None = None, *, copy: bool = True
) -> StoreReport:
    """Add a source to a dataset, which is made if there is none. When anything fails, the database is as it was.

    New samples are added. A sample that the dataset has is updated: what the source has of it replaces what was there,
    metadata keys that the source lacks keep their values, and vectors, predictions and scores are replaced for the
    samples and tasks that the source names. Storing the same source again changes nothing. Vectors, predictions and
    scores of samples that the dataset lacks are left out with a notice.

    Memory: bounded, whatever the number of rows; the engine moves what outgrows it to disk.

    Args:
        engine: The session, not in a transaction.
        dataset: Name of the dataset.
        intake: The source, as a reader made it.
        progress: Called at the begin and the end of each stage with its name, the rows done, and the rows there are.
        copy: Whether rows are copied; otherwise the dataset, which is new, is views over the source.

    Raises:
        UsageError: If the engine only selects, a dataset cannot be called so, or it does not exist and the source
            only adds to samples.
        IngestError: If the source is refused; it says which rows, why, and what to do.
        DatabaseError: If the database cannot be written, or the disk is full.
    """
    if not engine.ingests:
        raise UsageError(
            "nothing can be ingested here",
            hint="ingest into a database file, and copy that: `sqlsel copy --db DB FOLDER`",
        )
    check_dataset_name(dataset, engine)
    catalog = DatasetCatalog(engine)
    facts = catalog.facts(dataset) if dataset in catalog.dataset_names() else None
    if not copy:
        check_can_view(dataset, exists=facts is not None, on_error="skip" if intake.skip_bad else "fail")
    for name in intake.embeddings:
        check_embedding_name(name, facts.embeddings if facts is not None else ())
    stages = Stages(engine, progress)

    def attempt() -> StoreReport:
        with engine.transaction():
            report = _store(_target(engine, dataset, intake, facts, copy=copy), intake, facts, stages)
            stages.begin("commit")
            return report

    with interruptible(engine), readable(engine, intake.bound):
        if intake.skip_bad:
            intake = without_bad(engine, intake, _widths(facts))
        try:
            widths = [vector_width(engine, query) or 0 for query in _vector_queries(intake).values()]
            width = max(widths, default=0)
            return sparingly(engine, attempt, row_bytes=4 * width, one_thread=intake.many_files and not width)
        except EngineMemoryError:
            raise
        except (EngineError, UnusableVectorsError):
            # the statement that stores vectors says that it failed, not on which of them
            refuse_unusable(engine, _vector_queries(intake), _widths(facts))
            raise


def _target(engine: Engine, dataset: str, intake: Intake, facts: DatasetFacts | None, *, copy: bool) -> Target:
    """The dataset, ready to be written to: its id type checked, its tables there."""
    make_catalog(engine)
    incoming = stored_id_type(engine.columns(_any_query(intake).subquery("source"))["sample_id"])
    now = timestamp(datetime.now(UTC))
    datasets = catalog_table(engine.catalog, "datasets")
    if facts is None:
        if intake.samples is None:
            raise UsageError(f"no dataset {dataset!r} to add this to", hint="ingest its samples first")
        make_dataset(engine, dataset, incoming)
        for table in (*_TABLES_BY_DATASET, *IMAGERY, LABEL_FILES):
            engine.execute(exp.delete(catalog_table(engine.catalog, table)).where(sql.column("dataset").eq(dataset)))
        engine.execute(exp.Insert(this=datasets, expression=exp.select(sql.text(dataset), now, now.copy())))
        return (Target if copy else ViewTarget)(engine, dataset, incoming, new=True)
    refuse_views(engine, dataset, _written(intake))
    touched = exp.update(datasets, {"updated_at": now}, where=sql.column("dataset").eq(dataset))
    engine.execute(touched)
    complete_dataset(engine, dataset)
    target = Target(engine, dataset, "", new=False)
    stored = engine.columns(target.table(SAMPLES))["sample_id"]
    check_id_type(stored, incoming, dataset)
    return Target(engine, dataset, stored, new=False)


def _store(target: Target, intake: Intake, facts: DatasetFacts | None, stages: Stages) -> StoreReport:
    samples = SampleCounts(0, 0)
    if intake.samples is not None:
        stages.begin(SAMPLES, intake.samples)
        samples = write_samples(target, intake.samples)
        stages.end(SAMPLES, samples.added + samples.updated)
    write_keys(target, intake.keys)
    if intake.images is not None:
        add_image_folder(target.engine, target.dataset, intake.images)
    if intake.labels is not None:
        add_label_file(target.engine, target.dataset, intake.labels)
    tables = [place.table for place in _vector_queries(intake)]
    keep_makers(target.engine, target.dataset, intake.maker, tables, [] if intake.predictions is None else intake.tasks)
    notices = [*_store_vectors(target, intake, facts, stages), *_store_outputs(target, intake, facts, stages)]
    return StoreReport(
        dataset=target.dataset,
        created=target.new,
        added=samples.added,
        updated=samples.updated,
        counts={table: target.count(table) for table in _tables(target)},
        problems=(*intake.problems, *notices),
    )


def _store_vectors(target: Target, intake: Intake, facts: DatasetFacts | None, stages: Stages) -> Iterator[Problem]:
    """Store the vectors of samples and objects; yields what was left out."""
    widths = _widths(facts)
    for place, query in _vector_queries(intake).items():
        table = place.table
        stages.begin(table, query)
        stored = widths.get(table)
        if stored is None:
            check_new_table(target, place)
        replaced = _replaced(intake, place.task, query)
        width = write_vectors(target, place, query, replaced=replaced, width=stored, normalize=intake.normalize)
        if width is None:
            continue
        if stored is None:
            write_embedding(target, table, place.task, width)
        yield from drop_orphans(target, table, query)
        check_single_vectors(target, place)
        stages.end(table, target.count(table))


def _store_outputs(target: Target, intake: Intake, facts: DatasetFacts | None, stages: Stages) -> Iterator[Problem]:
    """Store predictions, scores and what is known of their tasks; yields what was left out."""
    if intake.predictions is not None:
        stages.begin(PREDICTIONS, intake.predictions)
        forget_predictions(target, intake.predictions, intake.predicted)
    tasks = check_tasks(target, facts.tasks if facts else {}, intake.tasks)
    if intake.predictions is not None:
        write_predictions(target, intake.predictions)
        yield from drop_orphans(target, PREDICTIONS, intake.predictions)
        stages.end(PREDICTIONS, target.count(PREDICTIONS))
    if intake.scores is not None:
        stages.begin(SCORES, intake.scores)
        give_way(target, intake.scores)
        write_scores(target, intake.scores)
        yield from drop_orphans(target, SCORES, intake.scores)
        stages.end(SCORES, target.count(SCORES))
    write_tasks(target, tasks)
    if intake.predictions is not None:
        yield from compute_again(target)


def _written(intake: Intake) -> list[str]:
    """The tables of a dataset that a source has rows for."""
    rows = {SAMPLES: intake.samples, PREDICTIONS: intake.predictions, SCORES: intake.scores}
    return [
        *(name for name, query in rows.items() if query is not None),
        *(place.table for place in _vector_queries(intake)),
    ]


def _vector_queries(intake: Intake) -> dict[VectorTable, exp.Query]:
    """The intake's queries for vectors, by the table they are for."""
    own = {} if intake.embedding is None else {own_vectors(): intake.embedding}
    named = {own_vectors(name): query for name, query in intake.embeddings.items()}
    return own | named | {object_vectors(task): query for task, query in intake.object_embeddings.items()}


def _replaced(intake: Intake, task: str | None, query: exp.Query) -> exp.Query:
    """Whose vectors a source replaces: where it says whose predictions, those of their objects."""
    if task is None or intake.predicted is None:
        return query
    return exp.select(exp.Star()).from_(sql.subquery(intake.predicted, "predicted")).where(sql.column("task").eq(task))


def _any_query(intake: Intake) -> exp.Query:
    """A query of the intake that has sample ids."""
    queries = (intake.samples, *_vector_queries(intake).values(), intake.predictions, intake.scores)
    for query in queries:
        if query is not None:
            return query
    raise IngestError("the source is empty: it has neither samples nor anything about them")


def _widths(facts: DatasetFacts | None) -> dict[str, int]:
    """By name of the table, the width of the vectors that a dataset has."""
    if facts is None:
        return {}
    return {known.table: known.width for known in (*facts.embeddings.values(), *facts.object_embeddings.values())}


def _tables(target: Target) -> list[str]:
    """Names of the dataset's tables that a source fills."""
    known = exp.select(sql.column("table_name")).from_(catalog_table(target.engine.catalog, "embeddings"))
    rows = target.engine.rows(known.where(sql.column("dataset").eq(target.dataset)))
    return [SAMPLES, *sorted(name for (name,) in rows), PREDICTIONS, SCORES]
