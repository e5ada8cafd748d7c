"""The config that looks at embeddings alone, for what only needs distances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlsel.datasets.nearest import unknown
from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from sqlsel.facts import DatasetFacts


def embeddings_config(facts: DatasetFacts, embedding: str | None = None, n: int = 1) -> dict[str, Any]:
    """A config of samples far from each other.

    Args:
        facts: What the dataset holds.
        embedding: By which embedding; by default by every one that it has.
        n: How many samples.

    Raises:
        UsageError: If it has no embedding, or none of that name.
    """
    if not facts.embeddings:
        raise UsageError(
            f"dataset {facts.name!r} has no embeddings to measure distances by",
            hint="`sqlsel embed` computes some from images; `sqlsel add-embedding` takes yours",
        )
    if embedding is not None and embedding not in facts.embeddings:
        raise unknown("embedding", embedding, facts.embeddings, where=f"in dataset {facts.name!r}", empty="")
    # the only one needs no name
    names = (
        (embedding,) if embedding is not None else (None,) if len(facts.embeddings) == 1 else tuple(facts.embeddings)
    )
    inputs = [{"type": "EMBEDDINGS"} | ({} if name is None else {"embedding": name}) for name in names]
    return {"n_samples": n, "strategies": [{"input": each, "strategy": {"type": "DIVERSITY"}} for each in inputs]}
