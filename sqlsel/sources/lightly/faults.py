"""What is wrong with the files of a folder, collected until all of them are read."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlsel.errors import IngestError, Problem

LISTED = 10


class BadFileError(Exception):
    """One file cannot be used.

    Args:
        message: What is wrong and what to do.
        place: Where in the file: ``predictions[2].bbox``, or ``3:7`` for line and column; empty for the whole.
    """

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place


@dataclass(slots=True)
class Faults:
    """The faults found so far: how many, and the first few.

    Attributes:
        count: Number of faults, one a file.
        first: The first ten.
    """

    count: int = 0
    first: list[Problem] = field(default_factory=list)

    def add(self, file: str, message: str, place: str = "") -> None:
        """Note that a file, named relative to the folder, cannot be used."""
        self.count += 1
        if len(self.first) < LISTED:
            separator = ":" if place[:1].isdigit() else " "
            self.first.append(Problem(where=f"{file}{separator}{place}" if place else file, message=message))

    def add_bad(self, file: str, fault: BadFileError) -> None:
        """Note what came up while a file was read."""
        self.add(file, fault.message, fault.place)

    def check(self, folder: str) -> None:
        """Raise IngestError with the count and the first faults, if there are any."""
        if not self.count:
            return
        files = "1 file" if self.count == 1 else f"{self.count:,} files"
        listed = f" (the first {LISTED} are listed)" if self.count > LISTED else ""
        raise IngestError(
            f"{folder}: {files} cannot be used{listed}; nothing was stored",
            problems=tuple(self.first),
            hint="correct or remove them and run it again",
        )
