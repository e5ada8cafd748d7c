"""Tabular sources: files, frames, relations and tables, with columns mapped to what a dataset holds."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import named
from sqlsel.datasets.intake import Intake
from sqlsel.datasets.nearest import unknown
from sqlsel.datasets.structs import is_number, read_type
from sqlsel.errors import UsageError
from sqlsel.facts import DEFAULT_EMBEDDING, TaskFacts
from sqlsel.sources.columns import Columns, find_columns, name_columns
from sqlsel.sources.forms import listed_objects
from sqlsel.sources.huggingface import adapt
from sqlsel.sources.jsontext import read_json_column
from sqlsel.sources.lasting import lasting_relation
from sqlsel.sources.lines import open_lines
from sqlsel.sources.metadata import read_metadata
from sqlsel.sources.options import ReadOptions
from sqlsel.sources.predictions import Predicted, read_predictions
from sqlsel.sources.rows import Rows, column
from sqlsel.sources.vectors import open_vectors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlsel.engines.base import Engine
    from sqlsel.errors import Problem
    from sqlsel.sources.relations import Relation


@contextmanager
def read_table(source: object, engine: Engine, options: ReadOptions) -> Iterator[Intake]:
    """Open a tabular source and say what is in it.

    Without an id column the file name is the id, and without that the row number, from 0. Without a file name column
    the samples have no file names.

    Args:
        source: A file (parquet, csv, json, jsonl, npy) or a pattern of files, the name of a table or view, an Arrow
            table or reader, a pandas or polars frame, a numpy matrix of vectors, or a relation of the engine.
        engine: The session.
        options: Which columns hold what.

    Raises:
        UsageError: If there is no such source, or an option names a column that it lacks or that does not fit.
        IngestError: If the source is broken.
    """
    _check_classes(options)
    with ExitStack() as stack:
        opened, told = _opened(source, engine, options, stack)
        adapted = adapt(source, _narrowed(opened, options), engine, options)
        relation, options = adapted.relation, adapted.options
        columns = find_columns(relation, engine, options)
        if not options.copy and columns.id is None and columns.file_name is None:
            raise UsageError(
                f"{relation.name}: views need a column of ids, as rows have no lasting numbers", hint="name it with id"
            )
        metadata = read_metadata(engine, relation.node, columns.metadata, relation.name)
        outputs, parsed = _outputs(engine, relation, options)
        rows = Rows(engine, relation, columns.id, columns.file_name, {**metadata.parsed, **parsed})
        predicted = [
            read_predictions(rows, task, name, outputs[name], _classes(options, task))
            for task, name in options.predictions.items()
        ]
        embeddings = _embeddings(rows, columns, options, stack)
        yield Intake(
            samples=_samples(rows, metadata.value),
            embedding=embeddings.pop(DEFAULT_EMBEDDING, None),
            embeddings=embeddings,
            object_embeddings={found.task.name: found.embedding for found in predicted if found.embedding is not None},
            predictions=_union([found.rows for found in predicted]),
            predicted=_union([rows.select({"task": sql.text(found.task.name)}) for found in predicted]),
            scores=_scores(rows, options),
            tasks=_tasks(predicted, options),
            problems=(*told, *adapted.problems, *columns.problems, *metadata.problems),
            skip_bad=options.on_error == "skip",
            normalize=options.normalize,
            images=options.images,
        )


def _narrowed(relation: Relation, options: ReadOptions) -> Relation:
    """The relation with only those columns that are to be read."""
    if options.columns is None:
        return relation
    types = {name: kind for name, kind in relation.types.items() if name in options.columns}
    return replace(relation, types=types)


def _opened(
    source: object, engine: Engine, options: ReadOptions, stack: ExitStack
) -> tuple[Relation, tuple[Problem, ...]]:
    if options.copy:
        return stack.enter_context(open_lines(source, engine, options, name_columns(options)))
    if options.embeddings_file is not None:
        raise UsageError(
            f"{options.embeddings_file}: vectors in a file of their own are copied",
            hint="add them afterwards with add_embedding, or join them to the samples in a view",
        )
    return lasting_relation(source, engine), ()


def _outputs(engine: Engine, relation: Relation, options: ReadOptions) -> tuple[dict[str, str], dict[str, exp.Expr]]:
    """The types of the columns with predictions, and what those are read as that are not read as they are."""
    types: dict[str, str] = {}
    parsed: dict[str, exp.Expr] = {}
    for name in options.predictions.values():
        kind = relation.types[name]
        if kind == "JSON":
            found = read_json_column(engine, relation.node, name, nested=True)
            parsed[name], kind = found.value, str(found.kind)
        listed = listed_objects(parsed.get(name, sql.column(name)), read_type(kind))
        if listed is not None:
            parsed[name], kind = listed
        types[name] = kind
    return types, parsed


def _samples(rows: Rows, metadata: exp.Expr | None) -> exp.Select:
    name = column(rows.file_name) if rows.file_name else exp.Null()
    values: dict[str, exp.Expr] = {"file_name": sql.varchar(name)}
    if metadata is not None:
        values["metadata"] = metadata
    return rows.select(values)


def _embeddings(rows: Rows, columns: Columns, options: ReadOptions, stack: ExitStack) -> dict[str, exp.Query]:
    """The vectors by name of the embedding, from the source or from the file beside it."""
    if options.embeddings_file is None:
        return {name: rows.select({"embedding": vector}) for name, vector in columns.embeddings.items()}
    named_columns = ReadOptions(embedding=options.embedding, embeddings=options.embeddings)
    vectors = stack.enter_context(open_vectors(options.embeddings_file, rows.engine, named_columns))
    ids = rows.select({"file_name": sql.varchar(column(rows.file_name))}) if rows.file_name else _named_by_id(rows)
    return vectors.of_samples(ids)


def _named_by_id(rows: Rows) -> exp.Select:
    """The ids, and as text: what a file may call samples that have no file names."""
    name = named(sql.varchar(sql.column("sample_id")), "file_name")
    return exp.select(sql.column("sample_id"), name).from_(sql.subquery(rows.select({}), "identified"))


def _scores(rows: Rows, options: ReadOptions) -> exp.Query | None:
    queries = []
    for (task, score), name in options.scores.items():
        kind = rows.source.types[name]
        if not is_number(kind):
            raise UsageError(
                f"score {task}/{score}: column {name!r} is of type {kind}, not a number",
                hint="name a column with one number for each sample",
            )
        values = {"task": sql.text(task), "score": sql.text(score), "value": sql.double(column(name))}
        queries.append(rows.select(values))
    return _union(queries)


def _tasks(predicted: Sequence[Predicted], options: ReadOptions) -> tuple[TaskFacts, ...]:
    """The tasks of predictions and scores."""
    tasks = {found.task.name: found.task for found in predicted}
    for task, _ in options.scores:
        tasks.setdefault(task, TaskFacts(task, None))
    return tuple(tasks.values())


def _classes(options: ReadOptions, task: str) -> tuple[str, ...] | None:
    return tuple(options.classes[task]) if task in options.classes else None


def _check_classes(options: ReadOptions) -> None:
    for task in options.classes:
        if task not in options.predictions:
            raise unknown(
                "task",
                task,
                options.predictions,
                where="among the predictions (classes)",
                empty=f"name its column: predictions={{{task!r}: 'column'}}",
            )


def _union(queries: Sequence[exp.Query]) -> exp.Query | None:
    """All rows of queries with the same columns; None without a query."""
    if len(queries) < 2:
        return queries[0] if queries else None
    return exp.union(*queries, distinct=False)
