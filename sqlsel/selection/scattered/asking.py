"""What all workers are asked, job by job, beside the picking."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sqlsel.selection.scattered.work import answer, begin, introduce

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from sqlsel.engines.base import Pieces
    from sqlsel.selection.scattered.messages import Begun
    from sqlsel.selection.scattered.objective import Scattered


def introduced(objectives: Sequence[Scattered], pieces: Pieces) -> tuple[list[Begun], list[Scattered]]:
    """What workers tell before the first pick, and the objectives that know it."""
    begun: list[Begun] = pieces.step(partial(begin, objectives))
    if any(each.asks for each in objectives):
        objectives = [asked_of_all(each.ask(), partial(answer, each.name), pieces) for each in objectives]
        begun = pieces.step(partial(introduce, objectives))
    return begun, [each.learn([one.facts[number] for one in begun]) for number, each in enumerate(objectives)]


def asked_of_all(asking: Generator[Any, list[Any], Any], work: Callable[..., Any], pieces: Pieces) -> Any:  # noqa: ANN401
    """Ask all workers one question after the other; returns what is made of their answers."""
    answers = None
    while True:
        try:
            question = next(asking) if answers is None else asking.send(answers)
        except StopIteration as told:
            return told.value
        answers = pieces.step(partial(work, question))
