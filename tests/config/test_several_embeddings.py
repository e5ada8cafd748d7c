"""Configs for datasets that hold several embeddings."""

from dataclasses import replace

import jsonschema
import pytest

from sqlsel.config import check_config, json_schema
from sqlsel.facts import EmbeddingFacts
from tests.config.examples import DIVERSITY, EMBEDDINGS, SIMILARITY, FakeCatalog, config

IN = "strategies[0].input"
CLIP, DINO = EmbeddingFacts("embeddings/clip", 16, name="clip"), EmbeddingFacts("embeddings/dino", 8, name="dino")
PLAIN = EmbeddingFacts("embeddings", 16)


class Named(FakeCatalog):
    def __init__(self) -> None:
        super().__init__()
        self.clothing = replace(self.clothing, embeddings={"clip": CLIP, "dino": DINO})
        self.failures = replace(self.failures, embeddings={"clip": CLIP, "other": replace(CLIP, name="other")})
        self.narrow = replace(self.narrow, embeddings={"default": PLAIN})
        self.bare = replace(self.bare, embeddings={"only": replace(CLIP, name="only")})


def problems(source, strategy, dataset="clothing"):
    return check_config(config((source, strategy)), catalog=Named(), dataset=dataset)


@pytest.mark.parametrize(
    ("source", "strategy", "dataset"),
    [
        ({**EMBEDDINGS, "embedding": "clip"}, DIVERSITY, "clothing"),
        ({**EMBEDDINGS, "embedding": "dino"}, DIVERSITY, "clothing"),
        ({**EMBEDDINGS, "embedding": "only"}, DIVERSITY, "bare"),
        (EMBEDDINGS, DIVERSITY, "bare"),
        ({**EMBEDDINGS, "embedding": "default"}, DIVERSITY, "narrow"),
        ({**EMBEDDINGS, "embedding": None}, DIVERSITY, "narrow"),
        ({**EMBEDDINGS, "embedding": "clip", "dataset_id": "failures"}, SIMILARITY, "clothing"),
        ({**EMBEDDINGS, "embedding": "clip", "dataset_id": "narrow"}, SIMILARITY, "clothing"),
        ({**EMBEDDINGS, "dataset_id": "bare"}, SIMILARITY, "narrow"),
    ],
)
def test_an_embedding_that_is_clear_is_found(source, strategy, dataset):
    assert problems(source, strategy, dataset) == ()


@pytest.mark.parametrize(
    ("source", "strategy", "dataset", "where", "parts"),
    [
        (
            EMBEDDINGS,
            DIVERSITY,
            "clothing",
            IN,
            [
                "dataset 'clothing' has several embeddings; add \"embedding\" with one of ",
                "one of 'clip' (16 dimensions), 'dino' (8 dimensions)",
            ],
        ),
        (
            {**EMBEDDINGS, "embedding": "clp"},
            DIVERSITY,
            "clothing",
            f"{IN}.embedding",
            ["there is no embedding 'clp' in dataset 'clothing'; did you mean 'clip'? there is: 'clip', 'dino'"],
        ),
        (
            {**EMBEDDINGS, "embedding": "clip", "task": "boxes"},
            DIVERSITY,
            "clothing",
            f"{IN}.embedding",
            ["those of the objects of a task have no names; leave it out"],
        ),
        ({**EMBEDDINGS, "embedding": ""}, DIVERSITY, "clothing", f"{IN}.embedding", ["must not be empty"]),
        (
            {**EMBEDDINGS, "embedding": "dino", "dataset_id": "failures"},
            SIMILARITY,
            "clothing",
            f"{IN}.dataset_id",
            ["dataset 'failures' has no embedding 'dino' to be similar to; there is: 'clip', 'other'"],
        ),
        (
            {**EMBEDDINGS, "embedding": "clip", "dataset_id": "bare"},
            SIMILARITY,
            "clothing",
            f"{IN}.dataset_id",
            ["dataset 'bare' has no embedding 'clip'"],
        ),
        (
            {**EMBEDDINGS, "embedding": "dino", "dataset_id": "narrow"},
            SIMILARITY,
            "clothing",
            f"{IN}.dataset_id",
            ["embeddings of width 16, 'clothing' of 8"],
        ),
    ],
)
def test_what_is_not_clear_is_an_error(source, strategy, dataset, where, parts):
    found = problems(source, strategy, dataset)
    assert [(problem.severity, problem.where) for problem in found] == [("error", where)]
    for part in parts:
        assert part in found[0].message


def test_several_and_none_named_is_one_error_for_similarity_too():
    assert len(problems({**EMBEDDINGS, "dataset_id": "failures"}, SIMILARITY)) == 1


def test_the_schema_knows_the_name():
    validator = jsonschema.Draft202012Validator(json_schema())
    assert validator.is_valid(config(({**EMBEDDINGS, "embedding": "clip"}, DIVERSITY)))
    assert not validator.is_valid(config(({**EMBEDDINGS, "embedding": ""}, DIVERSITY)))
    assert not validator.is_valid(config(({**EMBEDDINGS, "embedding": "clip", "task": "boxes"}, DIVERSITY)))
