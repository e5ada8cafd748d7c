"""Rows of samples that the dataset does not have: left out and told of, refused where nothing else came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import matching
from sqlsel.datasets.refusal import NAMED, first_few, rows_of
from sqlsel.datasets.tables import SAMPLES
from sqlsel.errors import IngestError, Problem

if TYPE_CHECKING:
    from sqlsel.datasets.target import Target


def drop_orphans(target: Target, table: str, query: exp.Query) -> tuple[Problem, ...]:
    """Remove the rows of a table whose samples the dataset lacks, with a notice if there are any.

    Args:
        target: The dataset; the rows of the source are in its table.
        table: Name of the table.
        query: The source's rows.

    Raises:
        IngestError: If no row of the source belongs to a sample of the dataset.
    """
    samples = exp.alias_(target.table(SAMPLES), "named", table=True, quoted=True)
    orphaned = exp.Not(this=matching(target.table(table), samples, "sample_id"))
    number = target.count(table, orphaned)
    if not number:
        return ()
    lost = _first_ids(target, table, orphaned)
    total = target.engine.rows(exp.select(sql.count()).from_(query.subquery("source")))[0][0]
    if number >= total:
        raise IngestError(
            f"{table}: none of the {total:,} rows of the source belongs to a sample of dataset {target.dataset!r}, "
            f"such as {first_few(lost, number)}",
            hint=f"the ids have to be those of the samples, such as {first_few(_first_ids(target, SAMPLES), 0)}",
        )
    target.delete(table, orphaned.copy())
    message = f"{rows_of(number)} left out, as the dataset has no such samples: {first_few(lost, number)}"
    return (Problem(where=table, message=message, severity="notice"),)


def _first_ids(target: Target, table: str, condition: exp.Expr | None = None) -> list[str]:
    ids = exp.select(sql.column("sample_id")).distinct().from_(target.table(table))
    if condition is not None:
        ids = ids.where(condition.copy())
    rows = target.engine.rows(ids.order_by(sql.ascending(sql.column("sample_id"))).limit(NAMED))
    return [repr(value) for (value,) in rows]
