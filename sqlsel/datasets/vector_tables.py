"""Which tables of a dataset hold vectors, and which names embeddings may have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlsel.datasets.tables import embedding_table, object_embeddings
from sqlsel.errors import UsageError
from sqlsel.facts import DEFAULT_EMBEDDING
from sqlsel.words import show

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class VectorTable:
    """A table of vectors of a dataset.

    Attributes:
        table: Its name.
        what: What a vector in it is, for messages: ``embedding 'clip'``.
        task: The task whose objects the vectors belong to; None for the samples' own.
    """

    table: str
    what: str
    task: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that say whose a vector is."""
        return ("sample_id",) if self.task is None else ("sample_id", "object_index")


def own_vectors(name: str = DEFAULT_EMBEDDING) -> VectorTable:
    """The table of the samples' own vectors of a name."""
    return VectorTable(embedding_table(name), "embedding" if name == DEFAULT_EMBEDDING else f"embedding {show(name)}")


def object_vectors(task: str) -> VectorTable:
    """The table of the vectors of a task's objects."""
    return VectorTable(object_embeddings(task), f"object embedding of task {task!r}", task)


def check_embedding_name(name: str, known: Iterable[str]) -> None:
    """Raise UsageError unless a dataset has an embedding of this name, or may get one.

    Args:
        name: The name asked for: anything but blanks, such as that of the model. Names differ by more than case.
        known: Names of the embeddings that the dataset has.
    """
    if not name.strip() or "\0" in name:
        raise UsageError(f"{name!r} is no name for an embedding", hint="name it after the model: 'clip'")
    for other in (DEFAULT_EMBEDDING, *known):
        if other != name and other.casefold() == name.casefold():
            raise UsageError(
                f"embedding name {show(name)} differs from {show(other)} by case alone",
                hint=f"use {show(other)} to replace those vectors, or another name",
            )
