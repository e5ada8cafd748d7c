"""How objectives are called in results, summaries and messages."""

from __future__ import annotations

from pathlib import Path

from sqlsel.config import EmbeddingsInput, MetadataInput, Objective, PredictionsInput, ScoresInput, SqlInput


def objective_name(objective: Objective) -> str:
    """The name of an objective: its strategy, and what it looks at where that is not the samples' own embeddings."""
    strategy = objective.strategy.type.lower()
    source = objective.input
    if isinstance(source, EmbeddingsInput):
        file = None if source.query_file is None else Path(source.query_file).name
        samples = None if source.query_sample_ids is None else "samples"
        named = (source.task, source.embedding, source.dataset_id, samples, file)
        parts = [part for part in named if part]
        return ":".join([strategy, "/".join(parts)]) if parts else strategy
    if isinstance(source, ScoresInput):
        return f"{strategy}:{source.task}/{source.score}"
    if isinstance(source, MetadataInput):
        return f"{strategy}:{source.name}"
    if isinstance(source, PredictionsInput):
        if source.name == "CLASS_DISTRIBUTION":
            return f"{strategy}:{source.task}"
        return f"{strategy}:{source.task}/{'+'.join(source.categories or ('all',))}"
    if isinstance(source, SqlInput):
        return f"{strategy}:{' '.join(source.expression.split())}"
    return f"{strategy}:random"
