"""What a dataset holds, as the config checks and the planner need to know it. Facts only: no engine, no SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

TaskType = Literal[
    "classification", "object-detection", "keypoint-detection", "instance-segmentation", "semantic-segmentation"
]
SampleTaskType = TaskType | Literal["object"]
"""A task as the samples see it: where they are its single objects, each has one prediction, of an object."""

KeyKind = Literal["number", "integer", "text", "boolean", "timestamp", "other"]

DEFAULT_EMBEDDING = "default"
"""The name of vectors that were given none."""


@dataclass(frozen=True, slots=True)
class EmbeddingFacts:
    """One table of vectors.

    Attributes:
        table: Name of the table in the dataset's schema.
        width: Number of dimensions.
        task: The task whose objects the vectors belong to; None for the samples' own.
        name: What the samples' own vectors are called among several.
    """

    table: str
    width: int
    task: str | None = None
    name: str = DEFAULT_EMBEDDING


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """One task with predictions, scores or both.

    Attributes:
        name: The task's name.
        task_type: Kind of its predictions; None where there are scores only.
        categories: Class names, in the order of the probability vectors.
        scores: Names of the scores stored for the task.
        has_probabilities: Whether every prediction carries a probability vector.
        has_predictions: Whether the task has predictions, not only scores.
        has_keypoints: Whether every object carries the mean confidence of its keypoints.
    """

    name: str
    task_type: SampleTaskType | None
    categories: tuple[str, ...] = ()
    scores: tuple[str, ...] = ()
    has_probabilities: bool = False
    has_predictions: bool = False
    has_keypoints: bool = False


@dataclass(frozen=True, slots=True)
class PathGroup:
    """A value that a regular expression takes out of a file name.

    Attributes:
        expression: The expression, in the form that all engines read.
        number: The group that holds the value, from 1.
    """

    expression: str
    number: int


@dataclass(frozen=True, slots=True)
class MetadataKey:
    """One metadata key.

    Attributes:
        path: Names from the outside in: ``("weather", "temperature")``.
        kind: What the values are; integers may be numbers or categories.
        categorical: True or False where the source declared it; None where it did not.
        of_object: Whether it is no metadata of the image but a property of the object that is the sample.
        path_group: Where it is no metadata but a part of the file name, what takes it out of that.
    """

    path: tuple[str, ...]
    kind: KeyKind
    categorical: bool | None = None
    of_object: bool = False
    path_group: PathGroup | None = None

    @property
    def key(self) -> str:
        """The dotted form used in configs: ``weather.temperature``."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """What one dataset holds.

    Attributes:
        name: Name of the dataset, and of its schema.
        catalog: The DuckDB catalog (attached database) of the schema.
        n_samples: Number of samples.
        embeddings: The samples' own vectors, by name.
        object_embeddings: Vectors of objects, by task.
        tasks: Tasks by name.
        keys: Metadata keys by dotted name.
        tags: Names of the tags.
        object_tags: For the tags that are put on objects, the task of these.
        objects_of: The task whose objects are the samples; None where the samples are what was ingested.
    """

    name: str
    catalog: str
    n_samples: int
    embeddings: dict[str, EmbeddingFacts] = field(default_factory=dict)
    object_embeddings: dict[str, EmbeddingFacts] = field(default_factory=dict)
    tasks: dict[str, TaskFacts] = field(default_factory=dict)
    keys: dict[str, MetadataKey] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    object_tags: dict[str, str] = field(default_factory=dict)
    objects_of: str | None = None

    @property
    def embedding(self) -> EmbeddingFacts | None:
        """The samples' own vectors where there is one embedding; None where there is none, or several."""
        return next(iter(self.embeddings.values())) if len(self.embeddings) == 1 else None
