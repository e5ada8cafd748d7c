"""The declaration of a selection: reading it, checking it and saying everything that is wrong with it at once."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from sqlsel.config.as_objects import objects_as_samples
from sqlsel.config.catalog import Catalog, looked_at, query_embedding, task_looked_at
from sqlsel.config.check import check_config, read_config
from sqlsel.config.from_paths import with_path_keys
from sqlsel.config.inputs import (
    DATAPOOL,
    INITIAL_TAG,
    EmbeddingsInput,
    Input,
    MetadataInput,
    PredictionsInput,
    RandomInput,
    ScoresInput,
    SqlInput,
)
from sqlsel.config.limits import Limit
from sqlsel.config.models import Config, Objective
from sqlsel.config.queries import QUERY_FIELDS
from sqlsel.config.schema import json_schema
from sqlsel.config.scorers import SCORERS, Scorer, computed_scores
from sqlsel.config.strategies import RankingStrategy, SqlRoute, Strategy, StrategyPart, ThresholdStrategy, Values
from sqlsel.config.values import Shares

__all__ = [
    "DATAPOOL",
    "INITIAL_TAG",
    "QUERY_FIELDS",
    "SCORERS",
    "Catalog",
    "Config",
    "EmbeddingsInput",
    "Input",
    "Limit",
    "MetadataInput",
    "Objective",
    "PredictionsInput",
    "RandomInput",
    "RankingStrategy",
    "Scorer",
    "ScoresInput",
    "Shares",
    "SqlInput",
    "SqlRoute",
    "Strategy",
    "StrategyPart",
    "ThresholdStrategy",
    "Values",
    "check_config",
    "computed_scores",
    "json_schema",
    "looked_at",
    "objects_as_samples",
    "query_embedding",
    "read_config",
    "task_looked_at",
    "with_path_keys",
]


class _CallablePackage(ModuleType):
    """``sqlsel.config`` is this package and, for those who import ``sqlsel``, the function that makes a config."""

    def __call__(self, *objectives: Any, **arguments: Any) -> Config:  # noqa: ANN401
        """What ``sqlsel.config.building.config`` does."""
        from sqlsel.config.building import config

        return config(*objectives, **arguments)


sys.modules[__name__].__class__ = _CallablePackage
