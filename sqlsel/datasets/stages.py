"""The stages of storing a source, told with the rows that each has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlsel.engines.base import Engine

    Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class Stages:
    """Tells whoever listens of a stage when it begins and when it is over.

    Attributes:
        engine: The session.
        progress: Takes a stage's name, the rows done and the rows there are; None if nobody listens.
    """

    engine: Engine
    progress: Progress | None

    def begin(self, name: str, query: exp.Query | None = None) -> None:
        """A stage begins, which stores the rows of a query. They are counted only where somebody listens."""
        if self.progress is None:
            return
        self.progress(name, 0, None)
        if query is not None:
            counted = exp.select(sql.count()).from_(sql.subquery(query, "counted"))
            self.progress(name, 0, self.engine.rows(counted)[0][0])

    def end(self, name: str, rows: int) -> None:
        """A stage is over that stored so many rows."""
        if self.progress is not None:
            self.progress(name, rows, rows)
