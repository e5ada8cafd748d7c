"""Where vectors of images go: under a name, or to the objects of a task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.datasets.imagery import PROJECTIONS, forget_maker, maker_of
from sqlsel.datasets.intake import Intake
from sqlsel.datasets.tables import catalog_table, dataset_table, embedding_table, make_catalog, object_embeddings
from sqlsel.errors import UsageError
from sqlsel.facts import DEFAULT_EMBEDDING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlsel.datasets.imagery import Maker
    from sqlsel.engines.base import Engine


@dataclass(frozen=True, slots=True)
class Place:
    """One table of vectors of a dataset.

    Attributes:
        engine: The session.
        dataset: Name of the dataset.
        name: What the samples' vectors are called.
        task: The task whose objects the vectors belong to; None for the samples' own.
    """

    engine: Engine
    dataset: str
    name: str = DEFAULT_EMBEDDING
    task: str | None = None

    def __post_init__(self) -> None:
        """Refuse a name for the vectors of objects, of which a task has one set."""
        if self.task is not None and self.name != DEFAULT_EMBEDDING:
            raise UsageError(
                f"embedding {self.name!r}: the vectors of the objects of a task have no name",
                hint="leave the name out (--name), or the task (--task); --overwrite replaces what the objects have",
            )

    @property
    def table(self) -> str:
        """Name of the table."""
        return embedding_table(self.name) if self.task is None else object_embeddings(self.task)

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that name a vector."""
        return ("sample_id",) if self.task is None else ("sample_id", "object_index")

    def there(self) -> bool:
        """Whether the dataset has the table."""
        facts = DatasetCatalog(self.engine).facts(self.dataset)
        return self.name in facts.embeddings if self.task is None else self.task in facts.object_embeddings

    def is_given(self) -> bool:
        """Whether the table is there and its vectors were ingested, not computed."""
        return self.there() and maker_of(self.engine, self.dataset, self.table) is None

    def check_maker(self, maker: Maker) -> None:
        """Raise UsageError if the table's vectors come from elsewhere, so that these would not go with them."""
        known = maker_of(self.engine, self.dataset, self.table)
        if known == maker or (known is None and not self.there()):
            return
        other = "compute these under another name with --name, or replace those with --overwrite"
        hint = other if self.task is None else "replace them with --overwrite"
        whose = f"embedding {self.name!r}" if self.task is None else f"object embeddings of task {self.task!r}"
        if known is None:
            message = f"dataset {self.dataset!r} has {whose} already, ingested and not computed from its images"
            raise UsageError(message, hint=hint)
        raise UsageError(f"{whose} of dataset {self.dataset!r}: {_difference(known, maker)}", hint=hint)

    def clear(self) -> None:
        """Remove the table and what is known of it, in one transaction."""
        dataset, table = sql.column("dataset").eq(self.dataset), sql.column("table_name").eq(self.table)
        with self.engine.transaction():
            make_catalog(self.engine)
            for catalog in ("embeddings", PROJECTIONS):
                here = exp.and_(dataset.copy(), table.copy())
                self.engine.execute(exp.delete(catalog_table(self.engine.catalog, catalog)).where(here))
            forget_maker(self.engine, self.dataset, self.table)
            for gone in (self.table, f"descriptions/{self.table}"):
                node = dataset_table(self.engine.catalog, self.dataset, gone)
                self.engine.execute(exp.Drop(kind="TABLE", exists=True, tables=[node]))

    def done(self) -> exp.Query:
        """The keys of what the table has."""
        table = dataset_table(self.engine.catalog, self.dataset, self.table)
        return exp.select(*(sql.column(key) for key in self.keys)).from_(table)

    def intake(self, rows: exp.Expr, maker: Maker, bound: Mapping[str, object] | None = None) -> Intake:
        """Vectors for the table, out of a relation with its keys and ``embedding``."""
        query = exp.select(*(sql.column(name) for name in (*self.keys, "embedding"))).from_(rows)
        kept = bound or {}
        if self.task is not None:
            return Intake(object_embeddings={self.task: query}, bound=kept, maker=maker)
        if self.name == DEFAULT_EMBEDDING:
            return Intake(embedding=query, bound=kept, maker=maker)
        return Intake(embeddings={self.name: query}, bound=kept, maker=maker)


def _difference(known: Maker, maker: Maker) -> str:
    """What tells two makers apart, in words."""
    if known.get("model") != maker.get("model"):
        return f"they were computed by {known.get('model')}, not by {maker.get('model')}"
    different = sorted(key for key in known.keys() | maker.keys() if known.get(key) != maker.get(key))
    if different == ["sha256"]:
        return f"they were computed by another {known.get('model')}: the file has changed"
    told = ", ".join(f"{key} {known.get(key)}" for key in different if key != "sha256")
    return f"they were computed by {known.get('model')} with other settings: {told}"
