"""The metadata column of a dataset: which keys it has, how it widens, and how a source's struct becomes a row of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import cast
from sqlsel.datasets.structs import Struct, leaves, read_type
from sqlsel.datasets.tables import SAMPLES, type_node
from sqlsel.datasets.widening import merged, storable
from sqlsel.errors import IngestError

if TYPE_CHECKING:
    from sqlsel.datasets.target import Target

METADATA = "metadata"


def incoming_metadata(types: dict[str, str]) -> Struct | None:
    """The metadata of a samples query as it will be kept; None if it has none.

    Args:
        types: The query's columns with their types.

    Raises:
        IngestError: If two keys have the same dotted name, or the column is no struct.
    """
    if METADATA not in types:
        return None
    kind = read_type(types[METADATA])
    if isinstance(kind, str):
        raise IngestError(f"metadata is of type {kind}, not a STRUCT", hint="give each key a field of its own")
    kept = storable(kind)
    if kept is not None:
        _check_dotted_names(kept)
    return kept


def widen(target: Target, incoming: Struct | None) -> Struct | None:
    """Make the dataset's metadata column wide enough for a source's; returns what it then holds, None if nothing."""
    types = target.engine.columns(target.table(SAMPLES))
    stored = read_type(types[METADATA]) if METADATA in types else None
    assert not isinstance(stored, str)
    both = merged(stored, incoming)
    if both is None or str(both) == str(stored):
        return both
    _check_dotted_names(both)
    kind = type_node(str(both))
    action: exp.Expr = exp.ColumnDef(this=sql.name(METADATA), kind=kind)
    if stored is not None:
        action = exp.AlterColumn(this=sql.name(METADATA), dtype=kind)
    target.engine.execute(exp.Alter(this=target.table(SAMPLES), kind="TABLE", actions=[action]))
    return both


def metadata_value(kind: Struct, incoming: Struct | None, source: str, *, kept: exp.Column | None = None) -> exp.Expr:
    """The value of a metadata column for one row.

    Args:
        kind: What the column holds.
        incoming: The metadata of the source; None if it has none.
        source: The relation with the source's ``metadata``.
        kept: The metadata that the row has, whose keys stay where the source has none.
    """
    return _struct(kind, incoming, (), sql.column(METADATA, source), kept)


def _struct(
    kind: Struct,
    incoming: Struct | None,
    path: tuple[str, ...],
    source: exp.Column,
    kept: exp.Column | None,
) -> exp.Expr:
    given = dict(incoming.fields) if incoming else {}
    values: list[exp.Expr] = []
    for name, inner in kind.fields:
        here = (*path, name)
        if isinstance(inner, Struct):
            below = given.get(name)
            value = _struct(inner, below if isinstance(below, Struct) else None, here, source, kept)
        elif name in given:
            value = sql.field(source.copy(), here)
            value = value if given[name] == inner else cast(value, inner)
        elif kept is not None:
            value = sql.field(kept.copy(), here)
        else:
            value = cast(exp.Null(), inner)
        values.append(exp.PropertyEQ(this=sql.name(name), expression=value))
    return exp.Struct(expressions=values)


def _check_dotted_names(kind: Struct) -> None:
    """Raise IngestError if two keys cannot be told apart by their dotted names."""
    paths: dict[str, tuple[str, ...]] = {}
    for path, _ in leaves(kind):
        name = ".".join(path)
        if paths.setdefault(name.casefold(), path) != path:
            one, other = (" / ".join(part) for part in (paths[name.casefold()], path))
            raise IngestError(
                f"two metadata keys are both called {name!r}: {one} and {other}",
                hint="rename one of them in the source",
            )
