"""What an objective does where rows are spread: on the workers with their rows, and on the driver with the picks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from sqlsel import kernels
    from sqlsel.kernels.outcome import StopReason
    from sqlsel.kernels.protocol import Running
    from sqlsel.selection.scattered.part import Bools, Doubles, Own, Part, Rows, Singles

    Question = Callable[[Part, Any], tuple[Any, Any]]
    """Asks a worker: takes its rows and what it knows of them, and returns what it knows then, and its answer."""
    Survey = Callable[[Part, Bools], Any]
    """Asks a worker after the last pick: takes its rows and who the candidates were, and returns the answer."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What an objective is made in.

    Attributes:
        alone: Whether it is the only one.
        of_objects: Whether it looks at the vectors of samples' objects.
        queries: Reads the vectors that an objective compares with.
    """

    alone: bool
    of_objects: bool
    queries: Callable[[], Singles]


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """The picks of a run, and what was counted of the candidates.

    Attributes:
        part: Everything chosen, in the order in which it joined.
        terms: ``(k,)`` the objective's own terms of the picks.
        counted: What the workers counted of their candidates.
        surveyed: What the objective found of them after the last pick.
    """

    part: Part
    terms: Doubles
    counted: Sequence[Any]
    surveyed: Any


class Scattered(Protocol):
    """One objective over rows on many workers.

    A worker keeps a number for each of its rows (``own``). A standing is the state of the selection, small enough to
    send; a span is what bounds the scores of rows that stay behind.
    """

    @property
    def name(self) -> str:
        """Name of the objective."""

    @property
    def ranks(self) -> bool:
        """Whether its kernel ranks by a key, not by parts, where it has no other objective beside it."""

    @property
    def reason(self) -> StopReason:
        """What its hard bound is called."""

    @property
    def bar(self) -> str | None:
        """What the summary calls candidates that are ruled out before the first pick; None where none are."""

    def begin(self, part: Part) -> Own:
        """What a worker knows of its rows by themselves.

        Raises:
            KernelInputError: If they cannot be used.
        """

    @property
    def asks(self) -> bool:
        """Whether it has something to ask before the first pick."""

    def ask(self) -> Generator[Question, list[Any], Scattered]:
        """Ask all workers, each question a job; returns the objective that knows their answers."""

    def fact(self, part: Part, own: Own) -> Any:  # noqa: ANN401
        """What the driver needs to know of a worker's rows before the first pick."""

    def learn(self, facts: Sequence[Any]) -> Scattered:
        """The objective that knows the facts of all workers."""

    def settle(self, own: Own) -> Own:
        """A worker's numbers, now that all facts are known."""

    def barred(self, own: Own) -> Bools | None:
        """Rows that are ruled out before the first pick; None for none."""

    def count(self, part: Part, own: Own, candidates: Bools) -> Any:  # noqa: ANN401
        """What a worker counts of its candidates, for the summary."""

    def follow(self, part: Part, own: Own, joined: Part, standing: Any) -> Own:  # noqa: ANN401
        """A worker's numbers after rows have joined the selection, which stands so since."""

    def scores(self, part: Part, own: Own, standing: Any, *, alone: bool) -> Doubles:  # noqa: ANN401
        """``(n,)`` exact parts; of an objective without others what its kernel ranks by, the higher the better."""

    def kept_out(self, own: Own, standing: Any) -> Bools | None:  # noqa: ANN401
        """Rows that the hard bound keeps out now; None without one."""

    def span(self, part: Part, own: Own, rows: Rows, standing: Any) -> Any:  # noqa: ANN401
        """What bounds how far the scores of some rows can rise from a standing on."""

    @property
    def meets(self) -> bool:
        """Whether a span needs to know, of rows that were shown, how near those that were not are to them."""

    def meet(self, part: Part, rows: Rows, shown: Part) -> Doubles:
        """``(len(shown),)`` that, which becomes the ``met`` of the span of these rows."""

    def joint(self, spans: Sequence[Any]) -> Any:  # noqa: ANN401
        """A span of all rows of some spans."""

    def rise(self, before: Any, now: Any, span: Any) -> float:  # noqa: ANN401
        """The most by which the part of a row with this span has risen from one standing to another."""

    def closer(self, before: Any, now: Any, span: Any) -> bool:  # noqa: ANN401
        """Look closer at a span, so that :meth:`rise` may tell less from then on; False where it cannot."""

    @property
    def wide(self) -> bool:
        """Whether the best rows change so much with each pick that many have to be shown."""

    def reference(self, standing: Any) -> Any:  # noqa: ANN401
        """A standing near which the next ones will be, where scores are compared; often the standing itself."""

    def start(self, chosen: Part) -> Any:  # noqa: ANN401
        """The standing of a selection that has only the preselected."""

    def told(self, standing: Any) -> Any:  # noqa: ANN401
        """What workers need of a standing."""

    def kernel(self, part: Part, standing: Any) -> kernels.Objective:  # noqa: ANN401
        """The kernel's objective over everything chosen and the rows that may be picked next."""

    def now(self, running: Running, standing: Any, terms: Sequence[float]) -> Any:  # noqa: ANN401
        """The standing after picks with these terms, from the kernel that took them."""

    def at(self, running: Running) -> Any:  # noqa: ANN401
        """The standing inside of a run of the kernel, for :meth:`rise`."""

    def key(self, running: Running, standing: Any, part: Part, row: int) -> tuple[float, float]:  # noqa: ANN401
        """What a row of an objective without others is ranked by, and how far below that another may tie with it."""

    def classes(self) -> str | None:
        """The column of classes that rows are told apart by where they stay behind; None for none."""

    def strata(self, part: Part, rows: Rows) -> Rows | None:
        """Numbers below 32 that rows are told apart by, the same on every worker; None for no difference."""

    def survey(self, picked: int, workers: int) -> Generator[Survey, list[Any], Any]:
        """Ask all workers about their candidates after the last pick, each question a job; returns what was found."""

    def reached(self, chosen: Chosen) -> Mapping[str, Any]:
        """What was reached, for the summary."""
