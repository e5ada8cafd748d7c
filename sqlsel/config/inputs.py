"""What an objective looks at."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sqlsel.config.joint import JOINER, Keys
from sqlsel.config.values import Int, Part, SampleId, TagName, TaskName, Text

INITIAL_TAG = "initial-tag"
"""The tag that every dataset has: all of its samples."""

DATAPOOL = "datapool"
"""The other one: the samples of all selections that were kept."""

InputType = Literal["EMBEDDINGS", "SCORES", "METADATA", "PREDICTIONS", "RANDOM", "SQL"]
PredictionsName = Literal["CLASS_DISTRIBUTION", "CATEGORY_COUNT"]


class EmbeddingsInput(Part):
    """The vectors of samples, or of the objects of a task; for SIMILARITY also the queries to be similar to."""

    type: Literal["EMBEDDINGS"] = Field(description="Look at embeddings.")
    task: TaskName | None = Field(
        default=None, description="Look at the embeddings of this task's objects instead of those of whole samples."
    )
    embedding: Text | None = Field(
        default=None,
        description="Which of the samples' own embeddings to look at, by name; needed where the dataset has several.",
    )
    dataset_id: Text | None = Field(
        default=None,
        description="For SIMILARITY: the dataset that holds the queries, by name, by the 24 hex digits that Lightly "
        "gave it, or as DATABASE.NAME in an attached database.",
    )
    tag_name: TagName | None = Field(
        default=None,
        description=f"For SIMILARITY: tag of the queries in that dataset; {INITIAL_TAG} by default: all its samples.",
    )
    query_sample_ids: Annotated[tuple[SampleId, ...], Field(min_length=1)] | None = Field(
        default=None,
        description="For SIMILARITY: ids of the samples that are the queries, in that dataset or, without dataset_id, "
        "in the one that is selected from.",
    )
    query_file: Text | None = Field(
        default=None,
        description="For SIMILARITY: a file with the vectors of the queries (parquet, csv, json, jsonl, npy); "
        "a relative path starts at the folder of the config.",
    )


class ScoresInput(Part):
    """One number a sample: a score stored with a task, or computed from its predictions."""

    type: Literal["SCORES"] = Field(description="Look at a score of a task.")
    task: TaskName = Field(description="The task that the score belongs to.")
    score: TaskName = Field(description="Name of the score, such as uncertainty_entropy.")


class MetadataInput(Part):
    """One metadata value a sample."""

    type: Literal["METADATA"] = Field(description="Look at a metadata value.")
    key: Keys = Field(
        description="The metadata key, with dots between its levels: weather.temperature. For BALANCE also a list of "
        "keys, whose combinations of values are the classes."
    )

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys, one or several."""
        return self.key if isinstance(self.key, tuple) else (self.key,)

    @property
    def name(self) -> str:
        """The keys as names and messages show them: ``weather+time``."""
        return JOINER.join(self.keys)


class PredictionsInput(Part):
    """What a task predicts: the mix of classes, or how many objects of some classes there are."""

    type: Literal["PREDICTIONS"] = Field(description="Look at the predictions of a task.")
    task: TaskName = Field(description="The task that made the predictions.")
    name: PredictionsName = Field(
        description="CLASS_DISTRIBUTION: the class probabilities of a sample, summed over its objects. "
        "CATEGORY_COUNT: the number of its objects, of the listed categories if any are listed."
    )
    categories: Annotated[tuple[Text, ...], Field(min_length=1)] | None = Field(
        default=None, description="For CATEGORY_COUNT: the classes whose objects are counted; by default all."
    )


class RandomInput(Part):
    """One random number a sample, the same in every run with the same seed."""

    type: Literal["RANDOM"] = Field(description="Look at a random number.")
    random_seed: Int | None = Field(default=None, description="Seed of the numbers; by default the seed of the run.")


class SqlInput(Part):
    """One value a sample, computed by an expression of the user's own."""

    type: Literal["SQL"] = Field(description="Look at the value of an expression in SQL.")
    expression: Text = Field(
        description="One expression over sample_id, file_name, metadata and scores: metadata.width * metadata.height. "
        "Numbers go with WEIGHTS and THRESHOLD; text, whole numbers, true and false with BALANCE."
    )


Input = Annotated[
    EmbeddingsInput | ScoresInput | MetadataInput | PredictionsInput | RandomInput | SqlInput,
    Field(discriminator="type"),
]
