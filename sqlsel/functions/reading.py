"""Which columns of a table a call reads, and for what."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel.datasets.structs import is_vector
from sqlsel.datasets.widening import stored_id_type
from sqlsel.errors import IngestError, UsageError
from sqlsel.expressions import ExpressionError, parse_expression
from sqlsel.facts import DEFAULT_EMBEDDING
from sqlsel.plan.columns import METADATA, SAMPLE_COLUMNS
from sqlsel.sources import ReadOptions
from sqlsel.sources.columns import find_columns
from sqlsel.sources.relations import Relation
from sqlsel.words import did_you_mean, quoted, show

if TYPE_CHECKING:
    from sqlsel.engines.base import Engine
    from sqlsel.functions.calls import Call
    from sqlsel.functions.relations import Named

# lists, arrays, structs and maps
_NO_GROUPS = re.compile(r"\]$|^(STRUCT|MAP|UNION)\(|^(BLOB|BIT|JSON)$")
_ROW_NUMBERS = "BIGINT"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a call reads its table.

    Attributes:
        options: Which columns hold what; no others are read.
        id_type: Type of the ids that the call gives.
        vectors: The columns that vectors are made of; empty where none are looked at.
        others: The other columns that are read.
    """

    options: ReadOptions
    id_type: str
    vectors: tuple[str, ...]
    others: tuple[str, ...]


def reading(session: Engine, call: Call, named: Named) -> Reading:
    """How a call reads a table.

    Raises:
        UsageError: If an argument names a column that the table lacks, or ids or vectors are of no fitting type.
    """
    _check_columns(call, named)
    mapping = {name: call.values[name] for name in ("id", "file_name", "embedding")}
    options = ReadOptions(**mapping, normalize=call.values["normalize"] is not False)
    relation = Relation(named.name, named.node or exp.Null(), named.types)
    columns = find_columns(relation, session, options)
    vectors = tuple(sorted(columns.vectors)) if _looks_at_vectors(call) else ()
    if _looks_at_vectors(call) and DEFAULT_EMBEDDING not in columns.embeddings:
        raise UsageError(f"{show(named.name)} has no column 'embedding'", hint=_name_vectors(named))
    looked_at = {each for each in _other_columns(call, named) if each not in columns.vectors}
    others = tuple(name for name in named.types if name in {columns.id, columns.file_name, *looked_at})
    id_type = _id_type(named, columns.id, columns.file_name)
    own = options.embedding if vectors else None
    read = frozenset({*vectors, *others})
    options = replace(options, embedding=own, columns=read, metadata=frozenset(looked_at))
    return Reading(options, id_type, vectors, others)


def _check_columns(call: Call, named: Named) -> None:
    for argument in call.function.arguments:
        value = call.values[argument.name]
        if argument.kind == "column" and value is not None:
            _check_column(argument.name, str(value), named)
    kind = named.types.get(call.values["embedding"])
    if kind is not None and not is_vector(kind):
        fitting = [name for name, other in named.types.items() if is_vector(other)]
        raise UsageError(
            f"embedding := {show(call.values['embedding'])}: column of type {kind}, not a list or an array of numbers",
            hint=f"columns with vectors: {quoted(fitting)}" if fitting else "the table has no such column",
        )


def _looks_at_vectors(call: Call) -> bool:
    if call.function.runs == "duplicates" or call.function.input == "EMBEDDINGS":
        return True
    return call.values["min_distance"] is not None


def _check_column(argument: str, name: str, named: Named) -> None:
    """Raise UsageError unless a table has a column, or the struct that a dotted name begins with."""
    groups = argument in ("key", "per")
    if name in named.types and groups and _NO_GROUPS.search(named.types[name]):
        raise UsageError(
            f"{argument} := {show(name)}: column of type {named.types[name]}, which makes no groups",
            hint="name one with text, whole numbers, dates or booleans",
        )
    if name in named.types or ((groups or argument == "weight") and _root(name, named) is not None):
        return
    raise _no_column(argument, name, name, named)


def _no_column(argument: str, value: str, name: str, named: Named) -> UsageError:
    guess = did_you_mean(name, named.types)
    return UsageError(
        f"{argument} := {show(value)}: {show(named.name)} has no column {show(name)}{guess}",
        hint=f"there is: {quoted(named.types)}",
    )


def _root(name: str, named: Named) -> str | None:
    """The column that a name begins with, which may itself have dots."""
    parts = name.split(".")
    fronts = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((front for front in fronts if front in named.types), None)


def _other_columns(call: Call, named: Named) -> list[str]:
    """The columns that the call looks at beside ids and vectors."""
    found = [str(call.values[name]) for name in ("key", "weight", "per") if call.values.get(name) is not None]
    roots = [_root(name, named) for name in found]
    texts = [(each.name, call.values[each.name]) for each in call.function.arguments if each.kind == "expression"]
    inside = [column for name, text in texts if text is not None for column in _named_in(name, text, named)]
    return [*(root for root in roots if root is not None), *inside]


def _named_in(argument: str, text: str, named: Named) -> list[str]:
    """The columns that an expression names, whatever the case of their names."""
    try:
        expression = parse_expression(text)
    except ExpressionError as refusal:
        raise UsageError(f"{argument} := {show(text)}: {refusal}") from None
    folded = {name.casefold(): name for name in named.types}
    found = []
    for column in expression.find_all(exp.Column):
        parts = [part.name for part in column.parts]
        # metadata.key means the column that is called so
        names = [parts[0], parts[1]] if len(parts) > 1 and parts[0].casefold() == METADATA else parts[:1]
        known = [folded[name.casefold()] for name in names if name.casefold() in folded]
        if not known and names[-1].casefold() not in SAMPLE_COLUMNS:
            raise _no_column(argument, text, names[-1], named)
        found += known
    return found


def _id_type(named: Named, identity: str | None, file_name: str | None) -> str:
    if identity is None:
        return "VARCHAR" if file_name is not None else _ROW_NUMBERS
    try:
        stored_id_type(named.types[identity])
    except IngestError as failure:
        raise UsageError(f"id := {show(identity)}: {failure.message}", hint="name another column, or cast it") from None
    return named.types[identity]


def _name_vectors(named: Named) -> str:
    fitting = [name for name, kind in named.types.items() if is_vector(kind)]
    if fitting:
        return (
            f"name the one with the vectors: embedding := {show(fitting[0])}; columns that hold some: {quoted(fitting)}"
        )
    return f"no column holds lists or arrays of numbers; there is: {quoted(named.types)}"
