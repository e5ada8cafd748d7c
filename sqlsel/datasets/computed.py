"""Computed scores in the scores table: apart from those of the user, and true to the predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.config import computed_scores
from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.datasets.fragments import named
from sqlsel.datasets.nearest import unknown
from sqlsel.datasets.tables import SCORES, catalog_table, column_names, dataset_table, make_catalog, view_names
from sqlsel.datasets.views import refuse_views
from sqlsel.errors import Problem, UsageError
from sqlsel.plan.scores import score_relation
from sqlsel.words import quoted, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlsel.datasets.target import Target
    from sqlsel.engines.base import Engine
    from sqlsel.facts import DatasetFacts

    Named = tuple[str, str]
    """Task and score."""

COMPUTED = "computed_scores"


@dataclass(frozen=True, slots=True)
class ScoreFacts:
    """One score that was computed and stored.

    Attributes:
        task: The task.
        score: Name of the score.
        samples: How many samples have it.
        lowest: The lowest value; None where no sample has one.
        mean: The mean.
        highest: The highest.
    """

    task: str
    score: str
    samples: int
    lowest: float | None
    mean: float | None
    highest: float | None


def compute(
    engine: Engine, dataset: str, tasks: Sequence[str] | None = None, scores: Sequence[str] | None = None
) -> list[ScoreFacts]:
    """Compute scores from the predictions of a dataset and store them, in one transaction; earlier ones are replaced.

    Args:
        engine: The session, not in a transaction.
        dataset: The dataset.
        tasks: Only the scores of these tasks.
        scores: Only the scores of these names.

    Returns:
        What was stored, in the order of the tasks.

    Raises:
        UsageError: If there is no such dataset, task or score, or nothing to compute; with the names there are.
        DatabaseError: If the database cannot be written.
    """
    facts = DatasetCatalog(engine).facts(dataset)
    chosen = _chosen(facts, tasks, scores)
    refuse_views(engine, dataset, [SCORES])
    with engine.transaction():
        make_catalog(engine)
        write_computed(engine, facts, chosen)
        return [_told(engine, dataset, each) for each in chosen]


def write_computed(engine: Engine, facts: DatasetFacts, names: Iterable[Named]) -> None:
    """Store computed scores, in place of what is stored under their names. Call it in a transaction."""
    for task, score in names:
        forget_computed(engine, facts.name, [(task, score)])
        found = sql.subquery(score_relation(facts, facts.tasks[task], score), "found")
        values = {"task": sql.text(task), "score": sql.text(score)}
        columns = [
            named(values[name], name) if name in values else sql.column(name, "found") for name in column_names(SCORES)
        ]
        query = exp.select(*columns).from_(found).where(sql.present(sql.column("value", "found")))
        target = exp.Schema(
            this=dataset_table(engine.catalog, facts.name, SCORES),
            expressions=[sql.name(name) for name in column_names(SCORES)],
        )
        engine.execute(exp.Insert(this=target, expression=query))
        mark = exp.select(sql.text(facts.name), sql.text(task), sql.text(score))
        engine.execute(exp.Insert(this=catalog_table(engine.catalog, COMPUTED), expression=mark))


def keep_computed(engine: Engine, dataset: str, names: Iterable[Named]) -> None:
    """Store computed scores that are not stored yet, unless scores are a view. Call it in a transaction."""
    names = list(dict.fromkeys(names))
    if names and SCORES not in view_names(engine, dataset):
        make_catalog(engine)
        stored = stored_computed(engine, dataset)
        facts = DatasetCatalog(engine).facts(dataset)
        write_computed(engine, facts, [each for each in names if each not in stored])


def stored_computed(engine: Engine, dataset: str) -> tuple[Named, ...]:
    """Task and name of every computed score that is stored, in order."""
    tables = exp.select(sql.number(1)).from_(exp.table_("tables", db="information_schema"))
    here = exp.and_(sql.column("table_catalog").eq(engine.catalog), sql.column("table_name").eq(COMPUTED))
    if not engine.rows(tables.where(here)):  # an earlier sqlsel made the database
        return ()
    marks = exp.select(sql.column("task"), sql.column("score")).from_(catalog_table(engine.catalog, COMPUTED))
    return tuple(sorted(engine.rows(marks.where(sql.column("dataset").eq(dataset)))))


def forget_computed(engine: Engine, dataset: str, names: Iterable[Named]) -> None:
    """Remove computed scores and their marks. Call it in a transaction."""
    for task, score in names:
        here = exp.and_(sql.column("task").eq(task), sql.column("score").eq(score))
        engine.execute(exp.delete(dataset_table(engine.catalog, dataset, SCORES)).where(here))
        marks = exp.delete(catalog_table(engine.catalog, COMPUTED)).where(here.copy())
        engine.execute(marks.where(sql.column("dataset").eq(dataset)))


def give_way(target: Target, query: exp.Query) -> None:
    """Remove the computed scores that a source brings scores of the same name for."""
    stored = stored_computed(target.engine, target.dataset)
    if stored:
        pairs = exp.select(sql.column("task"), sql.column("score")).distinct().from_(query.subquery("source"))
        incoming = {(str(task), str(score)) for task, score in target.engine.rows(pairs)}
        forget_computed(target.engine, target.dataset, [each for each in stored if each in incoming])


def compute_again(target: Target) -> Iterator[Problem]:
    """Compute the stored scores of a dataset whose predictions have changed; yields those that no longer can be."""
    stored = stored_computed(target.engine, target.dataset)
    if not stored:
        return
    facts = DatasetCatalog(target.engine).facts(target.dataset)
    possible = {(task.name, score) for task in facts.tasks.values() for score in computed_scores(task)}
    write_computed(target.engine, facts, [each for each in stored if each in possible])
    for task, score in stored:
        if (task, score) not in possible:
            forget_computed(target.engine, target.dataset, [(task, score)])
            message = f"score {score} can no longer be computed from the predictions; its stored values are removed"
            yield Problem(where=f"task {task!r}", message=message, severity="notice")


def _chosen(facts: DatasetFacts, tasks: Sequence[str] | None, scores: Sequence[str] | None) -> list[Named]:
    """The scores that were asked for, each checked."""
    where = f"in dataset {show(facts.name)}"
    for name in tasks or ():
        if name not in facts.tasks:
            raise unknown("task", name, facts.tasks, empty="ingest predictions", where=where)
    names = dict.fromkeys(tasks if tasks is not None else facts.tasks)
    possible = [
        (task, score)
        for task in names
        for score in computed_scores(facts.tasks[task])
        if score not in facts.tasks[task].scores
    ]
    known = tuple(dict.fromkeys(score for _, score in possible))
    for score in scores or ():
        own = [task for task in names if score in facts.tasks[task].scores]
        if score not in known and own:
            raise UsageError(
                f"score {show(score)} of task {show(own[0])} was ingested, so there is nothing to compute",
                hint=f"what can be computed: {quoted(known)}" if known else "read it from the table scores",
            )
        if score not in known:
            raise unknown("score", score, known, empty=_NOTHING, where=f"to compute {where}")
    if not possible:
        raise UsageError(f"there is no score to compute {where}", hint=_NOTHING)
    return [each for each in possible if scores is None or each[1] in scores]


_NOTHING = "ingest predictions with class probabilities, or of objects"


def _told(engine: Engine, dataset: str, name: Named) -> ScoreFacts:
    value = sql.column("value")
    numbers = [exp.Count(this=value), *(kind(this=value.copy()) for kind in (exp.Min, exp.Avg, exp.Max))]
    here = exp.and_(sql.column("task").eq(name[0]), sql.column("score").eq(name[1]))
    table = dataset_table(engine.catalog, dataset, SCORES)
    ((samples, lowest, mean, highest),) = engine.rows(exp.select(*numbers).from_(table).where(here))
    return ScoreFacts(*name, samples, lowest, mean, highest)
