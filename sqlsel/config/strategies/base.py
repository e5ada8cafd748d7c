"""What every strategy is asked for: what it looks at, its rules, and what it wants in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence  # noqa: TC003 - pydantic evaluates the annotations
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from sqlsel.config.values import Part, Shares, Strength

if TYPE_CHECKING:
    from sqlsel.config.findings import Finding
    from sqlsel.config.inputs import Input
    from sqlsel.config.outline import Pair
    from sqlsel.config.schema_parts import Schema

Values = Literal["vectors", "numbers", "classes"]
"""What inputs give and strategies look at."""

SqlRoute = Literal["weights", "balance"]
"""The rankings that one SQL statement can make."""

STRENGTH = Field(
    default=1.0,
    description="How much this objective counts beside the others; negative turns it round, 0 leaves the choice to "
    "the others.",
)


class StrategyPart(Part):
    """A type of strategy. It goes with every input that gives what it looks at.

    Attributes:
        type: Its word.
        former_words: What it was called in earlier versions of the config.
        looks_at: What its input has to give.
        not_of_sequences: Fields that have no meaning where sequences of frames are chosen.
        advice: By field and kind of error what to do about a value that is refused.
    """

    type: str
    former_words: ClassVar[Sequence[str]] = ()
    looks_at: ClassVar[Values]
    not_of_sequences: ClassVar[Sequence[str]] = ()
    advice: ClassVar[Mapping[tuple[str, str], str]] = {}

    @property
    def predicted(self) -> bool:
        """Whether classes are the most probable ones of predictions, and not their probabilities."""
        return False

    @property
    def named_shares(self) -> Shares:
        """The classes that are named, with the shares that they are to have."""
        return Shares({})

    @property
    def more_inputs(self) -> Mapping[str, Input]:
        """By field, inputs that give each sample one more number beside what is looked at."""
        return {}

    @classmethod
    def check_between_fields(cls, pair: Pair) -> list[Finding]:  # noqa: ARG003
        """What is wrong between the fields of an objective of this type; each by itself has been checked."""
        return []

    @classmethod
    def complete_schema(cls, part: Schema, parts: dict[str, Schema]) -> None:
        """Add to the JSON Schema of the type what the model cannot say."""

    @classmethod
    def objective_conditions(cls, inputs: Sequence[str]) -> list[Schema]:  # noqa: ARG003
        """For ``allOf`` of an objective: what must hold between this type and the types of input."""
        return []


class RankingStrategy(StrategyPart):
    """A strategy that ranks, alone or together with others.

    Attributes:
        strength: How much it counts.
        needs_queries: Whether its input has to say which vectors to compare with.
        bounds: Fields that end a run, or keep candidates out of it.
    """

    strength: Strength = STRENGTH
    needs_queries: ClassVar[bool] = False
    bounds: ClassVar[Sequence[str]] = ()

    def wanted(self, label: str, queries: str | None) -> str:
        """What is wanted of each pick, for the plan.

        Args:
            label: What the input is called.
            queries: What the vectors to compare with are called; None where there are none.
        """
        raise NotImplementedError

    def asked(self, queries: str | None) -> str:
        """What is wanted of the selection, for the summary."""
        raise NotImplementedError

    def ends(self, name: str, label: str) -> list[str]:  # noqa: ARG002
        """For the plan, how the bounds end a run or keep candidates out.

        Args:
            name: Name of the objective.
            label: What the input is called.
        """
        return []

    def sql_route(self, kind: str) -> SqlRoute | None:  # noqa: ARG002
        """The SQL that can rank by this alone, for a kind of input; None for none."""
        return None

    @property
    def seldom_ties(self) -> bool:
        """Whether few candidates tie where this runs alone on vectors of samples, and numpy can take them unordered."""
        return False

    def without_bounds(self) -> RankingStrategy:
        """The same, so that nothing ends a run early."""
        return self.model_copy(update=dict.fromkeys(self.bounds))
