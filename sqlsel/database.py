"""A database with datasets: ingest into them, select from them, and look at what is there."""

from __future__ import annotations

import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from sqlsel.datasets.emptiness import is_empty, remove_database
from sqlsel.duplicates.methods import DuplicateMethods
from sqlsel.engines.interrupts import interruptible
from sqlsel.errors import UsageError
from sqlsel.exports.methods import ExportMethods
from sqlsel.measuring.methods import MeasuringMethods
from sqlsel.naming import NameMethods
from sqlsel.reporting.methods import ReportMethods
from sqlsel.sources.ingest_methods import IngestMethods
from sqlsel.sources.object_methods import ObjectMethods
from sqlsel.starter.methods import StarterMethods
from sqlsel.vision.methods import ImageMethods
from sqlsel.words import listing, printable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

    from sqlsel.dataset import Dataset
    from sqlsel.datasets.catalog import DatasetCatalog
    from sqlsel.datasets.computed import ScoreFacts
    from sqlsel.engines.base import Engine
    from sqlsel.explanation import Explanation
    from sqlsel.plan.model import Missing
    from sqlsel.selecting import ConfigSource
    from sqlsel.selection import Selection
    from sqlsel.selection.outcome import Progress


class Database(
    IngestMethods,
    ExportMethods,
    NameMethods,
    ImageMethods,
    ObjectMethods,
    MeasuringMethods,
    DuplicateMethods,
    StarterMethods,
    ReportMethods,
):
    """Datasets in one database, as ``sqlsel.connect`` opens it. Use it in a ``with`` statement, or close it."""

    def __init__(self, engine: Engine, made: Path | None = None) -> None:
        self._engine = engine
        self._made = made

    @cached_property
    def _catalog(self) -> DatasetCatalog:  # type: ignore[override]
        from sqlsel.datasets.catalog import DatasetCatalog

        return DatasetCatalog(self._engine)

    def select(
        self,
        config: ConfigSource,
        *,
        dataset: str,
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
        """Choose samples of a dataset.

        Args:
            config: The declaration: a dict, JSON text, the path of a JSON file, or what ``sqlsel.config`` made.
            dataset: The dataset to choose from.
            tag: Name to put on the outcome. Without one nothing is written, so a read-only database will do. A tag
                that is preselected too grows by the new samples.
            preselected: Samples picked before: a tag, or ids. The tag ``datapool`` holds those of all selections that
                were kept under a tag, none before the first.
            seed: Breaks ties; None breaks them by the lowest id.
            missing: ``omit`` leaves samples out that lack an input, ``error`` refuses to run.
            where: A condition in SQL over the sample's columns that candidates have to meet.
            candidates: The only samples that may be chosen: a tag, or ids.
            since: Choose only samples that were added to the dataset after this moment (without a time zone in UTC; or
                its ISO text), or since the selection began that made this tag. ``datapool`` is the latest selection.
            overwrite: Whether a tag of that name is replaced.
            progress: Told of the stages.

        Raises:
            ConfigError: If the config is wrong, with every problem.
            UsageError: If the dataset, the tag or a preselected sample does not exist, or the tag does and may not be
                replaced.
            SelectionError: If nothing is left to choose from, or samples lack an input and may not.
        """
        ahead = None
        if "sqlsel.selecting" not in sys.modules:
            from sqlsel.datasets.ahead import read_ahead

            ahead = read_ahead(self._engine, dataset, config, (where, candidates, since))
        try:
            from sqlsel.selecting import Asked, select

            asked = Asked(config, dataset, preselected, seed, missing, where, candidates, since)
            return select(self._engine, asked, tag=tag, overwrite=overwrite, progress=progress, ahead=ahead)
        finally:
            if ahead is not None:
                ahead.stop()

    def explain(
        self,
        config: ConfigSource,
        *,
        dataset: str,
        preselected: str | Sequence[Any] | None = None,
        seed: int | None = 0,
        missing: Missing = "omit",
        where: str | None = None,
        candidates: str | Sequence[Any] | None = None,
        since: str | datetime | None = None,
    ) -> Explanation:
        """The plan of a selection and its SQL; nothing runs. ``print()`` it, or see ``.sql()``.

        The arguments and errors are those of ``select``.
        """
        from sqlsel.explanation import Explanation
        from sqlsel.selecting import Asked, planned
        from sqlsel.selection.fitting import told_before

        asked = Asked(config, dataset, preselected, seed, missing, where, candidates, since)
        with planned(self._engine, asked) as (plan, _, notices):
            return Explanation(plan, (*notices, *told_before(plan, self._engine)))

    def compute_scores(
        self, dataset: str, *, tasks: Sequence[str] | None = None, scores: Sequence[str] | None = None
    ) -> list[ScoreFacts]:
        """Compute scores from the predictions of a dataset and store them in its table ``scores``.

        A selection computes the scores it looks at by itself; stored ones are for reading. Ingest computes them again
        when it changes predictions, and this does so at any time.

        Args:
            dataset: The dataset.
            tasks: Only the scores of these tasks; by default of all.
            scores: Only the scores of these names; by default all that the predictions give.

        Returns:
            Each score with the number of samples that have it, and its lowest, mean and highest value.

        Raises:
            UsageError: If there is no such dataset, task or score, with those there are.
            DatabaseError: If the database cannot be written.
        """
        from sqlsel.datasets.computed import compute

        with interruptible(self._engine):
            return compute(self._engine, dataset, tasks, scores)

    def sql(self, query: str) -> Any:  # noqa: ANN401 - whatever the engine returns
        """Run any SQL on the connection, with sqlsel's functions; returns the engine's own relation."""
        from sqlsel.functions import run_query

        return run_query(self._engine, query)

    def datasets(self) -> list[str]:
        """Names of the datasets, sorted."""
        return list(self._catalog.dataset_names())

    def dataset(self, name: str) -> Dataset:
        """One dataset, to look at and to select from.

        Raises:
            UsageError: If there is no such dataset.
        """
        from sqlsel.dataset import Dataset

        return Dataset(self._engine, name)

    @property
    def connection(self) -> Any:  # noqa: ANN401 - the engine's own
        """The engine's own connection. Samples of transactions that are open on it are not seen by ``select``."""
        return self._engine.connection

    @property
    def engine(self) -> Engine:
        """The session that sqlsel works on."""
        return self._engine

    def close(self) -> None:
        """Close the database; a connection that was handed in open stays open.

        A file that was made for a source that could not be stored goes, if nothing else is in it.
        """
        useless = self._made if self._failed and self._made is not None and is_empty(self._engine) else None
        self._engine.close()
        if useless is not None:
            remove_database(useless)

    def __repr__(self) -> str:
        try:
            names = self.datasets()
        except UsageError:
            return "<sqlsel.Database: closed>"
        shown = listing(printable(name) for name in names) or "no datasets; .ingest(source, dataset=…) makes one"
        return f"<sqlsel.Database {printable(self._engine.catalog)}: {shown}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the datasets, a row each."""
        from sqlsel.description import overview
        from sqlsel.showing.datasets import database_html

        try:
            return database_html(self._engine.catalog, overview(self._engine))
        except UsageError:
            return database_html("closed database", [])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
