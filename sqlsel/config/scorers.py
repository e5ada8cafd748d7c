"""The scores that are computed from predictions where they are not stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlsel.words import listing

if TYPE_CHECKING:
    from sqlsel.facts import TaskFacts, TaskType


@dataclass(frozen=True, slots=True)
class Scorer:
    """One score that can be computed.

    Attributes:
        name: Name of the score.
        task_types: Kinds of task that have it.
        needs: What every prediction must carry for it.
    """

    name: str
    task_types: tuple[TaskType, ...]
    needs: Literal["probabilities", "keypoints"] | None = None


_WITH_CLASSES: tuple[TaskType, ...] = (
    "classification",
    "object-detection",
    "instance-segmentation",
    "semantic-segmentation",
)
_OBJECTS: tuple[TaskType, ...] = ("object-detection", "instance-segmentation")

SCORERS = (
    Scorer("uncertainty_least_confidence", _WITH_CLASSES, "probabilities"),
    Scorer("uncertainty_margin", _WITH_CLASSES, "probabilities"),
    Scorer("uncertainty_entropy", _WITH_CLASSES, "probabilities"),
    Scorer("object_frequency", _OBJECTS),
    Scorer("objectness_least_confidence", _OBJECTS),
    Scorer("mean_uncertainty", ("keypoint-detection",), "keypoints"),
)
"""Every computed score. Of the three uncertainties a sample has the largest of its objects, the mean of its segments.
"""

OF_ONE_OBJECT = frozenset(scorer.name for scorer in SCORERS if scorer.name != "object_frequency")
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
        return f"it is computed for {listing(scorer.task_types)}, and this is {task.task_type}"
    if scorer.needs == "probabilities" and not task.has_probabilities:
        return "it is computed from class probabilities, and not every prediction carries them"
    if scorer.needs == "keypoints" and not task.has_keypoints:
        return "it is computed from the confidences of keypoints, and not every prediction carries them"
    return None
