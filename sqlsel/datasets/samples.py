"""How samples enter a dataset: new ones are added, known ones updated, doubles refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.arrivals import note_arrivals
from sqlsel.datasets.fragments import matching, named
from sqlsel.datasets.metadata import METADATA, incoming_metadata, metadata_value, widen
from sqlsel.datasets.refusal import NAMED, first_few, rows_of
from sqlsel.datasets.staging import temporary_table
from sqlsel.datasets.tables import SAMPLES, own_column
from sqlsel.errors import IngestError, Problem

if TYPE_CHECKING:
    from sqlsel.datasets.structs import Struct
    from sqlsel.datasets.target import Target

_SOURCE = "source"


@dataclass(frozen=True, slots=True)
class SampleCounts:
    """How many samples of a source were new to the dataset, and how many it had."""

    added: int
    updated: int


def write_samples(target: Target, query: exp.Query) -> SampleCounts:
    """Store the samples of a source.

    A sample that the dataset has gets the file name and the metadata of the source; metadata keys that the source
    lacks keep their values.

    Args:
        target: The dataset.
        query: The intake's samples.

    Raises:
        IngestError: If an id is missing or stands twice, two samples have one file name, or there are no samples.
    """
    incoming = incoming_metadata(target.engine.columns(query.subquery(_SOURCE)))
    kind = widen(target, incoming)
    if target.new:
        _insert(target, query, incoming, kind)
        counts = SampleCounts(added=target.count(SAMPLES), updated=0)
        _check_ids(target, target.table(SAMPLES))
    else:
        counts = _merge(target, query, incoming, kind)
    if counts.added + counts.updated == 0:
        raise IngestError("the source is empty: there are no samples in it")
    _check_file_names(target)
    return counts


def _merge(target: Target, query: exp.Query, incoming: Struct | None, kind: Struct | None) -> SampleCounts:
    """Update the samples that the dataset has, add the others."""
    columns = [target.sample_id(), sql.column("file_name")]
    if incoming is not None:
        columns.append(sql.column(METADATA))
    rows = exp.select(*columns).from_(query.subquery(_SOURCE))
    samples = target.table(SAMPLES)
    with temporary_table(target.engine, rows) as staged:
        _check_ids(target, staged)
        known = matching(staged.copy(), exp.alias_(samples.copy(), "named", table=True, quoted=True), "sample_id")
        total = target.engine.rows(exp.select(sql.count()).from_(staged.copy()))[0][0]
        updated = target.engine.rows(exp.select(sql.count()).from_(staged.copy()).where(known.copy()))[0][0]
        new = exp.select(exp.Star()).from_(staged.copy()).where(exp.Not(this=known))
        if updated:
            _update(target, staged, incoming, kind)
        if updated < total:
            note_arrivals(target, new.copy())
            _insert(target, new, incoming, kind)
    return SampleCounts(added=total - updated, updated=updated)


def _insert(target: Target, query: exp.Query, incoming: Struct | None, kind: Struct | None) -> None:
    rows: dict[str, exp.Expr] = {
        "sample_id": target.sample_id(),
        "file_name": sql.varchar(sql.column("file_name")),
    }
    if incoming is not None and kind is not None:
        rows[METADATA] = metadata_value(kind, incoming, _SOURCE)
    target.insert(SAMPLES, rows, query.subquery(_SOURCE))


def _update(target: Target, staged: exp.Table, incoming: Struct | None, kind: Struct | None) -> None:
    samples = target.table(SAMPLES)
    values: dict[str, exp.Expr] = {"file_name": sql.varchar(sql.column("file_name", _SOURCE))}
    if incoming is not None and kind is not None:
        stored = own_column(samples, METADATA)
        values[METADATA] = metadata_value(kind, incoming, _SOURCE, kept=stored)
    source = exp.alias_(staged.copy(), _SOURCE, table=True, quoted=True)
    own = own_column(samples, "sample_id")
    target.update(SAMPLES, values, source, own.eq(sql.column("sample_id", _SOURCE)))


def _check_ids(target: Target, table: exp.Table) -> None:
    """Raise IngestError if an id is missing or stands twice in a table."""
    missing = sql.absent(sql.column("sample_id"))
    position = named(exp.Window(this=exp.RowNumber()), "position")
    rows = exp.select(position, sql.column("sample_id")).from_(table.copy())
    first = exp.select(sql.column("position")).from_(sql.subquery(rows, "numbered")).where(missing)
    if places := target.engine.rows(first.order_by(sql.ascending(sql.column("position"))).limit(NAMED)):
        number = target.engine.rows(exp.select(sql.count()).from_(table.copy()).where(missing.copy()))[0][0]
        where = first_few([str(place) for (place,) in places], number)
        raise IngestError(
            f"{rows_of(number)} without a sample id: {where}",
            hint="give each row an id, or leave those rows out; without an id column the file name is the id",
        )
    _refuse_doubles(target, table, "sample_id", "sample ids", "each id names one sample: remove the doubles")


def _check_file_names(target: Target) -> None:
    """Raise IngestError if two samples of the dataset have one file name."""
    samples = target.table(SAMPLES)
    differs = exp.NullSafeNEQ(this=sql.varchar(sql.column("sample_id")), expression=sql.column("file_name"))
    if target.count(SAMPLES, differs):
        _refuse_doubles(
            target, samples, "file_name", "file names", "each file name names one sample: rename or remove the doubles"
        )


def _refuse_doubles(target: Target, table: exp.Table, column: str, called: str, hint: str) -> None:
    value, number = sql.column(column), sql.column("number")
    groups = (
        exp.select(value, named(sql.count(), "number"))
        .from_(table.copy())
        .where(sql.present(value.copy()))
        .group_by(value.copy())
        .having(exp.GT(this=sql.count(), expression=sql.number(1)))
    )
    total = exp.Window(this=sql.count())
    doubles = exp.select(sql.varchar(value.copy()), number, total).from_(sql.subquery(groups, "doubles"))
    rows = target.engine.rows(doubles.order_by(sql.ascending(value.copy())).limit(NAMED))
    if rows:
        problems = tuple(Problem(where=repr(name), message=rows_of(times)) for name, times, _ in rows)
        number = rows[0][2]
        kept = "" if number <= NAMED else f", the first {NAMED} of them"
        raise IngestError(f"{called} in more than one row: {number:,}{kept}", problems=problems, hint=hint)
