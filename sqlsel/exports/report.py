"""What writing a tag did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from sqlsel.errors import Problem


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What writing a tag did.

    Attributes:
        samples: How many were written: images, or for a tag on objects in a format of rows, objects.
        format: The format.
        path: The file or folder; None where it went to a stream.
        problems: What was left out or is worth knowing, as notices.
    """

    samples: int
    format: str
    path: Path | None = None
    problems: tuple[Problem, ...] = ()
