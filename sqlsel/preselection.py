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
        ids: Their ids in the dataset's own type; empty where there are none.
    """

    preselected: Preselected | None
    ids: pa.ChunkedArray | None


@contextmanager
def find_preselected(engine: Engine, facts: DatasetFacts, given: str | Sequence[Any] | None) -> Iterator[Earlier]:
    """The samples of a tag, or those with the given ids.

    Raises:
        UsageError: If the tag or a sample does not exist.
    """
    if given is None:
        yield Earlier(None, None)
    elif isinstance(given, str):
        check_tag(engine, facts.name, given)
        preselected = Preselected(tag=given)
        yield Earlier(preselected, engine.table(preselected_ids(preselected, facts)).column(0))
    else:
        ids = own_ids(engine, facts, given, "preselected")
        yield Earlier(Preselected(count=len(ids)), ids)


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
        raise UsageError(
            f"{what}: {len(unknown):,} ids are no samples of dataset {facts.name!r}, such as {examples}"
        )
    return table.column("sample_id")


@contextmanager
def bound(engine: Engine, earlier: Earlier) -> Iterator[None]:
    """Make given ids queryable where the plan reads them."""
    if earlier.preselected is None or earlier.preselected.tag is not None:
        yield
        return
    import pyarrow as pa

    with engine.bind({PRESELECTED_IDS: pa.table({"sample_id": earlier.ids})}):
        yield
