"""The objective that every sample is near a chosen one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlsel.config.building.arguments import builder, objective
from sqlsel.config.strategies.coverage import REFERENCE
from sqlsel.config.values import Part

if TYPE_CHECKING:
    from sqlsel.config.inputs import MetadataInput, ScoresInput
    from sqlsel.config.models import Objective


@builder
def coverage(
    embedding: str | None = None,
    *,
    task: str | None = None,
    weight: str | MetadataInput | ScoresInput | Mapping[str, Any] | None = None,
    reference_samples: int | None = REFERENCE,
    strength: float = 1.0,
) -> Objective:
    """Samples such that every sample is near a chosen one.

    Args:
        embedding: Which of the samples' embeddings to look at; needed where the dataset has several.
        task: Look at the embeddings of this task's objects instead.
        weight: How much it matters that a sample is near a chosen one: a metadata key, or a score of a task such as
            ``score("detector", "uncertainty_entropy")``, or the input as a dict. By default all samples matter alike.
        reference_samples: Where more samples than this are in play, that many stand for all; None for all of them.
        strength: How much this counts beside the other objectives; negative turns it round.
    """
    source = {"type": "EMBEDDINGS", "embedding": embedding, "task": task}
    wanted: dict[str, Any] = {"type": "COVERAGE", "strength": strength, "reference_samples": reference_samples}
    if isinstance(weight, Mapping):
        wanted["weight"] = dict(weight)
    elif isinstance(weight, Part):
        wanted["weight"] = weight.model_dump(mode="json", exclude_defaults=True)
    elif weight is not None:
        wanted["weight"] = {"type": "METADATA", "key": weight}
    return objective("coverage", source, wanted, null=("reference_samples",) if reference_samples is None else ())
