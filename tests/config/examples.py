"""Configs and a catalog that the tests of this folder share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlsel.config import check_config
from sqlsel.errors import UsageError
from sqlsel.facts import DatasetFacts, EmbeddingFacts, MetadataKey, TaskFacts

if TYPE_CHECKING:
    from sqlsel.errors import Problem

EMBEDDINGS = {"type": "EMBEDDINGS"}
SCORES = {"type": "SCORES", "task": "garments", "score": "uncertainty_entropy"}
METADATA = {"type": "METADATA", "key": "weather.description"}
CLASSES = {"type": "PREDICTIONS", "task": "garments", "name": "CLASS_DISTRIBUTION"}
COUNT = {"type": "PREDICTIONS", "task": "boxes", "name": "CATEGORY_COUNT", "categories": ["hat", "shoe"]}
RANDOM = {"type": "RANDOM"}

DIVERSITY = {"type": "DIVERSITY"}
WEIGHTS = {"type": "WEIGHTS"}
THRESHOLD = {"type": "THRESHOLD", "threshold": 0.5, "operation": "BIGGER"}
BALANCE = {"type": "BALANCE", "target": {"sunny": 0.2, "cloudy": 0.4}}
SIMILARITY = {"type": "SIMILARITY"}
TYPICALITY = {"type": "TYPICALITY"}
COVERAGE = {"type": "COVERAGE"}

ANY_PAIR = (RANDOM, WEIGHTS)


def config(*pairs: tuple[dict[str, Any], dict[str, Any]], **top: Any) -> dict[str, Any]:
    """A config of these objectives; 10 samples unless told otherwise."""
    amounts = {"n_samples", "nSamples", "proportion_samples", "proportionSamples"}
    amount = {} if amounts & top.keys() else {"n_samples": 10}
    entries = [{"input": source, "strategy": strategy} for source, strategy in pairs or (ANY_PAIR,)]
    return {**amount, "strategies": entries, **top}


def only(source: Any, severity: str = "error") -> Problem:
    """The one problem of a config."""
    problems = check_config(source)
    assert len(problems) == 1, problems
    assert problems[0].severity == severity
    return problems[0]


def objective(source: Any, strategy: Any) -> dict[str, Any]:
    """A config of one objective."""
    return config((source, strategy))


WRITTEN_EXAMPLES = {
    "visual diversity": """
        {
          // spread over the embedding space
          "n_samples": 20,
          "strategies": [{"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}}]
        }""",
    "active learning": """
        {
          "n_samples": 20,
          "strategies": [
            {
              "input": {"type": "SCORES", "task": "garments", "score": "uncertainty_entropy"}, # the most doubtful
              "strategy": {"type": "WEIGHTS"}
            }
          ]
        }""",
    "diversity with active learning": """
        {
          "n_samples": 20,
          "strategies": [
            {"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}},
            {
              "input": {"type": "SCORES", "task": "boxes", "score": "objectness_least_confidence"},
              "strategy": {"type": "WEIGHTS"},
            },
          ],
        }""",
    "metadata threshold": """
        {
          "n_samples": 20,
          "strategies": [
            {
              "input": {"type": "METADATA", "key": "lightly.sharpness"},
              "strategy": {"type": "THRESHOLD", "threshold": 20, "operation": "BIGGER"} /* no blur */
            }
          ]
        }""",
    "object balance": """
        {
          "n_samples": 20,
          "strategies": [
            {
              "input": {"type": "PREDICTIONS", "task": "boxes", "name": "CLASS_DISTRIBUTION"},
              "strategy": {"type": "BALANCE", "target": {"hat": 0.15, "shoe": 0.55, "shirt": 0.1, "dress": 0.2}}
            }
          ]
        }""",
    "metadata balance": """
        {
          "n_samples": 20,
          "strategies": [
            {
              "input": {"type": "METADATA", "key": "weather.description"},
              "strategy": {"type": "BALANCE", "target": {"sunny": 0.2, "cloudy": 0.4}} # the rest is anything else
            }
          ]
        }""",
    "similarity search": """
        {
          "n_samples": 20,
          "strategies": [
            {
              "input": {"type": "EMBEDDINGS", "dataset_id": "failures", "tag_name": "initial-tag"},
              "strategy": {"type": "SIMILARITY",}
            }
          ]
        }""",
    "object diversity": """
        {
          "n_samples": 20,
          "strategies": [
            {"input": {"type": "EMBEDDINGS", "task": "boxes",}, "strategy": {"type": "DIVERSITY",}}
          ]
        }""",
    "minimum distance": """
        {
          "proportion_samples": 0.9,
          "strategies": [
            {
              "input": {"type": "EMBEDDINGS"},
              "strategy": {"type": "DIVERSITY", "stopping_condition_minimum_distance": 0.2}
            }
          ]
        }""",
    "typicality with strength beside": """
        {
          "nSamples": 20,
          "strategies": [
            {
              "input": {"type": "EMBEDDINGS"},
              "strategy": {"type": "TYPICALITY", "numNearestNeighbors": 5},
              "strength": 0.5
            },
            {"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}, "strength": 0.5}
          ]
        }""",
}


class FakeCatalog:
    """Two datasets: clothing with everything, failures with embeddings only; bare has nothing."""

    def __init__(self) -> None:
        self.names = ("north/2024-05-01/a.jpg", "north/2024-05-02/b.jpg", "south/2024-05-01/c.jpg", "loose.jpg")
        self.values = {
            "weather.description": ("cloudy", "rainy", "sunny"),
            "location": ("1", "2", "3"),
            "indoor": ("false", "true"),
        }
        self.clothing = DatasetFacts(
            name="clothing",
            catalog="c",
            n_samples=100,
            embeddings={"default": EmbeddingFacts("embeddings", 16)},
            object_embeddings={"boxes": EmbeddingFacts("object_embeddings", 8, "boxes")},
            tasks={
                "garments": TaskFacts("garments", "classification", ("dress", "hat", "shoe"), ("novelty",), True, True),
                "boxes": TaskFacts("boxes", "object-detection", ("dress", "hat", "shirt", "shoe"), (), True, True),
                "plain": TaskFacts("plain", "object-detection", ("hat", "shoe"), (), False, True),
                "ratings": TaskFacts("ratings", None, (), ("beauty",), False, False),
            },
            keys={
                ".".join(path): MetadataKey(path, kind)
                for path, kind in (
                    (("weather", "description"), "text"),
                    (("weather", "temperature"), "number"),
                    (("location",), "integer"),
                    (("indoor",), "boolean"),
                    (("taken",), "timestamp"),
                    (("lightly", "sharpness"), "number"),
                )
            },
            tags=("round-1", "round-2"),
        )
        self.failures = DatasetFacts(
            "failures", "c", 5, {"default": EmbeddingFacts("embeddings", 16)}, tags=("blurred",)
        )
        self.narrow = DatasetFacts("narrow", "c", 5, {"default": EmbeddingFacts("embeddings", 8)})
        self.bare = DatasetFacts("bare", "c", 5)

    def dataset_names(self) -> tuple[str, ...]:
        return ("bare", "clothing", "failures", "narrow")

    def facts(self, dataset: str) -> DatasetFacts:
        facts: DatasetFacts = getattr(self, dataset)
        return facts

    def path_values(self, dataset: str, expression: str, group: int, limit: int) -> tuple[str, ...]:
        found = (re.search(expression, name) for name in self.names)
        return tuple(sorted({match[group] for match in found if match and match[group]}))[:limit]

    def unmatched_names(self, dataset: str, expression: str, limit: int) -> tuple[int, int, tuple[str, ...]]:
        without = [name for name in self.names if not re.search(expression, name)]
        return len(self.names), len(without), tuple(without[:limit])

    def find(self, dataset_id: str) -> DatasetFacts | None:
        known = {**{name: name for name in self.dataset_names()}, "0123456789abcdef01234567": "failures"}
        return self.facts(known[dataset_id]) if dataset_id in known else None

    def known_ids(self) -> tuple[str, ...]:
        return self.dataset_names()

    def unknown_samples(self, facts: DatasetFacts, sample_ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(each for each in sample_ids if not each.isdigit())

    def sql_kind(self, facts: DatasetFacts, expression: str) -> tuple[str, str]:
        kinds = {"number": "DOUBLE", "text": "VARCHAR", "boolean": "BOOLEAN", "timestamp": "DATE", "other": "BLOB"}
        kind = next((kind for kind in kinds if expression.startswith(kind)), "integer")
        if expression == "nowhere":
            raise UsageError("the samples have no 'nowhere'")
        return kind, kinds.get(kind, "INTEGER")

    def sql_values(self, facts: DatasetFacts, expression: str, limit: int) -> tuple[str, ...]:
        return ("large", "small")[:limit]

    def query_width(self, path: str) -> int:
        if not path.endswith("vectors.npy"):
            raise UsageError(f"there is no file {path!r}")
        return 16

    def key_values(self, dataset: str, key: str, limit: int) -> tuple[str, ...]:
        assert dataset == "clothing"
        return self.values[key][:limit]
