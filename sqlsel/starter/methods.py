"""What a database does to give a config to start from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.engines.interrupts import interruptible
from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from sqlsel.datasets.catalog import DatasetCatalog
    from sqlsel.engines.base import Engine


class StarterMethods:
    """The part of ``Database`` that gives configs to start from."""

    _engine: Engine
    _catalog: DatasetCatalog

    def starter_config(self, dataset: str, *, n: int | None = None) -> str:
        """A config to start from, written from what a dataset holds: JSON with comments, as ``select`` takes it.

        It asks for variety and for what a task is unsure of, where there are embeddings and scores. In comments it has
        what else the dataset can be asked for, with its own tasks, scores, metadata keys and classes.

        Args:
            dataset: The dataset.
            n: How many samples it asks for; by default a tenth of them, at most 1,000.

        Raises:
            UsageError: If there is no such dataset, or ``n`` is less than 1.

        Cost: one pass over each of at most sixty metadata keys.
        """
        from sqlsel.starter.limits import limit_offer
        from sqlsel.starter.objectives import offers
        from sqlsel.starter.text import starter_text

        if n is not None and n < 1:
            raise UsageError(f"n must be at least 1, not {n}", hint="say how many samples the config asks for")
        facts = self._catalog.facts(dataset)
        count = n or max(1, min(1000, facts.n_samples // 10))
        with interruptible(self._engine):
            found = offers(self._engine, self._catalog, facts)
            return starter_text(facts, count, found, limit_offer(self._engine, facts, count))
