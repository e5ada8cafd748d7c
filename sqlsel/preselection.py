"""Samples that earlier runs picked: a tag, or ids that the caller gives."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.tags import check_tag
from sqlsel.errors import UsageError
from sqlsel.plan import Preselected
from sqlsel.plan.candidates import PRESELECTED_IDS, preselected_ids
from sqlsel.plan.ids import OBJECT_ID, id_columns, object_text
from sqlsel.plan.objects import objects_query

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from sqlsel.engines.base import Engine
    from sqlsel.facts import DatasetFacts

_EXAMPLES = 5


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """The preselected samples of a run.

    Attributes:
        preselected: What the plan needs to know; None where there are none.
        ids: Table with their ids in the dataset's own type: ``sample_id``, and of objects ``object_index``; None where
            there are none.
    """

    preselected: Preselected | None
    ids: pa.Table | None


@contextmanager
def find_preselected(engine: Engine, facts: DatasetFacts, given: str | Sequence[Any] | None) -> Iterator[Earlier]:
    """The samples of a tag, or those with the given ids.

    Where objects are the samples, a tag on images and the id of an image mean all of its objects.

    Raises:
        UsageError: If the tag or a sample does not exist, or the tag is put on objects of another task.
    """
    if given is None:
        yield Earlier(None, None)
    elif isinstance(given, str):
        check_tag(engine, facts.name, given)
        _check_task(facts, given)
        preselected = Preselected(tag=given)
        yield Earlier(preselected, engine.table(preselected_ids(preselected, facts)))
    elif facts.objects_of is not None:
        objects = own_objects(engine, facts, given)
        yield Earlier(Preselected(count=objects.num_rows), objects)
    else:
        import pyarrow as pa

        ids = own_ids(engine, facts, given, "preselected")
        yield Earlier(Preselected(count=len(ids)), pa.table({"sample_id": ids}))


def _check_task(facts: DatasetFacts, tag: str) -> None:
    """Raise UsageError if objects are the samples, and a tag is put on those of another task."""
    task = facts.object_tags.get(tag)
    if facts.objects_of is not None and task not in (None, facts.objects_of):
        raise UsageError(
            f"preselected: tag {tag!r} is put on objects of task {task!r}, not of {facts.objects_of!r}",
            hint="preselect a tag on the same task's objects, or one on whole images, which means all objects on them",
        )


def own_objects(engine: Engine, facts: DatasetFacts, given: Sequence[Any]) -> pa.Table:
    """The objects that are named as ``<sample_id>#<object_index>`` or as a pair, and all those of the images named.

    Returns:
        ``sample_id`` in the dataset's own type and ``object_index``, each object once, in their order.

    Raises:
        UsageError: If some are neither objects of the task nor samples of the dataset.
    """
    import pyarrow as pa

    texts = sorted({"#".join(map(str, each)) if isinstance(each, tuple | list) else str(each) for each in given})
    by_object = _named(facts, object_text("o"))
    by_image = _named(facts, sql.varchar(sql.column("sample_id", "o")))
    with engine.bind({"sqlsel_asked": pa.table({"id": pa.array(texts, pa.string())})}):
        table = engine.table(exp.union(by_object, by_image, distinct=True))
    unknown = sorted(set(texts) - set(table.column("id").to_pylist()))
    if unknown:
        examples = ", ".join(repr(text) for text in unknown[:_EXAMPLES])
        raise UsageError(
            f"preselected: {len(unknown):,} ids are no objects of task {facts.objects_of!r} in dataset {facts.name!r}, "
            f"such as {examples}",
            hint="name an object as <sample_id>#<object_index>, or an image that has some by its sample_id",
        )
    # an object that is named by itself and by its image counts once
    once = table.group_by(list(OBJECT_ID), use_threads=False).aggregate([])
    return once.sort_by([(name, "ascending") for name in OBJECT_ID])


def _named(facts: DatasetFacts, text: exp.Expr) -> exp.Select:
    """Query with the objects whose text is one of those asked for: their ids, and that text."""
    asked = sql.table("sqlsel_asked", alias="a")
    objects = exp.select(*id_columns(facts, "o"), sql.column("id", "a")).from_(sql.subquery(objects_query(facts), "o"))
    return objects.join(asked, on=exp.EQ(this=text, expression=sql.column("id", "a")))


def own_ids(engine: Engine, facts: DatasetFacts, given: Sequence[Any], what: str) -> pa.ChunkedArray:
    """The ids as the dataset stores them, each once, in their order.

    Raises:
        UsageError: If some are no samples of the dataset; ``what`` says in the message what they were given as.
    """
    import pyarrow as pa

    texts = sorted({str(value) for value in given})
    samples = sql.table("samples", facts.name, facts.catalog, alias="s")
    asked = sql.table("sqlsel_asked", alias="a")
    own = sql.varchar(sql.column("sample_id", "s"))
    on = exp.EQ(this=own, expression=sql.column("id", "a"))
    found = exp.select(sql.column("sample_id", "s"), sql.column("id", "a")).from_(samples).join(asked, on=on)
    with engine.bind({"sqlsel_asked": pa.table({"id": pa.array(texts, pa.string())})}):
        table = engine.table(found.order_by(sql.ascending(sql.column("sample_id", "s"))))
    unknown = sorted(set(texts) - set(table.column("id").to_pylist()))
    if unknown:
        examples = ", ".join(repr(text) for text in unknown[:_EXAMPLES])
        raise UsageError(f"{what}: {len(unknown):,} ids are no samples of dataset {facts.name!r}, such as {examples}")
    return table.column("sample_id")


@contextmanager
def bound(engine: Engine, earlier: Earlier) -> Iterator[None]:
    """Make given ids queryable where the plan reads them."""
    if earlier.preselected is None or earlier.preselected.tag is not None:
        yield
        return
    with engine.bind({PRESELECTED_IDS: earlier.ids}):
        yield
