"""What the datasets of a database hold, read from sqlsel's catalog tables. Nothing is written here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import named
from sqlsel.datasets.lightly_ids import lightly_datasets
from sqlsel.datasets.nearest import unknown
from sqlsel.datasets.objects import object_tags
from sqlsel.datasets.sql_values import sql_kind, sql_values
from sqlsel.datasets.structs import metadata_keys, read_type
from sqlsel.datasets.tables import (
    CATALOG_SCHEMA,
    LAYOUT_VERSION,
    PREDICTIONS,
    SAMPLES,
    catalog_table,
    dataset_table,
    embedding_name,
)
from sqlsel.datasets.tags import tag_names
from sqlsel.datasets.tiling import tiling_of
from sqlsel.errors import DatabaseError
from sqlsel.facts import DatasetFacts, EmbeddingFacts, MetadataKey, TaskFacts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlsel.config.tiling import Tiling
    from sqlsel.engines.base import Engine
    from sqlsel.facts import KeyKind


class DatasetCatalog:
    """The datasets of one database.

    Reads catalog tables, column types and row counts that the engine keeps, never rows of samples, so that asking
    costs milliseconds at any size. Works on a database that is open for reading only; one that sqlsel never wrote to
    has no datasets.

    Args:
        engine: The session to read through.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def dataset_names(self) -> tuple[str, ...]:
        """Names of all datasets, sorted.

        Raises:
            DatabaseError: If a newer sqlsel made the database.
        """
        if not self._has_catalog():
            return ()
        tables = exp.select(sql.column("table_schema")).from_(exp.table_("tables", db="information_schema"))
        here = exp.and_(sql.column("table_catalog").eq(self._engine.catalog), sql.column("table_name").eq(SAMPLES))
        there = {row[0] for row in self._engine.rows(tables.where(here))}
        # a schema that was dropped by hand takes its dataset along
        return tuple(row[0] for row in self._catalog_rows("datasets", ("dataset",)) if row[0] in there)

    def check_dataset(self, dataset: str) -> None:
        """Raise UsageError with the nearest names if there is no such dataset."""
        names = self.dataset_names()
        if dataset not in names:
            raise unknown("dataset", dataset, names, empty="`sqlsel ingest SOURCE --db DB --dataset NAME` makes one")

    def facts(self, dataset: str) -> DatasetFacts:
        """What one dataset holds. Cost: a few milliseconds, whatever its size.

        Raises:
            UsageError: If there is no such dataset.
            DatabaseError: If a newer sqlsel made the database.
        """
        self.check_dataset(dataset)
        own, objects = self._embeddings(dataset)
        samples = dataset_table(self._engine.catalog, dataset, SAMPLES)
        return DatasetFacts(
            name=dataset,
            catalog=self._engine.catalog,
            n_samples=self._engine.rows(exp.select(sql.count()).from_(samples))[0][0],
            embeddings=own,
            object_embeddings=objects,
            tasks=self._tasks(dataset),
            keys=self._keys(dataset),
            tags=tag_names(self._engine, dataset),
            object_tags=object_tags(self._engine, dataset),
        )

    def key_values(self, dataset: str, key: str, limit: int) -> tuple[str, ...]:
        """The first ``limit`` distinct values of a metadata key as text, sorted; booleans are ``true`` and ``false``.

        Cost: one pass over the key's values. A key that the dataset lacks has none.
        """
        known = self._keys(dataset).get(key)
        if known is None:
            return ()
        return self._distinct(dataset, sql.varchar(sql.field(sql.column("metadata"), known.path)), limit)

    def _distinct(self, dataset: str, value: exp.Expr, limit: int) -> tuple[str, ...]:
        samples = dataset_table(self._engine.catalog, dataset, SAMPLES)
        text = sql.column("value")
        values = exp.select(named(value, "value")).distinct().from_(samples).subquery("v")
        query = exp.select(text).from_(values).where(sql.present(text.copy()))
        rows = self._engine.rows(query.order_by(sql.ascending(text.copy())).limit(limit))
        return tuple(row[0] for row in rows)

    def count_objects(self, dataset: str, task: str) -> int:
        """How many objects the predictions of a task hold; without predictions, how many have embeddings.

        Cost: one pass over the column of tasks.
        """
        predicted = exp.select(sql.count()).from_(dataset_table(self._engine.catalog, dataset, PREDICTIONS))
        of_task = sql.column("task").eq(sql.text(task))
        count: int = self._engine.rows(predicted.where(of_task, sql.present(sql.column("object_index"))))[0][0]
        stored = self._embeddings(dataset)[1].get(task)
        known = self._tasks(dataset).get(task)
        if stored is None or (known is not None and known.has_predictions):
            return count
        vectors = dataset_table(self._engine.catalog, dataset, stored.table)
        embedded: int = self._engine.rows(exp.select(sql.count()).from_(vectors))[0][0]
        return embedded

    def find(self, dataset_id: str) -> DatasetFacts | None:
        """What a dataset holds that goes by its name, by Lightly's id, or by ``DATABASE.NAME`` in an attached database.

        None where there is no such dataset.
        """
        found = self._named(dataset_id)
        if found is not None:
            return self.facts(found)
        for catalog in self._engine.catalogs():
            there = DatasetCatalog(self._engine.within(catalog))
            name = there._named(dataset_id.removeprefix(f"{catalog}."))
            if dataset_id.startswith(f"{catalog}.") and name is not None:
                return there.facts(name)
        return None

    def known_ids(self) -> tuple[str, ...]:
        """The names of this database's datasets, Lightly's ids of them, and ``DATABASE.NAME`` of the attached ones."""
        attached = [
            f"{catalog}.{name}"
            for catalog in self._engine.catalogs()
            if catalog != self._engine.catalog
            for name in DatasetCatalog(self._engine.within(catalog)).dataset_names()
        ]
        return (*self.dataset_names(), *sorted(lightly_datasets(self._engine)), *attached)

    def _named(self, dataset_id: str) -> str | None:
        names = self.dataset_names()
        name = dataset_id if dataset_id in names else lightly_datasets(self._engine).get(dataset_id)
        return name if name in names else None

    def unknown_samples(self, facts: DatasetFacts, sample_ids: Sequence[str]) -> tuple[str, ...]:
        """Those of the ids that are no samples of a dataset, in the order given. Cost: one pass over its ids."""
        samples = dataset_table(facts.catalog, facts.name, SAMPLES)
        text = sql.varchar(sql.column("sample_id"))
        listed = exp.In(this=text, expressions=[sql.text(each) for each in sample_ids])
        known = {row[0] for row in self._engine.rows(exp.select(text.copy()).from_(samples).where(listed))}
        return tuple(each for each in dict.fromkeys(sample_ids) if each not in known)

    def path_values(self, dataset: str, expression: str, group: int, limit: int) -> tuple[str, ...]:
        """The first ``limit`` distinct values that a group takes out of the file names, sorted; empty ones are none.

        Cost: one pass over the file names.
        """
        arguments = (sql.column("file_name"), sql.text(expression), sql.number(group))
        value = exp.Nullif(this=sql.call("regexp_extract", *arguments), expression=sql.text(""))
        return self._distinct(dataset, value, limit)

    def unmatched_names(self, dataset: str, expression: str, limit: int) -> tuple[int, int, tuple[str, ...]]:
        """How many samples there are, how many of them have no file name that matches, and the first of these names."""
        samples, name = dataset_table(self._engine.catalog, dataset, SAMPLES), sql.column("file_name")
        matches = sql.call("regexp_matches", name, sql.text(expression))
        without = exp.Not(this=exp.Coalesce(this=matches, expressions=[exp.false()]))
        counts = self._engine.rows(exp.select(sql.count(), sql.count(without)).from_(samples.copy()))
        examples = exp.select(name.copy()).from_(samples).where(without.copy(), sql.present(name.copy()))
        rows = self._engine.rows(examples.order_by(sql.ascending(name.copy())).limit(limit))
        return counts[0][0], counts[0][1], tuple(row[0] for row in rows)

    def sql_kind(self, facts: DatasetFacts, expression: str) -> tuple[KeyKind, str]:
        """What kind of values an expression in SQL gives, and the engine's name for their type.

        Raises:
            UsageError: If it is refused, names what the samples do not have, or mixes types.
        """
        return sql_kind(self._engine, facts, expression)

    def sql_values(self, facts: DatasetFacts, expression: str, limit: int) -> tuple[str, ...]:
        """The first ``limit`` distinct values of an expression in SQL as text, sorted. Cost: one pass over samples."""
        return sql_values(self._engine, facts, expression, limit)

    def tiling(self, dataset: str, task: str) -> Tiling | None:
        """The grid that the objects of a task are; None if they are no tiles. Cost: one pass over a task's rows."""
        return tiling_of(self._engine, self.facts(dataset), task)

    def _has_catalog(self) -> bool:
        schemata = exp.table_("tables", db="information_schema")
        here = exp.and_(
            sql.column("table_catalog").eq(self._engine.catalog),
            sql.column("table_schema").eq(CATALOG_SCHEMA),
            sql.column("table_name").eq("meta"),
        )
        if not self._engine.rows(exp.select(exp.Literal.number(1)).from_(schemata).where(here)):
            return False
        meta = exp.select(sql.column("layout_version")).from_(catalog_table(self._engine.catalog, "meta"))
        version = max((row[0] for row in self._engine.rows(meta)), default=0)
        if version > LAYOUT_VERSION:
            raise DatabaseError(
                f"database {self._engine.catalog!r}: made by a newer sqlsel "
                f"(layout {version}; this version reads up to {LAYOUT_VERSION})",
                hint="pip install --upgrade sqlsel",
            )
        return True

    def _catalog_rows(self, table: str, columns: tuple[str, ...], dataset: str | None = None) -> list[tuple[Any, ...]]:
        """Rows of one catalog table, in order of their first column."""
        query = exp.select(*(sql.column(name) for name in columns)).from_(catalog_table(self._engine.catalog, table))
        if dataset is not None:
            query = query.where(sql.column("dataset").eq(dataset))
        return self._engine.rows(query.order_by(sql.ascending(sql.column(columns[0]))))

    def _embeddings(self, dataset: str) -> tuple[dict[str, EmbeddingFacts], dict[str, EmbeddingFacts]]:
        """The samples' own vectors by name, and those of objects by task."""
        own: dict[str, EmbeddingFacts] = {}
        objects: dict[str, EmbeddingFacts] = {}
        for table, width, task in self._catalog_rows("embeddings", ("table_name", "width", "task"), dataset):
            if task is None:
                name = embedding_name(table)
                own[name] = EmbeddingFacts(table=table, width=width, name=name)
            else:
                objects[task] = EmbeddingFacts(table=table, width=width, task=task)
        return own, objects

    def _tasks(self, dataset: str) -> dict[str, TaskFacts]:
        columns: tuple[str, ...] = ("task", "task_type", "categories", "scores", "has_probabilities", "has_predictions")
        # the column is lacking where only older versions wrote to the database
        if "has_keypoints" in self._engine.columns(catalog_table(self._engine.catalog, "tasks")):
            columns += ("has_keypoints",)
        return {
            task: TaskFacts(task, kind, tuple(categories), tuple(scores), *(bool(said) for said in has))
            for task, kind, categories, scores, *has in self._catalog_rows("tasks", columns, dataset)
        }

    def _keys(self, dataset: str) -> dict[str, MetadataKey]:
        types = self._engine.columns(dataset_table(self._engine.catalog, dataset, SAMPLES))
        if "metadata" not in types:
            return {}
        declared = {
            key: (kind, categorical)
            for key, kind, categorical in self._catalog_rows("metadata_keys", ("key", "kind", "categorical"), dataset)
        }
        keys = metadata_keys(read_type(types["metadata"]))
        return {name: _declared(key, *declared[name]) if name in declared else key for name, key in keys.items()}


def _declared(key: MetadataKey, kind: KeyKind, categorical: bool | None) -> MetadataKey:
    """The key as its source declared it; numbers are what their type says, which may have widened since."""
    numbers = {kind, key.kind} <= {"integer", "number"}
    return MetadataKey(key.path, key.kind if numbers else kind, categorical)
