"""One dataset of a database, to look at and to select from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.config import check_config
from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.datasets.imagery import image_folders
from sqlsel.datasets.tables import SAMPLES, dataset_table
from sqlsel.datasets.tags import TagFacts, tag_counts, tag_query
from sqlsel.description import describe, description_lines
from sqlsel.errors import UsageError
from sqlsel.explanation import Explanation
from sqlsel.queries import Lookup
from sqlsel.selecting import Asked, planned, select
from sqlsel.selection.fitting import told_before
from sqlsel.showing.datasets import dataset_html
from sqlsel.vision.thumbnails import thumbnails
from sqlsel.words import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from sqlsel.engines.base import Engine
    from sqlsel.errors import Problem
    from sqlsel.facts import DatasetFacts, EmbeddingFacts, MetadataKey, TaskFacts
    from sqlsel.plan.model import Missing
    from sqlsel.selecting import ConfigSource
    from sqlsel.selection import Selection
    from sqlsel.selection.outcome import Progress

_WIDTH = 80
_PICTURES = 8


class Dataset:
    """A dataset, as ``Database.dataset`` gives it. It is read anew at every look, so it is never out of date.

    Args:
        engine: The database.
        name: A dataset of it.

    Raises:
        UsageError: If there is no such dataset.
    """

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._catalog = DatasetCatalog(engine)
        self._catalog.check_dataset(name)
        self.name = name

    def __len__(self) -> int:
        """Number of samples."""
        return self.facts.n_samples

    @property
    def facts(self) -> DatasetFacts:
        """All that is known of it in one piece. Cost: a few milliseconds."""
        return self._catalog.facts(self.name)

    @property
    def tasks(self) -> dict[str, TaskFacts]:
        """Its tasks by name, with their classes."""
        return self.facts.tasks

    @property
    def scores(self) -> dict[str, list[str]]:
        """By task, the scores that a config can name: those that are stored, and those computed from predictions."""
        from sqlsel.config import computed_scores

        return {
            task.name: [*task.scores, *(name for name in computed_scores(task) if name not in task.scores)]
            for task in self.tasks.values()
        }

    @property
    def keys(self) -> dict[str, MetadataKey]:
        """Its metadata keys by their dotted names, with what kind of values they have."""
        return self.facts.keys

    @property
    def embeddings(self) -> dict[str, EmbeddingFacts]:
        """The samples' own embeddings by name; ``default`` is one that was given none."""
        return self.facts.embeddings

    @property
    def tags(self) -> list[TagFacts]:
        """Its tags with their counts, by name."""
        return list(tag_counts(self._engine, self.name))

    def describe(self) -> dict[str, Any]:
        """What it holds, as plain values that JSON can hold."""
        return describe(self._engine, self.name)

    def select(
        self,
        config: ConfigSource,
        *,
        tag: str | None = None,
        preselected: str | Sequence[Any] | None = None,
        seed: int | None = 0,
        missing: Missing = "omit",
        where: str | None = None,
        candidates: str | Sequence[Any] | None = None,
        since: str | datetime | None = None,
        overwrite: bool = False,
        progress: Progress | None = None,
    ) -> Selection:
        """Choose samples of it; arguments and errors are those of ``Database.select``."""
        asked = Asked(config, self.name, preselected, seed, missing, where, candidates, since)
        return select(self._engine, asked, tag=tag, overwrite=overwrite, progress=progress)

    def explain(
        self,
        config: ConfigSource,
        *,
        preselected: str | Sequence[Any] | None = None,
        seed: int | None = 0,
        missing: Missing = "omit",
        where: str | None = None,
        candidates: str | Sequence[Any] | None = None,
        since: str | datetime | None = None,
    ) -> Explanation:
        """The plan of a selection and its SQL; nothing runs. Arguments and errors are those of ``select``."""
        asked = Asked(config, self.name, preselected, seed, missing, where, candidates, since)
        with planned(self._engine, asked) as (plan, _, notices):
            return Explanation(plan, (*notices, *told_before(plan, self._engine)))

    def validate(self, config: ConfigSource) -> list[Problem]:
        """Every problem and notice of a config for this dataset at once; empty if there is none."""
        return list(check_config(config, catalog=Lookup(self._engine), dataset=self.name))

    def to_arrow(self, tag: str | None = None) -> pa.Table:
        """The samples as a table: ``sample_id``, ``file_name``, ``metadata`` where there is some, by id.

        Args:
            tag: Only its samples, with their ``rank`` (none for preselected ones) and by it.

        Raises:
            UsageError: If there is no such tag.
        """
        samples = dataset_table(self._engine.catalog, self.name, SAMPLES)
        by_id = sql.ascending(sql.column("sample_id"))
        if tag is None:
            return self._engine.table(exp.select(exp.Star()).from_(samples).order_by(by_id))
        from sqlsel.datasets.tags import check_tag

        check_tag(self._engine, self.name, tag)
        tagged = sql.subquery(tag_query(self._engine, self.name, tag), "tagged")
        query = exp.select(exp.Star()).from_(samples).join(tagged, using=[sql.name("sample_id")])
        return self._engine.table(query.order_by(sql.ascending(sql.column("rank")), by_id))

    def df(self, tag: str | None = None) -> pd.DataFrame:
        """The same as a pandas frame; ``metadata`` are dicts."""
        frame: pd.DataFrame = self.to_arrow(tag).to_pandas()
        return frame

    def pl(self, tag: str | None = None) -> pl.DataFrame:
        """The same as a polars frame; ``metadata`` is a struct."""
        import polars as pl

        return pl.DataFrame(self.to_arrow(tag))

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The samples to any library that takes Arrow streams."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def vectors(self, embedding: str | None = None) -> tuple[list[Any], npt.NDArray[np.float32]]:
        """Ids of the samples that have vectors, by id, and these as ``(n, d)`` float32, without copying them again.

        Args:
            embedding: Which of the embeddings; needed where there are several.

        Raises:
            UsageError: If there is no such embedding, or several and none is named.
        """
        import numpy as np

        facts = self._embedding(embedding)
        table = dataset_table(self._engine.catalog, self.name, facts.table)
        columns = (sql.column("sample_id"), sql.column("embedding"))
        rows = self._engine.table(
            exp.select(*columns).from_(table).order_by(sql.ascending(sql.column("sample_id")))
        ).combine_chunks()
        numbers = rows.column("embedding").combine_chunks().flatten()
        matrix = np.asarray(numbers.to_numpy(zero_copy_only=True), dtype=np.float32).reshape(-1, facts.width)
        return rows.column("sample_id").to_pylist(), matrix

    def _embedding(self, name: str | None) -> EmbeddingFacts:
        known = self.embeddings
        if name is None and len(known) == 1:
            return next(iter(known.values()))
        if name is None or name not in known:
            said = "has no embeddings" if not known else f"has the embeddings {quoted(known)}"
            raise UsageError(f"dataset {self.name!r} {said}", hint="name one of them" if known else "ingest some")
        return known[name]

    def __str__(self) -> str:
        return "\n".join(description_lines(self.describe(), _WIDTH))

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        """What a notebook shows: what it holds, and some of its images."""
        return dataset_html(self.describe(), thumbnails(image_folders(self._engine, self.name), self._some_names()))

    def _some_names(self) -> list[str]:
        """File names of a few samples, spread over the ids."""
        samples, name = dataset_table(self._engine.catalog, self.name, SAMPLES), sql.column("file_name")
        spread = sql.call("md5", sql.varchar(sql.column("sample_id")))
        query = exp.select(name).from_(samples).where(sql.present(name.copy()))
        query = query.order_by(sql.ascending(spread), sql.ascending(sql.column("sample_id"))).limit(_PICTURES)
        return [row[0] for row in self._engine.rows(query)]
