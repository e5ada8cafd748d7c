"""Which column of a source holds what: what the options name, and what is found by name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import array, cast
from sqlsel.datasets.nearest import unknown
from sqlsel.datasets.structs import is_number, is_vector
from sqlsel.datasets.tables import type_node
from sqlsel.datasets.widening import can_be_id
from sqlsel.errors import Problem, UsageError
from sqlsel.facts import DEFAULT_EMBEDDING
from sqlsel.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlsel.engines.base import Engine
    from sqlsel.sources.options import ReadOptions
    from sqlsel.sources.relations import Relation

_SAMPLE_ID = "sample_id"
_ID = "id"
_FILE_NAME = "file_name"
_EMBEDDING = "embedding"
# Lightly's embeddings csv: a column of file names, then one for each number of the vector.
_FILE_NAMES = "filenames"
_NUMBERED = re.compile(r"embedding_(0|[1-9][0-9]*)")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a source by what they hold.

    Attributes:
        id: The sample ids; None where the file names or the row numbers are the ids.
        file_name: The file names; None where there are none.
        embeddings: By name of the embedding, the vector as SQL over the source's columns.
        vectors: The columns that vectors are made of.
        metadata: Every column that holds nothing else, with its type.
        problems: What was not taken for what its name says, as notices.
    """

    id: str | None
    file_name: str | None
    embeddings: dict[str, exp.Expr]
    vectors: frozenset[str]
    metadata: dict[str, str]
    problems: tuple[Problem, ...] = ()


def name_columns(options: ReadOptions) -> tuple[str, ...]:
    """The columns that hold ids and file names, where a source has them."""
    named = [name for name in (options.id, options.file_name) if name is not None]
    return tuple(dict.fromkeys([*named, _SAMPLE_ID, _ID, _FILE_NAME, _FILE_NAMES]))


def find_columns(relation: Relation, engine: Engine, options: ReadOptions) -> Columns:
    """Say which column holds what.

    Without being named, ``sample_id`` is the id, or ``id`` if its type can be one; ``file_name`` holds file names if it
    is text, and ``embedding`` vectors if it is a list of numbers. So are ``filenames`` and ``embedding_0``,
    ``embedding_1`` … of Lightly's embeddings csv.

    Raises:
        UsageError: If an option names a column that the source lacks, or one of a type that cannot be what it says.
    """
    types = relation.types
    for option, column in _named_columns(options):
        if column not in types:
            raise unknown(
                "column", column, types, where=f"in {relation.name} ({option})", empty="the source has no columns"
            )
    numbered = _numbered_columns(types)
    file_name = options.file_name or _found_file_name(types, lightly=bool(numbered))
    identity = options.id or _found_id(types, exclude=file_name)
    vectors, embeddings = _vectors(relation, engine, options, numbered)
    taken = {identity, file_name, *vectors, *options.predictions.values(), *options.scores.values()}
    kept = types.keys() - taken if options.metadata is None else options.metadata
    metadata = {name: kind for name, kind in types.items() if name in kept}
    problems = () if identity or file_name or _ID not in metadata else (_numbered_notice(relation),)
    return Columns(identity, file_name, embeddings, vectors, metadata, problems)


def _named_columns(options: ReadOptions) -> Iterable[tuple[str, str]]:
    """The options that name columns, and the names."""
    for option, column in (("id", options.id), ("file_name", options.file_name)):
        if column is not None:
            yield f"{option}={column!r}", column
    if options.embeddings_file is None:
        for name, column in options.vectors_by_name().items():
            yield (f"embedding={column!r}" if name == DEFAULT_EMBEDDING else f"embedding {name!r}"), column
    for task, column in options.predictions.items():
        yield f"predictions of task {task!r}", column
    for (task, score), column in options.scores.items():
        yield f"score {task}/{score}", column


def _found_id(types: dict[str, str], exclude: str | None) -> str | None:
    if _SAMPLE_ID in types:
        return _SAMPLE_ID
    return _ID if _ID in types and exclude != _ID and can_be_id(types[_ID]) else None


def _numbered_notice(relation: Relation) -> Problem:
    message = (
        f"column {_ID!r} is of type {relation.types[_ID]}, which sample ids cannot be, so rows are numbered from 0; "
        "cast it to integers or text to use it"
    )
    return Problem(where=relation.name, message=message, severity="notice")


def _found_file_name(types: dict[str, str], *, lightly: bool) -> str | None:
    names = (_FILE_NAME, _FILE_NAMES) if lightly else (_FILE_NAME,)
    return next((name for name in names if types.get(name) == "VARCHAR"), None)


def _vectors(
    relation: Relation, engine: Engine, options: ReadOptions, numbered: list[str]
) -> tuple[frozenset[str], dict[str, exp.Expr]]:
    """The columns that vectors are made of, and by name of the embedding the vector as SQL."""
    if options.embeddings_file is not None:
        return frozenset(), {}
    columns = options.vectors_by_name()
    if not columns and _EMBEDDING in relation.types:
        kind = relation.types[_EMBEDDING]
        if is_vector(kind) or _is_vector_text(relation, engine):
            columns = {DEFAULT_EMBEDDING: _EMBEDDING}
    if not columns and numbered:
        return frozenset(numbered), {DEFAULT_EMBEDDING: array(_number(relation, column) for column in numbered)}
    return frozenset(columns.values()), {name: _vector(relation, column) for name, column in columns.items()}


def _number(relation: Relation, column: str) -> exp.Expr:
    """A number of a vector; what is no number is missing in it, which is told of with its row."""
    if is_number(relation.types[column]):
        return sql.column(column)
    return exp.TryCast(this=sql.column(column), to=type_node("DOUBLE"), safe=True)


def _vector(relation: Relation, column: str) -> exp.Expr:
    """The vector of a column, as SQL."""
    kind = relation.types[column]
    if kind == "VARCHAR":
        return cast(sql.column(column), "DOUBLE[]")
    if not is_vector(kind):
        raise UsageError(
            f"embedding={column!r}: column of type {kind}, not a list or an array of numbers",
            hint=_vector_hint(relation.types),
        )
    return sql.column(column)


def _is_vector_text(relation: Relation, engine: Engine) -> bool:
    """Whether the column ``embedding`` holds lists written as text, as csv files have them."""
    if relation.types[_EMBEDDING] != "VARCHAR":
        return False
    text = sql.column(_EMBEDDING)
    first = exp.select(text).from_(relation.node.copy()).where(sql.present(text.copy())).limit(1)
    rows = engine.rows(first)
    return bool(rows) and rows[0][0].lstrip().startswith("[")


def _numbered_columns(types: dict[str, str]) -> list[str]:
    """``embedding_0``, ``embedding_1`` … as far as they go without a gap, if there are at least two."""
    matches = ((_NUMBERED.fullmatch(name), name, kind) for name, kind in types.items())
    found = {int(match[1]): name for match, name, kind in matches if match and (is_number(kind) or kind == "VARCHAR")}
    columns: list[str] = []
    while len(columns) in found:
        columns.append(found[len(columns)])
    return columns if len(columns) > 1 else []


def _vector_hint(types: dict[str, str]) -> str:
    fitting = [name for name, kind in types.items() if is_vector(kind)]
    return f"columns with vectors: {quoted(fitting)}" if fitting else "the source has no such column"
