"""One export on its way: what is written, from where, and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from sqlsel.engines.base import Engine
    from sqlsel.errors import Problem
    from sqlsel.exports.chosen import Chosen
    from sqlsel.exports.options import ExportOptions

    # Images that were written, and notices.
    Outcome = tuple[int, tuple[Problem, ...]]


@dataclass(frozen=True, slots=True)
class Job:
    """One export.

    Attributes:
        engine: The session to read through.
        chosen: The images.
        options: How they are written.
        target: The file or folder; None for a stream.
    """

    engine: Engine
    chosen: Chosen
    options: ExportOptions
    target: Path | None = None

    def single_objects(self, task: str) -> bool:
        """Whether only the chosen objects of a task are written, not all of its images."""
        return self.chosen.objects_of == task and not self.options.all_objects

    def lacking(self, there: frozenset[str] | set[str], what: str) -> tuple[Problem, ...]:
        """Notices about the images that are not among some, or the error where they may not be left out."""
        names = self.chosen.names()
        return self.options.lacking([name for name in names if name not in there], len(names), what)
