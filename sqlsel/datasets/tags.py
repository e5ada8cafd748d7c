"""Tags: names put on samples. A tag holds preselected samples, without a rank, and selected ones, ranked from 1."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import named
from sqlsel.datasets.nearest import unknown
from sqlsel.datasets.objects import object_counts
from sqlsel.datasets.tables import SAMPLES, SELECTIONS, TAGS, dataset_table
from sqlsel.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from sqlsel.engines.base import Engine

INITIAL_TAG = "initial-tag"
DATAPOOL = "datapool"

VIRTUAL_TAGS = {
    INITIAL_TAG: "every sample of a dataset",
    DATAPOOL: "every sample that selections kept under a tag hold",
}
"""The tags that every dataset has without anybody putting them on samples, and what they mean."""

_SHORTEST = 3
_OTHER_NAME = {
    INITIAL_TAG: "name the tag otherwise: 'round-1'",
    DATAPOOL: "name the tag otherwise: 'round-1'; what it holds is in the datapool at once",
}
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9 .:;=@_-]+")


@dataclass(frozen=True, slots=True)
class TagFacts:
    """One tag, counted.

    Attributes:
        tag: Its name.
        selected: Samples with a rank: those the run picked.
        preselected: Samples without one: those that were picked before.
        objects: How many objects of these samples have it, where it is put on objects; else 0.
    """

    tag: str
    selected: int
    preselected: int
    objects: int = 0


def check_tag_name(tag: str) -> None:
    """Raise UsageError unless samples can be tagged with this name.

    A name has at least three characters, starts with a letter or digit and goes on with those, blanks and ``.:;=@_-``.
    ``initial-tag`` and ``datapool`` are taken: every dataset has them.
    """
    if tag in VIRTUAL_TAGS:
        raise UsageError(f"tag {tag!r} is reserved: it means {VIRTUAL_TAGS[tag]}", hint=_OTHER_NAME[tag])
    if len(tag) < _SHORTEST or not _NAME.fullmatch(tag):
        raise UsageError(
            f"tag {tag!r} is no tag name: at least {_SHORTEST} characters, a letter or digit first, then letters, "
            "digits, blanks and .:;=@_-",
            hint=f"name it {_fitting_name(tag)!r}",
        )


def tag_names(engine: Engine, dataset: str) -> tuple[str, ...]:
    """Names of a dataset's tags, sorted; those that every dataset has are not among them."""
    tag = sql.column("tag")
    query = exp.select(tag).distinct().from_(dataset_table(engine.catalog, dataset, TAGS))
    return tuple(sorted(row[0] for row in engine.rows(query)))


def tag_counts(engine: Engine, dataset: str) -> tuple[TagFacts, ...]:
    """A dataset's tags with the number of their samples, sorted by name."""
    selected = exp.Count(this=sql.column("rank"))
    everything = exp.Count(this=exp.Star())
    query = exp.select(sql.column("tag"), selected, everything).from_(dataset_table(engine.catalog, dataset, TAGS))
    rows = engine.rows(query.group_by(sql.column("tag")))
    objects = object_counts(engine, dataset)
    return tuple(TagFacts(tag, picked, total - picked, objects.get(tag, 0)) for tag, picked, total in sorted(rows))


def check_tag(engine: Engine, dataset: str, tag: str) -> None:
    """Raise UsageError with the nearest names unless the dataset has this tag, as it has the virtual ones."""
    if tag in VIRTUAL_TAGS:
        return
    names = tag_names(engine, dataset)
    if tag not in names:
        raise unknown(
            "tag",
            tag,
            (*names, *VIRTUAL_TAGS) if names else (),
            where=f"in dataset {dataset!r}",
            empty=f"it has none yet; {INITIAL_TAG!r} means every sample, {DATAPOOL!r} those that were selected",
        )


def check_new_tag(engine: Engine, dataset: str, tag: str, *, overwrite: bool) -> None:
    """Raise UsageError unless a selection may be kept under this name.

    Args:
        engine: The session to read through.
        dataset: An existing dataset.
        tag: The name asked for.
        overwrite: Whether an existing tag may be replaced.
    """
    check_tag_name(tag)
    names = tag_names(engine, dataset)
    if tag in names and not overwrite:
        free = next(name for number in range(2, len(names) + 3) if (name := f"{tag}-{number}") not in names)
        raise UsageError(
            f"tag {tag!r} exists already in dataset {dataset!r}",
            hint=f"use another name, such as {free!r}, or overwrite=True (--overwrite) to replace it",
        )


def tag_query(engine: Engine, dataset: str, tag: str) -> exp.Select:
    """Query of a tag's samples: ``sample_id`` and ``rank`` (NULL for the preselected), in no order.

    For ``initial-tag`` these are all samples, for ``datapool`` those of the selections that were kept, without ranks.
    """
    nothing = named(exp.cast(exp.Null(), "BIGINT"), "rank")
    if tag == INITIAL_TAG:
        return exp.select(sql.column("sample_id"), nothing).from_(dataset_table(engine.catalog, dataset, SAMPLES))
    tags = dataset_table(engine.catalog, dataset, TAGS)
    if tag == DATAPOOL:
        return exp.select(sql.column("sample_id"), nothing).distinct().from_(tags).where(of_selections(engine, dataset))
    return exp.select(sql.column("sample_id"), sql.column("rank")).from_(tags).where(sql.column("tag").eq(tag))


def of_selections(engine: Engine, dataset: str) -> exp.In:
    """Whether a row of the tags belongs to a tag that a selection made, not one that was put together by hand."""
    selections = dataset_table(engine.catalog, dataset, SELECTIONS)
    made = exp.select(sql.column("tag")).from_(selections)
    return exp.In(this=sql.column("tag"), query=exp.Subquery(this=made))


def read_tag(engine: Engine, dataset: str, tag: str) -> pa.Table:
    """A tag's samples as a table of ``sample_id`` and ``rank``: by rank, then the preselected by id.

    Raises:
        UsageError: If the dataset has no such tag.
    """
    check_tag(engine, dataset, tag)
    order = [sql.ascending(sql.column(name)) for name in ("rank", "sample_id")]
    return engine.table(tag_query(engine, dataset, tag).order_by(*order))


def _fitting_name(tag: str) -> str:
    """A tag name that is close to one that cannot be."""
    name = re.sub(r"[^a-zA-Z0-9 .:;=@_-]+", "-", tag).lstrip(" .:;=@_-")
    return name if len(name) >= _SHORTEST else f"tag-{name or 1}"
