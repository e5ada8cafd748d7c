"""What an objective wants of its input."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sqlsel.config.joint import Target  # noqa: TC001 - pydantic evaluates the annotations
from sqlsel.config.moments import Bound, seconds
from sqlsel.config.values import AtLeastZero, Neighbors, Part, Strength, Typicality

StrategyType = Literal["DIVERSITY", "WEIGHTS", "THRESHOLD", "BALANCE", "SIMILARITY", "TYPICALITY"]
Operation = Literal["SMALLER", "SMALLER_EQUAL", "BIGGER", "BIGGER_EQUAL"]
Distribution = Literal["TARGET", "UNIFORM", "INPUT"]
CountOf = Literal["PROBABILITIES", "PREDICTED"]

STRENGTH = Field(
    default=1.0,
    description="How much this objective counts beside the others; negative turns it round, 0 leaves the choice to "
    "the others.",
)


class DiversityStrategy(Part):
    """Samples far from each other."""

    type: Literal["DIVERSITY"] = Field(description="Choose samples that are far from each other.")
    strength: Strength = STRENGTH
    stopping_condition_minimum_distance: AtLeastZero | None = Field(
        default=None,
        description="No two chosen samples are nearer to each other than this Euclidean distance; the selection ends "
        "when no candidate is left that keeps it. Embeddings of unit length are at most 2 apart.",
    )


class TargetRange(Part):
    """Bounds on the sum of the input over the newly selected samples."""

    min_sum: AtLeastZero = Field(default=0.0, description="The sum should reach this; the summary says if it did not.")
    max_sum: AtLeastZero | None = Field(
        default=None, description="The sum never exceeds this; candidates that would are passed over."
    )


class WeightsStrategy(Part):
    """Samples with high values."""

    type: Literal["WEIGHTS"] = Field(description="Choose samples with high values.")
    strength: Strength = STRENGTH
    stopping_condition_max_sum: AtLeastZero | None = Field(
        default=None, description="The selection ends with the sample that carries the sum of the values to this."
    )
    target_range: TargetRange | None = Field(
        default=None, description="Bounds on the sum of the values of the newly selected samples."
    )


class ThresholdStrategy(Part):
    """Only samples on one side of a bound; applied before all other objectives."""

    type: Literal["THRESHOLD"] = Field(description="Choose only among samples on one side of a bound.")
    threshold: Bound = Field(
        description="The bound that values are compared to: a number, or a time in ISO 8601 for metadata with times."
    )
    operation: Operation = Field(description="How the value of a sample must compare to the bound for it to stay.")

    @property
    def bound(self) -> float:
        """The threshold as the number that values are compared to; of a time, the seconds since 1970-01-01 UTC."""
        return seconds(self.threshold) if isinstance(self.threshold, str) else float(self.threshold)


class BalanceStrategy(Part):
    """A mix of classes as near as possible to a target."""

    type: Literal["BALANCE"] = Field(description="Choose samples whose classes come near a target mix.")
    strength: Strength = STRENGTH
    target: Target | None = Field(
        default=None,
        description="Share of each class, matched by its text. What is missing to 1 is the share of all other classes "
        "together; shares that add up to more than 1 are scaled to 1. With several keys a class is a combination of "
        "values, joined by + or nested, an object for each key.",
    )
    distribution: Distribution = Field(
        default="TARGET",
        description="TARGET: the mix given as target. UNIFORM: equal shares. INPUT: the mix of the samples in play.",
    )
    count: CountOf = Field(
        default="PROBABILITIES",
        description="For predictions. PROBABILITIES: class probabilities are added up. PREDICTED: each sample, or each "
        "of its objects, counts as one of its most probable class.",
    )


class SimilarityStrategy(Part):
    """Samples near the queries of another dataset."""

    type: Literal["SIMILARITY"] = Field(description="Choose samples near the queries.")
    strength: Strength = STRENGTH


class TypicalityStrategy(Part):
    """Samples in dense regions."""

    type: Literal["TYPICALITY"] = Field(description="Choose samples that have near neighbours.")
    strength: Strength = STRENGTH
    num_nearest_neighbors: Neighbors = Field(default=20, description="How many nearest neighbours are looked at.")
    stopping_condition_minimum_typicality: Typicality | None = Field(
        default=None, description="Samples with a typicality below this are never chosen; typicality lies in 0..1."
    )


Strategy = Annotated[
    DiversityStrategy | WeightsStrategy | ThresholdStrategy | BalanceStrategy | SimilarityStrategy | TypicalityStrategy,
    Field(discriminator="type"),
]
