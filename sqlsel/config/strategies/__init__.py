"""What an objective wants of its input: a model for each type of strategy, and the table of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Union

from pydantic import Field

from sqlsel.config.strategies.balance import BalanceStrategy
from sqlsel.config.strategies.base import RankingStrategy, SqlRoute, StrategyPart, Values
from sqlsel.config.strategies.coverage import CoverageStrategy
from sqlsel.config.strategies.diversity import DiversityStrategy
from sqlsel.config.strategies.similarity import SimilarityStrategy
from sqlsel.config.strategies.threshold import ThresholdStrategy
from sqlsel.config.strategies.typicality import TypicalityStrategy
from sqlsel.config.strategies.weights import TargetRange, WeightsStrategy

__all__ = [
    "MODELS",
    "RankingStrategy",
    "SqlRoute",
    "Strategy",
    "StrategyPart",
    "TargetRange",
    "ThresholdStrategy",
    "Values",
]

MODELS: tuple[type[StrategyPart], ...] = (
    DiversityStrategy,
    WeightsStrategy,
    ThresholdStrategy,
    BalanceStrategy,
    SimilarityStrategy,
    TypicalityStrategy,
    CoverageStrategy,
)
"""A line for each type of strategy, in the order in which messages list them."""

if TYPE_CHECKING:
    Strategy = StrategyPart
else:
    Strategy = Annotated[Union[MODELS], Field(discriminator="type")]  # noqa: UP007 - there is no other way for a tuple
