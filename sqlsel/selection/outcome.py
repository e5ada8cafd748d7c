"""What a run of a plan found out, before it is told to anybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from sqlsel.kernels import StopReason


Progress = Callable[[str, int, int | None], None]
"""Called with the stage, how much of it is done, and how much there is (None: unknown)."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a run ended.

    Attributes:
        reason: The kernel's reason.
        objective: Name of the objective whose stop it was; None where it was none's.
    """

    reason: StopReason
    objective: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RunOutcome:
    """The picks of a run and what is worth telling about it.

    Attributes:
        ranked: ``sample_id`` (its own type), ``file_name``, ``rank`` (1 first), ``gain``, ``terms``; by rank.
        funnel: The counts of the plan's funnel query.
        ending: Why it ended.
        reached: For each objective by name, what was reached, for the summary.
        notices: Sentences for the user.
        limits: What became of each limit, for the summary.
        sequences: What was cut into sequences, for the summary; the other counts are of sequences then. None where
            samples were chosen one by one.
    """

    ranked: pa.Table
    funnel: Mapping[str, int]
    ending: Ending
    reached: Mapping[str, Mapping[str, Any]]
    notices: tuple[str, ...] = ()
    limits: Sequence[Mapping[str, Any]] = ()
    sequences: Mapping[str, Any] | None = None
