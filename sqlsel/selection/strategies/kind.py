"""What a strategy brings to a run beside its kernel: its preparation, its words and its measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from sqlsel.plan.model import ObjectiveStep
    from sqlsel.selection.scattered.objective import Scattered, Setting
    from sqlsel.selection.strategies.prepared import Loaded, Prepared

Reached = Mapping[str, Any]
"""What an objective reached, as plain values."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Why a strategy rules candidates out before the first pick.

    Attributes:
        key: What the summary calls their number.
        text: What they are, behind "every candidate is" or a number: ``below the minimum typicality``.
        hint: What to do where it rules out every one.
    """

    key: str
    text: str
    hint: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What stood beside an objective, to say why it missed what was asked.

    Attributes:
        candidates: Number of candidates.
        others: Names of the other objectives.
        limits: Names of the limits that kept candidates out.
    """

    candidates: int
    others: Sequence[str]
    limits: Sequence[str]


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of what an objective reached.

    Attributes:
        name: What is measured: ``mean``, ``smallest distance``, ``share``.
        value: The number; None where there is none, as the distance between one sample.
        of_all: The same of all candidates; None where that says nothing.
        aim: Which values are better with a positive strength; None where neither are.
        category: The class whose share it is.
        target: The share that was asked for.
    """

    name: str
    value: float | None
    of_all: float | None = None
    aim: Literal["high", "low"] | None = None
    category: str | None = None
    target: float | None = None


def mean_measures(reached: Reached) -> list[Measure]:
    """The mean over the picks beside that over the candidates."""
    return [Measure("mean", reached["mean"], reached["pool_mean"], "high")]


def mean_text(reached: Reached) -> str:
    """The mean over the picks beside that over the candidates."""
    return f"mean {number_text(reached['mean'])}, against {number_text(reached['pool_mean'])} of all candidates"


def number_text(value: float | None) -> str:
    """A number in four digits; ``none`` for none."""
    return "none" if value is None else f"{value:.4g}"


def nothing_missed(step: ObjectiveStep, reached: Reached, beside: Beside) -> list[dict[str, Any]]:  # noqa: ARG001
    """Of strategies that aim at nothing that can be missed."""
    return []


def holds_nothing(step: ObjectiveStep, strategy: Any, rows: int) -> int:  # noqa: ANN401, ARG001
    """Nothing that counts beside a number or two of each row."""
    return 0


@dataclass(frozen=True, slots=True)
class StrategyKind:
    """A strategy as everything else knows it.

    Attributes:
        prepare: Makes the kernel's objective of a step, its strategy and what was read for the run.
        measures: What was reached, in numbers.
        text: What was reached, in words.
        missed: What was asked and not reached, each with ``reason`` and ``text``.
        bar: Why candidates are ruled out beforehand; None where none ever are.
        scatter: Makes the objective for rows that are spread over workers; it, or its answer, is None where that does
            not go, and all rows are read then.
        holds: Bytes that the kernel holds beside the vectors, of a step, its strategy and so many rows.
        needs_terms: Whether what is reached is measured on the terms of a run, so that rows which were picked
            otherwise are measured by letting the objective pick them.
    """

    prepare: Callable[[ObjectiveStep, Any, Loaded], Prepared]
    measures: Callable[[Reached], list[Measure]]
    text: Callable[[Reached], str] = mean_text
    missed: Callable[[ObjectiveStep, Reached, Beside], list[dict[str, Any]]] = nothing_missed
    bar: Bar | None = None
    scatter: Callable[[ObjectiveStep, Any, Setting], Scattered | None] | None = None
    holds: Callable[[ObjectiveStep, Any, int], int] = holds_nothing
    needs_terms: bool = False
