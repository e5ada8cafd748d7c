"""A source without what cannot be used: rows are judged before they are stored, and told of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import case, named
from sqlsel.datasets.predictions import prediction_faults
from sqlsel.datasets.refusal import found, rows_of
from sqlsel.datasets.vector_tables import object_vectors, own_vectors
from sqlsel.datasets.vectors import judged_vectors, vector_width
from sqlsel.errors import IngestError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlsel.datasets.intake import Intake
    from sqlsel.datasets.vector_tables import VectorTable
    from sqlsel.engines.base import Engine
    from sqlsel.facts import TaskFacts

_REASON = "reason"
_TABLE_COLUMNS = ("sample_id", "task")


def without_bad(engine: Engine, intake: Intake, widths: Mapping[str, int]) -> Intake:
    """The intake without rows that cannot be used, with notices: how many of each kind, and the first few.

    Left out are samples without an id, vectors, all predictions that a sample has of a task if one of their objects
    cannot be used (a count that lacks an object would be wrong), and scores. What the dataset had instead stays. Cost:
    a few passes over the source more. Doubles are not judged, as none of them is worse than the other.

    Args:
        engine: The session; what the intake binds is bound.
        intake: The source.
        widths: By table, the width of the vectors that the dataset has.

    Raises:
        IngestError: If not one of the vectors or predictions can be used.
    """
    skip = _Skipping(engine, widths)
    kept = replace(
        intake,
        samples=skip.samples(intake.samples),
        embedding=None if intake.embedding is None else skip.vectors(intake.embedding, own_vectors()),
        embeddings={name: skip.vectors(query, own_vectors(name)) for name, query in intake.embeddings.items()},
        object_embeddings={
            task: skip.vectors(query, object_vectors(task)) for task, query in intake.object_embeddings.items()
        },
        predictions=skip.predictions(intake.predictions, intake.tasks),
        predicted=skip.predicted(intake),
        scores=skip.scores(intake.scores),
    )
    return replace(kept, problems=(*intake.problems, *skip.problems))


class _Skipping:
    """The queries of one intake without their bad rows; ``problems`` are the notices about these."""

    def __init__(self, engine: Engine, widths: Mapping[str, int]) -> None:
        self.problems: list[Problem] = []
        self._engine = engine
        self._widths = widths

    def samples(self, query: exp.Query | None) -> exp.Query | None:
        """The samples that have an id."""
        missing = sql.absent(sql.column("sample_id"))
        return self._kept(query, [(missing, sql.text("no sample id"))], "samples")

    def vectors(self, query: exp.Query, place: VectorTable) -> exp.Query:
        """The vectors that can be stored: of the width that the dataset has, or most have."""
        vector_width(self._engine, query, place.what)
        width = self._widths.get(place.table) or self._usual_width(query)
        if width is None:
            return query
        judged = judged_vectors(query, width)
        self._tell(judged, place.what, "vector")
        columns = [sql.column(name) for name in (*place.keys, "embedding")]
        good = exp.select(*columns).from_(sql.subquery(judged, "judged"))
        return good.where(sql.absent(sql.column(_REASON)))

    def predictions(self, query: exp.Query | None, tasks: Iterable[TaskFacts]) -> exp.Query | None:
        """The predictions of the samples of which all can be used, task by task."""
        if query is None:
            return None
        tasks = [task for task in tasks if task.has_predictions]
        for task in tasks:
            self._tell(_judged_predictions(query, [task]), f"task {task.name!r}", "prediction")
        judged = _judged_predictions(query, tasks)
        by = [sql.column(name) for name in _TABLE_COLUMNS]
        bad = sql.over(exp.Count(this=sql.column(_REASON)), by=by)
        counted = exp.select(exp.Star(), named(bad, "bad")).from_(sql.subquery(judged, "judged"))
        columns = [sql.column(name) for name in self._engine.columns(query.subquery("given"))]
        return exp.select(*columns).from_(sql.subquery(counted, "counted")).where(sql.column("bad").eq(0))

    def predicted(self, intake: Intake) -> exp.Query | None:
        """Whose predictions are replaced: not those that cannot be."""
        if intake.predicted is None or intake.predictions is None:
            return intake.predicted
        judged = _judged_predictions(intake.predictions, [task for task in intake.tasks if task.has_predictions])
        bad = exp.select(sql.number(1)).from_(sql.subquery(judged, "judged")).where(sql.present(sql.column(_REASON)))
        same = [sql.column(name, "judged").eq(sql.column(name, "given")) for name in _TABLE_COLUMNS]
        query = exp.select(exp.Star()).from_(sql.subquery(intake.predicted, "given"))
        return query.where(exp.Not(this=exp.Exists(this=bad.where(exp.and_(*same)))))

    def scores(self, query: exp.Query | None) -> exp.Query | None:
        """The scores that are not infinite."""
        infinite = sql.call("isinf", sql.double(sql.column("value")))
        return self._kept(query, [(infinite, sql.text("infinite"))], "scores")

    def _kept(self, query: exp.Query | None, cases: list[tuple[exp.Expr, exp.Expr]], where: str) -> exp.Query | None:
        """The rows of which no case holds."""
        if query is None:
            return None
        position = named(exp.Window(this=exp.RowNumber()), "position")
        numbered = sql.subquery(exp.select(exp.Star(), position).from_(query.subquery("given")), "numbered")
        place = sql.call("concat", sql.text("row "), sql.column("position"))
        reason = named(case(*cases), _REASON)
        self._tell(exp.select(named(place, "place"), sql.column("position"), reason).from_(numbered), where)
        good = exp.select(exp.Star()).from_(query.subquery("given"))
        return good.where(sql.absent(case(*((holds.copy(), text.copy()) for holds, text in cases))))

    def _usual_width(self, query: exp.Query) -> int | None:
        length = exp.select(sql.call("mode", sql.call("len", sql.column("embedding")))).from_(query.subquery("given"))
        width: int | None = self._engine.rows(length)[0][0]
        return width or None

    def _tell(self, judged: exp.Select, where: str, one: str | None = None) -> None:
        """Note what is wrong with rows; refuse them if each is ``one`` that cannot be used."""
        problems = found(self._engine, judged, where)
        if not problems:
            return
        if one is not None:
            good = sql.count(sql.absent(sql.column(_REASON)))
            usable, total = self._engine.rows(exp.select(good, sql.count()).from_(sql.subquery(judged, "judged")))[0]
            if not usable:
                raise IngestError(f"not one {one} in {rows_of(total)} can be used:", problems=problems)
        self.problems += [Problem(where, f"left out: {told.message}", severity="notice") for told in problems]


def _judged_predictions(query: exp.Query, tasks: Iterable[TaskFacts]) -> exp.Select:
    """The predictions of some tasks, with what is wrong about each."""
    branches = [(sql.column("task").eq(task.name), case(*prediction_faults(task.categories))) for task in tasks]
    alike = sql.over(sql.count(), by=[sql.column(name) for name in (*_TABLE_COLUMNS, "object_index")])
    counted = exp.select(exp.Star(), named(alike, "alike")).from_(query.subquery("given"))
    twice = exp.GT(this=sql.column("alike"), expression=sql.number(1))
    double = case((twice, sql.text("two predictions of one sample have the same object index")))
    reason = sql.call("coalesce", case(*branches), double) if branches else double
    place = named(sql.varchar(sql.column("sample_id")), "place")
    judged = exp.select(exp.Star(), place, named(sql.column("sample_id"), "position"), named(reason, _REASON))
    judged = judged.from_(sql.subquery(counted, "counted"))
    return judged.where(exp.or_(*(holds.copy() for holds, _ in branches))) if branches else judged
