"""How vectors enter a dataset: checked, brought to unit length, stored as arrays of one width.

All of it is one SQL statement over the source, so it costs little more than copying and holds no table in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import ITEM, any_item, case, cast, each_item, matching, named
from sqlsel.datasets.refusal import SKIP, found, refuse
from sqlsel.datasets.structs import is_vector
from sqlsel.datasets.tables import create_table
from sqlsel.datasets.vector_tables import own_vectors
from sqlsel.errors import IngestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlsel.datasets.target import Target
    from sqlsel.datasets.vector_tables import VectorTable
    from sqlsel.engines.base import Engine
    from sqlsel.errors import Problem

# Vectors whose length is this near to 1 are stored as they are.
UNIT_TOLERANCE = 1e-6

# From here on a double is infinite in single precision.
_OVERFLOW = 3.4028235677973366e38
_HINT = f"compute these vectors again, write NULL where a sample has none, {SKIP}"


class UnusableVectorsError(IngestError):
    """Some vectors could not be stored; `refuse_unusable` says which, once the transaction has ended."""


def write_vectors(
    target: Target,
    place: VectorTable,
    query: exp.Query,
    *,
    replaced: exp.Query,
    width: int | None,
    normalize: bool,
) -> int | None:
    """Store the vectors of a source; those that the table has for the same samples are replaced.

    Args:
        target: The dataset.
        place: The table; it is made where the dataset lacks it.
        query: The intake's query, with ``embedding``.
        replaced: Query with ``sample_id``: whose vectors are replaced.
        width: Width of the vectors that the dataset has; None where it has none.
        normalize: Whether vectors are brought to unit length: norm and division in double, rounded once to float32.
            Vectors within 1e-6 of length 1 stay bit for bit.

    Returns:
        The width of the vectors; None if the source has none.

    Raises:
        IngestError: If the vectors are not as wide as those the dataset has, or some cannot be used.
    """
    given = vector_width(target.engine, query, place.what)
    table, keys = place.table, place.keys
    if width is not None and given is not None and given != width:
        raise _another_width(target, place, width, given)
    if width is not None:
        gone = exp.select(target.sample_id()).from_(replaced.subquery("source"))
        target.delete(table, matching(target.table(table), sql.subquery(gone, "named"), "sample_id"))
    if given is None:
        return width
    if width is None:
        _make_table(target, table, keys, given)
    rows: dict[str, exp.Expr] = {key: sql.column(key) for key in keys}
    rows["embedding"] = _stored(given, normalize=normalize)
    target.insert(table, rows, sql.subquery(_measured(target, query, given, keys, normalize=normalize), "measured"))
    if target.count(table, sql.absent(sql.column("embedding"))):
        raise UnusableVectorsError("some vectors cannot be used", hint=_HINT)
    return given


def _another_width(target: Target, place: VectorTable, width: int, given: int) -> IngestError:
    hint = "compute both with the same model, or ingest into a new dataset"
    if place.task is None:
        hint = "compute both with the same model, or give the new ones a name of their own: --embedding NAME=COLUMN"
    stored = "the vectors" if place == own_vectors() else f"the vectors of {place.what}"
    return IngestError(
        f"{stored} of dataset {target.dataset!r} have {width} numbers, those of the source {given}", hint=hint
    )


def _make_table(target: Target, table: str, keys: tuple[str, ...], width: int) -> None:
    columns = {"sample_id": target.id_type, "object_index": "INTEGER"}
    definitions = [*((key, columns[key]) for key in keys), ("embedding", f"FLOAT[{width}]")]
    target.engine.execute(create_table(target.engine, target.dataset, table, definitions))


def check_new_table(target: Target, place: VectorTable) -> None:
    """Raise IngestError if a table to be made differs from another of the dataset by case alone."""
    table = place.table
    names = exp.select(sql.column("table_name")).from_(exp.table_("tables", db="information_schema"))
    here = exp.and_(
        sql.column("table_catalog").eq(target.engine.catalog), sql.column("table_schema").eq(target.dataset)
    )
    same = [name for (name,) in target.engine.rows(names.where(here)) if name.casefold() == table.casefold()]
    if same:
        raise IngestError(
            f"table {table!r} cannot be made beside {same[0]!r}: the names differ by case alone",
            hint=f"give the {'embedding' if place.task is None else 'task'} another name",
        )


def check_single_vectors(target: Target, place: VectorTable) -> None:
    """Raise IngestError if a sample, or an object of one, has two vectors in a table."""
    table, keys = place.table, place.keys
    groups = exp.select(*(sql.column(key) for key in keys)).from_(target.table(table))
    groups = groups.group_by(*(sql.column(key) for key in keys))
    groups = groups.having(exp.GT(this=sql.count(), expression=sql.number(1)))
    doubles = exp.select(
        named(sql.varchar(sql.column("sample_id")), "place"),
        named(sql.column("sample_id"), "position"),
        named(sql.text("more than one vector"), "reason"),
    ).from_(sql.subquery(groups, "doubles"))
    hint = "remove the doubles from the source"
    refuse(target.engine, doubles, table, message="the source has vectors twice:", hint=hint)


def refuse_unusable(engine: Engine, queries: Mapping[VectorTable, exp.Query], widths: Mapping[str, int]) -> None:
    """Raise IngestError if vectors of a source cannot be stored, saying which and why.

    Args:
        engine: The session, after the transaction that failed.
        queries: By the table they are for, the source's queries for vectors.
        widths: By name of the table, the width that the dataset has.
    """
    problems: list[Problem] = []
    for place, query in queries.items():
        if (width := widths.get(place.table) or vector_width(engine, query, place.what)) is not None:
            problems += found(engine, _unusable(query, width), place.what)
    if problems:
        raise IngestError("the source has vectors that cannot be used:", problems=tuple(problems), hint=_HINT)


def vector_width(engine: Engine, query: exp.Query, what: str = "embedding") -> int | None:
    """Length of a source's first vector; None if it has none.

    Raises:
        IngestError: If the column is no list of numbers.
    """
    kind = engine.columns(query.subquery("source"))["embedding"]
    if not is_vector(kind):
        raise IngestError(
            f"{what}: these are lists or arrays of numbers, and the column is of type {kind}",
            hint="name the column with the vectors with embedding=, and store them as lists",
        )
    length = exp.select(sql.call("len", sql.column("embedding"))).from_(query.subquery("source"))
    rows = engine.rows(length.where(sql.present(sql.column("embedding"))).limit(1))
    return rows[0][0] or None if rows else None


def _measured(target: Target, query: exp.Query, width: int, keys: tuple[str, ...], *, normalize: bool) -> exp.Select:
    """Each row's vector in double precision, with its length."""
    vector: exp.Expr = sql.column("embedding")
    if not normalize:
        vector = cast(vector, f"FLOAT[{width}]")
    columns = {"sample_id": target.sample_id(), "object_index": sql.column("object_index")}
    wide = named(cast(vector, f"DOUBLE[{width}]"), "wide")
    rows = exp.select(*(columns[key] for key in keys), sql.column("embedding"), wide)
    rows = rows.from_(query.subquery("source")).where(sql.present(sql.column("embedding")))
    square = sql.call("array_inner_product", sql.column("wide"), sql.column("wide"))
    return exp.select(exp.Star(), named(sql.call("sqrt", square), "length")).from_(sql.subquery(rows, "widened"))


def _stored(width: int, *, normalize: bool) -> exp.Expr:
    """The vector as it is stored; NULL where it cannot be."""
    length = sql.column("length")
    as_it_is = cast(sql.column("embedding"), f"FLOAT[{width}]")
    infinite = cast(sql.text("inf"), "DOUBLE")
    usable = exp.and_(
        exp.GT(this=length.copy(), expression=sql.number(0)), exp.LT(this=length.copy(), expression=infinite)
    )
    if not normalize:
        return case((usable, as_it_is))
    away = exp.Abs(this=exp.Sub(this=length.copy(), expression=sql.number(1)))
    near = exp.LTE(this=away, expression=sql.number(UNIT_TOLERANCE))
    scaled = each_item(sql.column("wide"), exp.Div(this=ITEM.copy(), expression=length.copy()))
    return case((near, as_it_is), (usable, cast(scaled, f"FLOAT[{width}]")))


def _unusable(query: exp.Query, width: int) -> exp.Select:
    """Rows of a source with the reason why their vector cannot be stored."""
    columns = [sql.column(name) for name in ("place", "position", "reason")]
    return exp.select(*columns).from_(sql.subquery(judged_vectors(query, width), "judged"))


def judged_vectors(query: exp.Query, width: int) -> exp.Select:
    """All rows of a source with their ``position``, a ``place`` in words, and the ``reason`` why not to store them."""
    position = named(exp.Window(this=exp.RowNumber()), "position")
    vector = named(cast(sql.column("embedding"), "DOUBLE[]"), "numbers")
    rows = exp.select(exp.Star(), position, vector).from_(query.subquery("source"))
    numbers = sql.column("numbers")
    length = sql.call("len", numbers)
    infinite = exp.GTE(this=exp.Abs(this=ITEM.copy()), expression=sql.number(_OVERFLOW))
    nonzero = exp.NEQ(this=ITEM.copy(), expression=sql.number(0))
    reason = case(
        (
            exp.NEQ(this=length, expression=sql.number(width)),
            sql.call("concat", length.copy(), sql.text(f" numbers, not {width}")),
        ),
        (any_item(numbers.copy(), sql.absent(ITEM.copy())), sql.text("a number is missing (NULL)")),
        (any_item(numbers.copy(), sql.call("isnan", ITEM.copy())), sql.text("NaN")),
        (any_item(numbers.copy(), infinite), sql.text("infinite")),
        (exp.Not(this=any_item(numbers.copy(), nonzero)), sql.text("all numbers are 0")),
    )
    place = sql.call(
        "concat", sql.varchar(sql.column("sample_id")), sql.text(" (row "), sql.column("position"), sql.text(")")
    )
    judged = exp.select(exp.Star(), named(place, "place"), named(reason, "reason"))
    return judged.from_(sql.subquery(rows, "vectors"))
