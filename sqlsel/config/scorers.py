"""The scores that are computed from predictions where they are not stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlsel.facts import TaskFacts, TaskType


@dataclass(frozen=True, slots=True)
class Scorer:
    """One score that can be computed.

    Attributes:
        name: Name of the score.
        task_types: Kinds of task that have it.
        needs_probabilities: Whether every prediction must carry class probabilities.
    """

    name: str
    task_types: tuple[TaskType, ...]
    needs_probabilities: bool


_BOTH: tuple[TaskType, ...] = ("classification", "object-detection")
_OBJECTS: tuple[TaskType, ...] = ("object-detection",)

SCORERS = (
    Scorer("uncertainty_least_confidence", _BOTH, needs_probabilities=True),
    Scorer("uncertainty_margin", _BOTH, needs_probabilities=True),
    Scorer("uncertainty_entropy", _BOTH, needs_probabilities=True),
    Scorer("object_frequency", _OBJECTS, needs_probabilities=False),
    Scorer("objectness_least_confidence", _OBJECTS, needs_probabilities=False),
)
"""Every computed score. Over the objects of a sample the three uncertainties are the largest of the objects'."""

OF_ONE_OBJECT = frozenset(
    {"uncertainty_least_confidence", "uncertainty_margin", "uncertainty_entropy", "objectness_least_confidence"}
)
"""The scores that a single object has too, where objects are the samples."""


def computed_scores(task: TaskFacts) -> tuple[str, ...]:
    """Names of the scores that the predictions of a task give."""
    return tuple(scorer.name for scorer in SCORERS if missing_for(scorer, task) is None)


def missing_for(scorer: Scorer, task: TaskFacts) -> str | None:
    """Why a score cannot be computed for a task; None if it can."""
    if not task.has_predictions:
        return "it is computed from predictions, and there are none"
    if task.task_type == "object":
        if scorer.name not in OF_ONE_OBJECT:
            return "it is computed over all objects of a sample, and here each object is a sample"
    elif task.task_type not in scorer.task_types:
        return f"it is computed for {' and '.join(scorer.task_types)}, and this is {task.task_type}"
    if scorer.needs_probabilities and not task.has_probabilities:
        return "it is computed from class probabilities, and the predictions carry none"
    return None
