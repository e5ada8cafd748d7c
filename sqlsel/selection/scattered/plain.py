"""The answers of most objectives to most questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from sqlsel.kernels.outcome import StopReason
    from sqlsel.selection.scattered.objective import Question, Survey
    from sqlsel.selection.scattered.part import Bools, Doubles, Own, Part, Rows


class Plain:
    """The answers of an objective that needs no facts and has no hard bound."""

    __slots__ = ()
    wide = False

    @property
    def ranks(self) -> bool:
        """By a key."""
        return True

    @property
    def reason(self) -> StopReason:
        """There is no hard bound."""
        return "candidates"

    @property
    def bar(self) -> str | None:
        """Nobody is ruled out."""
        return None

    @property
    def asks(self) -> bool:
        """It has not."""
        return False

    def ask(self) -> Generator[Question, list[Any], Self]:
        """Nothing."""
        yield from ()
        return self

    def fact(self, part: Part, own: Own) -> Any:  # noqa: ANN401, ARG002
        """Nothing."""
        return None

    def settle(self, own: Own) -> Own:
        """The numbers as they are."""
        found: Own = own
        return found

    def barred(self, own: Own) -> Bools | None:  # noqa: ARG002
        """No row."""
        return None

    def count(self, part: Part, own: Own, candidates: Bools) -> Any:  # noqa: ANN401, ARG002
        """Nothing."""
        return None

    def follow(self, part: Part, own: Own, joined: Part, standing: Any) -> Own:  # noqa: ANN401, ARG002
        """The numbers as they are."""
        found: Own = own
        return found

    def kept_out(self, own: Own, standing: Any) -> Bools | None:  # noqa: ANN401, ARG002
        """No row."""
        return None

    @property
    def meets(self) -> bool:
        """It does not."""
        return False

    def meet(self, part: Part, rows: Rows, shown: Part) -> Doubles:
        """Nobody asks."""
        raise NotImplementedError

    def joint(self, spans: Sequence[Any]) -> Any:  # noqa: ANN401
        """From the lowest to the highest."""
        return min(span[0] for span in spans), max(span[1] for span in spans)

    def told(self, standing: Any) -> Any:  # noqa: ANN401
        """All of it."""
        return standing

    def classes(self) -> str | None:
        """None."""
        return None

    def closer(self, before: Any, now: Any, span: Any) -> bool:  # noqa: ANN401, ARG002
        """A rise is told as well as it can be."""
        return False

    def reference(self, standing: Any) -> Any:  # noqa: ANN401
        """The standing."""
        return standing

    def strata(self, part: Part, rows: Rows) -> Rows | None:  # noqa: ARG002
        """None."""
        return None

    def survey(self, picked: int, workers: int) -> Generator[Survey, list[Any], Any]:  # noqa: ARG002
        """Nothing."""
        yield from ()
