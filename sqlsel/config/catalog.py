"""What the checks ask about datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sqlsel.facts import DatasetFacts, EmbeddingFacts


class Catalog(Protocol):
    """The datasets there are, and what they hold."""

    def dataset_names(self) -> tuple[str, ...]:
        """Names of all datasets."""
        ...

    def facts(self, dataset: str) -> DatasetFacts:
        """What the dataset of this name holds."""
        ...

    def key_values(self, dataset: str, key: str, limit: int) -> tuple[str, ...]:
        """At most ``limit`` distinct values of a metadata key as text; booleans as ``true`` and ``false``."""
        ...

    def count_objects(self, dataset: str, task: str) -> int:
        """How many objects a task has."""
        ...


def query_embedding(queries: DatasetFacts, task: str | None) -> EmbeddingFacts | None:
    """The vectors that SIMILARITY takes as queries from a dataset.

    With a task they are those of its objects, and where the dataset has none those of its samples.
    """
    objects = queries.object_embeddings.get(task) if task is not None else None
    return objects or queries.embedding
