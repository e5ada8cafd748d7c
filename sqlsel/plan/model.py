"""The plan: what a selection will do, resolved against one dataset. Explain prints it, the runner runs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from sqlsel.config import SqlRoute
from sqlsel.showing.datasets import plan_html

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlglot import exp

    from sqlsel.config import Config, RankingStrategy, ThresholdStrategy
    from sqlsel.facts import DatasetFacts, EmbeddingFacts

Missing = Literal["omit", "error"]
InputKind = Literal["number", "class", "classes", "distribution", "vectors"]
Route = SqlRoute | Literal["greedy"]

PLAIN_LABEL = "embeddings"
"""What the samples' vectors are called where there are no others and they have no name."""


@dataclass(frozen=True, slots=True)
class Preselected:
    """Samples picked in earlier runs.

    Attributes:
        tag: The tag that holds them; None where ids were given.
        count: How many ids were given.
    """

    tag: str | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Among:
    """The only samples that may be chosen: those of a tag, or with some ids.

    Attributes:
        tag: The tag that holds them; None where ids were given.
        count: How many ids were given.
    """

    tag: str | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Since:
    """Only samples may be chosen that came into the dataset after a moment.

    Attributes:
        moment: In UTC, without a time zone.
        tag: The tag whose selection was made then; None where the moment itself was given.
        everything: Whether the dataset itself is younger, so that every sample came later.
    """

    moment: datetime
    tag: str | None = None
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """What a call asks beside the config.

    Attributes:
        seed: Breaks ties; None breaks them by the lowest id.
        preselected: Samples picked in earlier runs.
        missing: What becomes of samples that lack an input.
        where: A condition over the sample's columns that candidates have to meet.
        among: The only samples that may be chosen; None for all.
        since: The moment after which candidates came into the dataset; None for any.
        rows_in_order: Whether the engine keeps rows in an order of its own, so that numbering them needs no sort.
        per: The metadata key whose every value has a selection of its own; None for one selection of all.
    """

    seed: int | None = 0
    preselected: Preselected | None = None
    missing: Missing = "omit"
    where: str | None = None
    among: Among | None = None
    since: Since | None = None
    rows_in_order: bool = False
    per: str | None = None


@dataclass(frozen=True, slots=True)
class Vectors:
    """Where the vectors of an input lie.

    Attributes:
        catalog: Catalog of the dataset that holds them.
        schema: The dataset.
        facts: Table, width and task.
    """

    catalog: str
    schema: str
    facts: EmbeddingFacts


@dataclass(frozen=True, slots=True)
class InputStep:
    """One input, computed once for all thresholds and objectives on it.

    Attributes:
        column: Name of its column in the inputs.
        label: How it is called in messages: ``metadata color.brightness``.
        kind: ``number`` is a double, ``class`` a text, ``classes`` a list of texts (those of a sequence),
            ``distribution`` a list of doubles in the order of ``categories`` (empty for none), ``vectors`` TRUE where
            the sample has its vectors.
        value: Expression over the samples ``s`` and the joined relation, NULL where the sample lacks the input.
        relation: Query joined by ``sample_id`` under the name of the column.
        optional: Whether NULL is an answer too (a categorical NULL), so that nobody lacks the input.
        categories: Class names of a distribution.
        task: The task whose class mix this is.
        vectors: Where vectors lie.
        per_object: Whether the relation and the vectors are joined by the object's place too: the samples are objects,
            and this is their own.
        computed: Task and name of the score that this computes from the predictions of samples.
        of_first: Whether a sequence has the value of its first frame, not one that is made of all of theirs.
    """

    column: str
    label: str
    kind: InputKind
    value: exp.Expr
    relation: exp.Query | None = None
    optional: bool = False
    categories: tuple[str, ...] = ()
    task: str | None = None
    vectors: Vectors | None = None
    per_object: bool = False
    computed: tuple[str, str] | None = None
    of_first: bool = False


@dataclass(frozen=True, slots=True)
class ThresholdStep:
    """A filter on one input."""

    name: str
    input: InputStep
    strategy: ThresholdStrategy


@dataclass(frozen=True, slots=True)
class QueryFile:
    """A file with vectors, and the temporary table that a run reads them from."""

    path: str
    table: str


@dataclass(frozen=True, slots=True)
class Queries:
    """The vectors that an objective compares with: those of some samples of a dataset, or of a file.

    Attributes:
        label: How they are called in messages: ``the samples of tag blurred of failures``.
        vectors: Where they lie; None for a file.
        tag: Whose they are; None where ids say that.
        sample_ids: Whose they are, as texts; empty where a tag says that.
        tagged_objects: Whether the tag is put on objects of the vectors' task, so that these alone are meant.
        file: The file that holds them.
    """

    label: str
    vectors: Vectors | None = None
    tag: str | None = None
    sample_ids: tuple[str, ...] = ()
    tagged_objects: bool = False
    file: QueryFile | None = None


@dataclass(frozen=True, slots=True)
class ObjectiveStep:
    """One objective that ranks.

    Attributes:
        name: Key of its term in the results: ``diversity``, ``weights:task/score``, ``balance:key``.
        input: What it looks at.
        strategy: What it wants.
        queries: The vectors to compare with; None where there is nothing to compare.
        more: By field of the strategy, numbers that it looks at beside the input.
    """

    name: str
    input: InputStep
    strategy: RankingStrategy
    queries: Queries | None = None
    more: Mapping[str, InputStep] = field(default_factory=dict)

    @property
    def wanted(self) -> str:
        """What is wanted of each pick, in words."""
        return self.strategy.wanted(self.input.label, self._compared)

    @property
    def asked(self) -> str:
        """What is wanted of the selection, in words."""
        return self.strategy.asked(self._compared)

    @property
    def _compared(self) -> str | None:
        return None if self.queries is None else self.queries.label


@dataclass(frozen=True, slots=True)
class LimitStep:
    """A hard bound: at most so many samples of each value of a key, or of each predicted class.

    Attributes:
        name: Name of its statement: ``limit:video.id``.
        key: The metadata key, several with ``+`` between them, or whose predicted class it is.
        input: The value as a class; NULL is not limited.
        most: The most samples of each value, preselected ones included.
    """

    name: str
    key: str
    input: InputStep
    most: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A selection on one dataset, ready to run.

    Attributes:
        config: The declaration.
        facts: What the dataset holds.
        request: What the call asks beside it.
        n: The most samples that may be newly selected.
        inputs: Every input, once.
        thresholds: Filters, in the order of the config.
        objectives: What ranks the rest, in the order of the config.
        limits: Hard bounds beside all objectives.
        route: ``weights`` and ``balance`` are one SQL statement; ``greedy`` reads columns and vectors for numpy.
        statements: The SQL by name, in the order it runs.
        sequence_length: How many frames are chosen as one; None where samples are chosen one by one. Candidates,
            ``n`` and everything else that is counted are sequences then.
        order_late: Whether positions are those of storage, and the order of ties is asked for where candidates tie.
        per: The class of a sample, where those of each class have a selection of their own, of ``n`` each.
    """

    config: Config
    facts: DatasetFacts
    request: Request
    n: int
    inputs: tuple[InputStep, ...]
    thresholds: tuple[ThresholdStep, ...]
    objectives: tuple[ObjectiveStep, ...]
    limits: tuple[LimitStep, ...]
    route: Route
    statements: Mapping[str, exp.Expr]
    sequence_length: int | None = None
    order_late: bool = False
    per: InputStep | None = None

    def __str__(self) -> str:
        from sqlsel.plan.explain import explain_plan

        return explain_plan(self)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return plan_html(str(self), (), None)
