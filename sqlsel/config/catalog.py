"""What the checks ask about datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sqlsel.facts import DEFAULT_EMBEDDING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlsel.config.inputs import EmbeddingsInput
    from sqlsel.config.tiling import Tiling
    from sqlsel.facts import DatasetFacts, EmbeddingFacts, KeyKind


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

    def path_values(self, dataset: str, expression: str, group: int, limit: int) -> tuple[str, ...]:
        """At most ``limit`` distinct values that a group of a regular expression takes out of the file names."""
        ...

    def unmatched_names(self, dataset: str, expression: str, limit: int) -> tuple[int, int, tuple[str, ...]]:
        """How many samples there are, how many file names of them do not match, and the first of these names."""
        ...

    def sql_kind(self, facts: DatasetFacts, expression: str) -> tuple[KeyKind, str]:
        """What kind of values an expression in SQL gives, and the name of their type; raises SqlselError if none."""
        ...

    def sql_values(self, facts: DatasetFacts, expression: str, limit: int) -> tuple[str, ...]:
        """At most ``limit`` distinct values of an expression as text."""
        ...

    def tiling(self, dataset: str, task: str) -> Tiling | None:
        """The grid that the objects of a task are; None if they are no tiles."""
        ...

    def count_objects(self, dataset: str, task: str) -> int:
        """How many objects a task has."""
        ...

    def find(self, dataset_id: str) -> DatasetFacts | None:
        """What the dataset holds that queries are in: named as in a config, in this database or an attached one."""
        ...

    def known_ids(self) -> tuple[str, ...]:
        """All names by which ``find`` knows a dataset."""
        ...

    def unknown_samples(self, facts: DatasetFacts, sample_ids: Sequence[str]) -> tuple[str, ...]:
        """Those of the ids that are no samples of a dataset."""
        ...

    def query_width(self, path: str) -> int:
        """Number of dimensions of the vectors in a file; raises SqlselError if there are none to read."""
        ...


def looked_at(source: EmbeddingsInput, facts: DatasetFacts) -> EmbeddingFacts | None:
    """The vectors that an input looks at: those of a task's objects, those it names, or the only ones there are."""
    task = task_looked_at(source, facts)
    if task is not None:
        return facts.object_embeddings.get(task)
    return facts.embedding if source.embedding is None else facts.embeddings.get(source.embedding)


def task_looked_at(source: EmbeddingsInput, facts: DatasetFacts) -> str | None:
    """The task whose objects' vectors an input looks at; None for those of whole samples.

    Where objects are the samples, the vectors are theirs unless an embedding of the images is named.
    """
    if source.task is not None or source.embedding is not None:
        return source.task
    return facts.objects_of


def query_embedding(queries: DatasetFacts, task: str | None, name: str | None) -> EmbeddingFacts | None:
    """The vectors that SIMILARITY takes as queries from a dataset.

    With a task they are those of its objects, and where the dataset has none those of its samples: the embedding of the
    same name, or else the only one, unless both have names and these differ.

    Args:
        queries: The dataset that holds the queries.
        task: The task whose objects are looked at; None for whole samples.
        name: Name of the embedding that is looked at; None for a task's.
    """
    if task is not None:
        return queries.object_embeddings.get(task) or queries.embedding
    only = queries.embedding
    if name in queries.embeddings or only is None:
        return queries.embeddings.get(name) if name is not None else only
    return only if DEFAULT_EMBEDDING in (name, only.name) else None
