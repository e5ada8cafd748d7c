"""Vectors of objects for a dataset that exists: a file or table with a row for each object."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import cast, named
from sqlsel.datasets.intake import Intake
from sqlsel.datasets.refusal import NAMED, first_few, rows_of
from sqlsel.datasets.tables import PREDICTIONS, SAMPLES
from sqlsel.errors import IngestError, Problem, UsageError
from sqlsel.facts import DEFAULT_EMBEDDING
from sqlsel.plan.ids import object_text, same
from sqlsel.sources.columns import find_columns, name_columns
from sqlsel.sources.relations import open_relation
from sqlsel.words import did_you_mean, quoted, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlsel.engines.base import Engine
    from sqlsel.facts import DatasetFacts
    from sqlsel.sources.columns import Columns
    from sqlsel.sources.options import ReadOptions
    from sqlsel.sources.relations import Relation

_INDEX = "object_index"
_TASK = "task"
_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT")


@contextmanager
def read_object_embedding(
    source: object, engine: Engine, facts: DatasetFacts, task: str | None, options: ReadOptions
) -> Iterator[Intake]:
    """Open a source of vectors as those of the objects of a dataset, while the context lasts.

    A row has the file name or the id of the image, as ``object_index`` the object's place among the predictions of the
    task, from 0, and the vector; it may name its ``task``. Where a task has predictions, rows that belong to none of
    its objects are left out; where it has none, its objects are those of the source.

    Args:
        source: A file (parquet, csv, json, npz), a frame, or the name of a table.
        engine: The session.
        facts: The dataset.
        task: Whose objects they are; needed where the source has no column ``task``, else only its rows are read.
        options: Columns with the ids, the file names and the vectors, and whether these are brought to unit length.

    Raises:
        UsageError: If there is no such source, column or task.
        IngestError: If a column is missing or broken, or no row belongs to an object.
    """
    with open_relation(source, engine, names=name_columns(options)) as relation:
        columns = find_columns(relation, engine, options)
        _check_columns(relation, columns)
        _check_places(engine, relation)
        queries: dict[str, exp.Query] = {}
        problems: list[Problem] = []
        for each in _tasks(engine, relation, facts, task):
            rows = _rows(relation, columns, options, facts, each)
            problems += _left_out(engine, rows, facts, each)
            kept = exp.select(*(sql.column(name) for name in ("sample_id", _INDEX, "embedding")))
            queries[each] = kept.from_(sql.subquery(rows, "rows")).where(sql.column("known"))
        yield Intake(object_embeddings=queries, problems=tuple(problems), normalize=options.normalize)


def _check_columns(relation: Relation, columns: Columns) -> None:
    needs = "it has to have file_name or sample_id, object_index and embedding"
    there = {
        "embedding": bool(columns.embeddings),
        "file_name or sample_id": bool(columns.file_name or columns.id),
        _INDEX: _INDEX in relation.types,
    }
    missing = [name for name, found in there.items() if not found]
    if missing:
        found = quoted(relation.types)
        raise IngestError(f"{relation.name}: there is no column {', '.join(missing)}; it has {found}", hint=needs)
    kind = relation.types[_INDEX]
    if kind not in _INTEGERS:
        raise IngestError(
            f"{relation.name}: object_index is of type {kind}, not a whole number",
            hint="number the objects of each image from 0, in the order of its predictions",
        )


def _check_places(engine: Engine, relation: Relation) -> None:
    """Raise IngestError if a row has no place, or a negative one."""
    index = sql.column(_INDEX)
    wrong = exp.or_(sql.absent(index), exp.LT(this=index.copy(), expression=sql.number(0)))
    number = engine.rows(exp.select(sql.count(wrong)).from_(relation.node.copy()))[0][0]
    if number:
        raise IngestError(
            f"{relation.name}: object_index is NULL or negative in {rows_of(number)}",
            hint="number the objects of each image from 0, in the order of its predictions",
        )


def _tasks(engine: Engine, relation: Relation, facts: DatasetFacts, task: str | None) -> list[str]:
    """The tasks whose rows are read."""
    if _TASK not in relation.types:
        if task is None:
            raise UsageError(
                f"{relation.name}: nothing says of which task the objects are",
                hint=f"name it with --task; tasks of the dataset: {quoted(facts.tasks) or 'none yet'}",
            )
        return [task]
    distinct = exp.select(sql.column(_TASK)).distinct().from_(relation.node.copy())
    found = [value for (value,) in engine.rows(distinct)]
    if None in found:
        raise IngestError(f"{relation.name}: the task is NULL in some rows", hint="say which task each object is of")
    names = sorted(map(str, found))
    if task is not None and task not in names:
        guess = did_you_mean(task, names) or ";"
        raise UsageError(f"{relation.name}: has no rows of task {show(task)}{guess} there is: {quoted(names)}")
    return names if task is None else [task]


def _rows(relation: Relation, columns: Columns, options: ReadOptions, facts: DatasetFacts, task: str) -> exp.Select:
    """Query with every row of a task: ``named``, ``sample_id`` (NULL: none), place, vector, and if it is ``known``."""
    by_id = options.id is not None or columns.file_name is None
    name = sql.varchar(sql.column(str(options.id or columns.id) if by_id else str(columns.file_name)))
    place = named(cast(sql.column(_INDEX), "INTEGER"), _INDEX)
    vector = named(columns.embeddings[DEFAULT_EMBEDDING].copy(), "embedding")
    vectors = exp.select(named(name, "named"), place, vector).from_(relation.node.copy())
    if _TASK in relation.types:
        vectors = vectors.where(exp.EQ(this=sql.varchar(sql.column(_TASK)), expression=sql.text(task)))
    own = sql.varchar(sql.column("sample_id"))
    text = own if by_id else exp.Coalesce(this=sql.column("file_name"), expressions=[own])
    samples = exp.select(sql.column("sample_id"), named(text, "named")).from_(_table(SAMPLES, facts))
    columns_of = [sql.column("named", "v"), sql.column("sample_id", "s"), sql.column(_INDEX, "v")]
    query = exp.select(*columns_of, sql.column("embedding", "v")).from_(sql.subquery(vectors, "v"))
    query = sql.left_join(query, sql.subquery(samples, "s"), same(("named",), "v", "s"))
    if not _is_predicted(facts, task):
        return query.select(named(sql.present(sql.column("sample_id", "s")), "known"))
    objects = exp.select(sql.column("sample_id"), sql.column(_INDEX)).from_(_table(PREDICTIONS, facts))
    objects = objects.where(exp.EQ(this=sql.column(_TASK), expression=sql.text(task)))
    on = exp.and_(same(("sample_id",), "s", "o"), same((_INDEX,), "v", "o"))
    query = sql.left_join(query, sql.subquery(objects, "o"), on)
    return query.select(named(sql.present(sql.column(_INDEX, "o")), "known"))


def _is_predicted(facts: DatasetFacts, task: str) -> bool:
    return task in facts.tasks and facts.tasks[task].has_predictions


def _table(name: str, facts: DatasetFacts) -> exp.Table:
    return sql.table(name, facts.name, facts.catalog)


def _left_out(engine: Engine, rows: exp.Select, facts: DatasetFacts, task: str) -> list[Problem]:
    """Notices about rows of no sample and of no object; an error where these are all."""
    homeless = sql.absent(sql.column("sample_id"))
    strange = exp.and_(sql.present(sql.column("sample_id")), exp.Not(this=sql.column("known")))
    counts = exp.select(sql.count(), sql.count(homeless), sql.count(strange))
    total, no_sample, no_object = engine.rows(counts.from_(sql.subquery(rows.copy(), "rows")))[0]
    what = f"object embeddings of {task}"
    found = []
    for number, condition, lacks in (
        (no_sample, homeless, "the dataset has no such samples"),
        (no_object, strange, f"task {show(task)} has no such objects"),
    ):
        if number:
            examples = first_few(_examples(engine, rows, condition), number)
            found.append(Problem(what, f"{rows_of(number)} left out, as {lacks}: {examples}", severity="notice"))
    if no_sample + no_object == total:
        raise IngestError(
            f"{what}: none of the {total:,} rows belongs to an object of dataset {show(facts.name)}",
            problems=tuple(found),
            hint=f"{_hint(engine, facts, task)}; --id names a column with the sample ids",
        )
    return found


def _examples(engine: Engine, rows: exp.Select, condition: exp.Expr) -> list[str]:
    text = sql.call("concat", sql.column("named"), sql.text("#"), sql.varchar(sql.column(_INDEX)))
    query = exp.select(named(text, "text")).from_(sql.subquery(rows.copy(), "rows")).where(condition.copy())
    return [repr(row[0]) for row in engine.rows(query.order_by(sql.ascending(sql.column("text"))).limit(NAMED))]


def _hint(engine: Engine, facts: DatasetFacts, task: str) -> str:
    """What the names of objects look like in the dataset."""
    if not _is_predicted(facts, task):
        return "the file names or ids have to be those of the samples"
    query = exp.select(object_text()).from_(_table(PREDICTIONS, facts))
    query = query.where(exp.EQ(this=sql.column(_TASK), expression=sql.text(task)), sql.present(sql.column(_INDEX)))
    order = [sql.ascending(sql.column(name)) for name in ("sample_id", _INDEX)]
    names = [repr(row[0]) for row in engine.rows(query.order_by(*order).limit(NAMED))]
    return f"an object is its image's name or id, and its place from 0, such as {', '.join(names)}"
