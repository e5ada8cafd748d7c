"""Going through images: read ahead by threads, looked at in batches, the unreadable ones told of."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel.errors import IngestError, Problem
from sqlsel.sources.images.silence import silently
from sqlsel.vision.ahead import work_ahead
from sqlsel.vision.pictures import UnreadableError, cut, open_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from sqlsel.vision.embedders import Embedder
    from sqlsel.vision.waiting import Item, Waiting

_NAMED = 10
_TRIED = 50


@dataclass(slots=True)
class Failures:
    """Images that could not be looked at.

    Attributes:
        count: Their number; objects count by themselves.
        named: The first few of them, with the reasons.
        files: The images that they are, or are in.
    """

    count: int = 0
    named: list[Problem] = field(default_factory=list)
    files: set[str] = field(default_factory=set)

    def add(self, name: str, reason: str, times: int = 1) -> None:
        """One more, or several in one image."""
        self.count += times
        self.files.add(name)
        if len(self.named) < _NAMED:
            self.named.append(Problem(where=name, message=reason, severity="notice"))

    def problems(self, what: str) -> tuple[Problem, ...]:
        """Notices: how many, and the first few."""
        if not self.count:
            return ()
        shown = f"; the first {len(self.named)}:" if self.count > len(self.named) else ":"
        total = Problem(where="", message=f"{self.count:,} {what} left out{shown}", severity="notice")
        return (total, *self.named)


def check_readable(folders: Sequence[Path], waiting: Waiting) -> None:
    """Raise IngestError if none of the first fifty images can be opened."""
    failures = Failures()
    for item in islice(waiting.items(), _TRIED):
        try:
            with silently():
                open_picture(folders, item.file_name, at_least=1)
        except UnreadableError as failure:
            failures.add(item.file_name, str(failure))
        else:
            return
    if failures.count:
        raise unreadable(failures, f"none of the first {failures.count:,} images can be looked at")


def unreadable(failures: Failures, message: str) -> IngestError:
    """The error for images of which none could be looked at."""
    hint = "say where the images are with --images DIR (images= in Python)"
    return IngestError(message, problems=tuple(failures.named), hint=hint)


@dataclass(slots=True, eq=False)
class Looker:
    """One walk over the images.

    Attributes:
        folders: Where they are.
        embedder: What looks at them.
        waiting: Which ones.
        tell: Told how many are done.
        failures: Those that could not be looked at; those that are in there already are not tried again.
    """

    folders: Sequence[Path]
    embedder: Embedder
    waiting: Waiting
    tell: Callable[[int], None]
    failures: Failures = field(default_factory=Failures)

    def vectors(self) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
        """Rows of ``waiting`` with their vectors, batch by batch; the objects of an image may be in two of them."""
        rows: list[int] = []
        prepared: list[NDArray[Any]] = []
        done, tried = 0, frozenset(self.failures.files)
        items = (item for item in self.waiting.items() if item.file_name not in tried)
        for item, found in work_ahead(self._prepare, items):
            done += len(item.rows)
            if isinstance(found, str):
                self.failures.add(item.file_name, found, len(item.rows))
            for row, each in () if isinstance(found, str) else zip(item.rows, found, strict=True):
                if isinstance(each, str):
                    self.failures.add(item.file_name, each)
                    continue
                rows.append(row)
                prepared.append(each)
            while len(rows) >= self.embedder.batch:
                yield self._look(rows[: self.embedder.batch], prepared[: self.embedder.batch])
                del rows[: self.embedder.batch], prepared[: self.embedder.batch]
            self.tell(done)
        if rows:
            yield self._look(rows, prepared)

    def _prepare(self, item: Item) -> tuple[Item, list[NDArray[Any] | str] | str]:
        """In a thread: the image, or its objects, as the embedder takes them; where that fails, why."""
        try:
            at_least = self.embedder.at_least if item.boxes is None else None
            image = open_picture(self.folders, item.file_name, at_least)
        except UnreadableError as failure:
            return item, str(failure)
        if item.boxes is None:
            return item, [self.embedder.prepare(image)]
        found: list[NDArray[Any] | str] = []
        for box in item.boxes:
            try:
                found.append(self.embedder.prepare(cut(image, box)))
            except UnreadableError as failure:
                found.append(str(failure))
        return item, found

    def _look(self, rows: list[int], prepared: list[NDArray[Any]]) -> tuple[list[int], NDArray[np.float32]]:
        vectors = self.embedder.vectors(prepared)
        usable = np.isfinite(vectors).all(axis=1) & (vectors != 0).any(axis=1)
        names = self.waiting.table.column("file_name")
        for number in np.flatnonzero(~usable):
            self.failures.add(names[rows[number]].as_py(), "the vector is zero, NaN or infinite")
        return [row for row, good in zip(rows, usable, strict=True) if good], vectors[usable]
