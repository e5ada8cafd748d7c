"""The declaration of a selection: reading it, checking it and saying everything that is wrong with it at once."""

from __future__ import annotations

from sqlsel.config.inputs import (
    INITIAL_TAG,
    EmbeddingsInput,
    Input,
    MetadataInput,
    PredictionsInput,
    RandomInput,
    ScoresInput,
)
from sqlsel.config.models import Config, Objective
from sqlsel.config.strategies import (
    BalanceStrategy,
    DiversityStrategy,
    SimilarityStrategy,
    Strategy,
    TargetRange,
    ThresholdStrategy,
    TypicalityStrategy,
    WeightsStrategy,
)
from sqlsel.config.values import Shares

__all__ = [
    "INITIAL_TAG",
    "BalanceStrategy",
    "Config",
    "DiversityStrategy",
    "EmbeddingsInput",
    "Input",
    "MetadataInput",
    "Objective",
    "PredictionsInput",
    "RandomInput",
    "ScoresInput",
    "Shares",
    "SimilarityStrategy",
    "Strategy",
    "TargetRange",
    "ThresholdStrategy",
    "TypicalityStrategy",
    "WeightsStrategy",
]
