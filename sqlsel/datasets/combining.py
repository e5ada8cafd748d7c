"""Tags made of other tags: samples that are in any of them, in all of them, or in the first alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import named
from sqlsel.datasets.objects import forget_objects
from sqlsel.datasets.staging import temporary_table
from sqlsel.datasets.tables import SELECTIONS, TAGS, column_names, dataset_table
from sqlsel.datasets.tags import VIRTUAL_TAGS, TagFacts, check_new_tag, check_tag, tag_query
from sqlsel.errors import SelectionError, UsageError
from sqlsel.words import did_you_mean, listing, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlsel.engines.base import Engine

Operation = Literal["UNION", "INTERSECTION", "DIFFERENCE"]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)

_NOBODY = {
    "UNION": "there is no sample in any of",
    "INTERSECTION": "no sample is in all of",
    "DIFFERENCE": "no sample of the first is missing in all others of",
}


def combine(
    engine: Engine, dataset: str, operation: str, tags: Sequence[str], tag: str, *, overwrite: bool = False
) -> TagFacts:
    """Put a tag on the samples that a combination of tags has, all of them or, when anything fails, none.

    They are ranked: by the first of the tags that has them, in it by rank, then by id.

    Args:
        engine: The session; it must not be in a transaction.
        dataset: An existing dataset.
        operation: ``UNION`` (in any tag), ``INTERSECTION`` (in every tag) or ``DIFFERENCE`` (in the first, and in none
            of the others), in any case.
        tags: At least two tags; ``initial-tag`` has every sample, ``datapool`` those of kept selections.
        tag: Name of the tag to make.
        overwrite: Whether a tag of that name is replaced. One that a selection made never is.

    Raises:
        UsageError: If the operation, a tag or the dataset does not exist, or the new name may not be used.
        SelectionError: If there is no such sample.
    """
    how = _operation(operation)
    if len(tags) < 2:
        raise UsageError(f"{how} of {len(tags)} tag{'s' * (len(tags) != 1)}", hint="name at least two tags")
    for name in tags:
        check_tag(engine, dataset, name)
    none = f"dataset {dataset!r}: {_NOBODY[how]} {quoted(tags)}"
    return _tag(engine, dataset, tag, _samples(engine, dataset, how, tags), overwrite=overwrite, none=none)


def tag_samples(engine: Engine, dataset: str, tag: str, ids: exp.Select, *, overwrite: bool = False) -> TagFacts:
    """Put a tag on given samples, all of them or, when anything fails, none.

    Args:
        engine: The session; it must not be in a transaction.
        dataset: An existing dataset.
        tag: Name of the tag to make.
        ids: A query of samples of the dataset: ``sample_id``, and ``rank`` from 1.
        overwrite: Whether a tag of that name is replaced. One that a selection made never is.

    Raises:
        UsageError: If the name may not be used.
        SelectionError: If there is no sample.
    """
    return _tag(engine, dataset, tag, ids, overwrite=overwrite, none=f"dataset {dataset!r}: no sample is to be tagged")


def remove_tag(engine: Engine, dataset: str, tag: str) -> None:
    """Take a tag off its samples, with the ranks of the selection that made it; the record of its run stays.

    Raises:
        UsageError: If there is no such tag, or every dataset has it.
    """
    check_tag(engine, dataset, tag)
    if tag in VIRTUAL_TAGS:
        raise UsageError(f"tag {tag!r} cannot be removed: every dataset has it", hint="name another tag")
    with engine.transaction():
        for table in (TAGS, SELECTIONS):
            target = dataset_table(engine.catalog, dataset, table)
            engine.execute(exp.delete(target).where(sql.column("tag").eq(sql.text(tag))))
        forget_objects(engine, dataset, tag)


def _tag(engine: Engine, dataset: str, tag: str, samples: exp.Select, *, overwrite: bool, none: str) -> TagFacts:
    """Put a tag on the samples of a query; ``none`` is what is said where it has none."""
    with engine.transaction():
        check_new_tag(engine, dataset, tag, overwrite=overwrite)
        _keep_selections(engine, dataset, tag)
        with temporary_table(engine, samples) as found:
            number = engine.rows(exp.select(sql.count()).from_(found.copy()))[0][0]
            if not number:
                raise SelectionError(none, hint="a tag has at least one sample")
            target = dataset_table(engine.catalog, dataset, TAGS)
            engine.execute(exp.delete(target.copy()).where(sql.column("tag").eq(tag)))
            forget_objects(engine, dataset, tag)
            rows = exp.select(named(sql.text(tag), "tag"), sql.column("sample_id"), sql.column("rank")).from_(found)
            columns = [sql.name(name) for name in column_names(TAGS)]
            engine.execute(exp.Insert(this=exp.Schema(this=target, expressions=columns), expression=rows))
    return TagFacts(tag, selected=number, preselected=0)


def _operation(word: str) -> Operation:
    for operation in OPERATIONS:
        if word.upper() == operation:
            return operation
    guess = did_you_mean(word, OPERATIONS) or ";"
    raise UsageError(f"unknown operation {word!r}{guess} allowed: {listing(OPERATIONS)}")


def _keep_selections(engine: Engine, dataset: str, tag: str) -> None:
    """Raise UsageError if a selection made the tag: its ranks and its run would be about other samples."""
    made = dataset_table(engine.catalog, dataset, SELECTIONS)
    rows = exp.select(sql.count()).from_(made).where(sql.column("tag").eq(tag))
    if engine.rows(rows)[0][0]:
        raise UsageError(
            f"tag {tag!r} was made by a selection, and only a selection can replace it", hint="take another name"
        )


def _samples(engine: Engine, dataset: str, operation: Operation, tags: Sequence[str]) -> exp.Select:
    """Query with ``sample_id`` and ``rank``, from 1."""
    sample_id, place, rank, times = (sql.column(name) for name in ("sample_id", "place", "rank", "times"))
    listed: exp.Query | None = None
    for number, name in enumerate(tags):
        own = sql.subquery(tag_query(engine, dataset, name), "t")
        query = exp.select(sample_id, rank, named(sql.number(number), "place")).from_(own)
        listed = query if listed is None else exp.union(listed, query, distinct=False)
    assert listed is not None
    turn = sql.over(exp.RowNumber(), by=[sample_id.copy()], ordered=sql.order(place))
    having = sql.over(sql.count(), by=[sample_id.copy()])
    numbered = exp.select(exp.Star(), named(turn, "turn"), named(having, "times")).from_(sql.subquery(listed, "l"))
    conditions: list[exp.Expr] = [sql.column("turn").eq(sql.number(1))]
    if operation == "INTERSECTION":
        conditions.append(times.eq(sql.number(len(tags))))
    if operation == "DIFFERENCE":
        conditions += [place.copy().eq(sql.number(0)), times.eq(sql.number(1))]
    order = sql.order(place.copy(), rank.copy(), sample_id.copy())
    ranked = exp.select(sample_id.copy(), named(sql.over(exp.RowNumber(), ordered=order), "rank"))
    return ranked.from_(sql.subquery(numbered, "n")).where(sql.every(conditions))
