"""What is wrong with the files of a folder, collected until all of them are read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

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
        by_task: Number of faults in the predictions of each task.
        called: What has a fault, one and several of them.
    """

    count: int = 0
    first: list[Problem] = field(default_factory=list)
    by_task: Counter[str] = field(default_factory=Counter)
    called: tuple[str, str] = ("file", "files")

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
        if self.count:
            raise self._refusal(folder, "correct or remove them and run it again")

    def check_with(self, bad: Faults, folder: str) -> None:
        """Likewise for these faults and others that could be left out."""
        if self.count:
            both = Faults(self.count + bad.count, [*self.first, *bad.first][:LISTED], called=bad.called)
            both.check(folder)
        if bad.count:
            hint = "correct or remove them and run it again, or go on without them: --on-error skip (on_error='skip')"
            raise bad._refusal(folder, hint)

    def _refusal(self, folder: str, hint: str) -> IngestError:
        listed = f" (the first {LISTED} are listed)" if self.count > LISTED else ""
        message = f"{folder}: {self._counted()} cannot be used{listed}; nothing was stored"
        return IngestError(message, problems=tuple(self.first), hint=hint)

    def skipped(self) -> tuple[Problem, ...]:
        """Notices about what is left out: how many, and the first few."""
        if not self.count:
            return ()
        listed = f" (the first {len(self.first)} follow)" if self.count > len(self.first) else ""
        whole = Problem("skipped", f"{self._counted()} cannot be used and left out{listed}", severity="notice")
        return (whole, *(replace(problem, severity="notice") for problem in self.first))

    def _counted(self) -> str:
        one, several = self.called
        return f"1 {one}" if self.count == 1 else f"{self.count:,} {several}"
