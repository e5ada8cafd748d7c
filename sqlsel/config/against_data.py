"""What a config names that must exist in the data it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.config.against_embeddings import check_embeddings
from sqlsel.config.against_metadata import check_metadata
from sqlsel.config.against_tasks import check_predictions, check_scores
from sqlsel.config.inputs import EmbeddingsInput, MetadataInput, PredictionsInput, ScoresInput
from sqlsel.config.names import unknown_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlsel.config.catalog import Catalog
    from sqlsel.config.findings import Finding
    from sqlsel.config.outline import Pair

NO_DATASETS = "this database holds none; ingest one"


def check_against_data(pairs: Iterable[Pair], catalog: Catalog, dataset: str) -> list[Finding]:
    """Whether a dataset has what each objective looks at; notices about targets that nothing can reach.

    Objectives that are wrong in themselves are checked as far as they can be understood. Reads the distinct values of
    the metadata keys that are balanced to a target, and nothing else of the data.
    """
    names = catalog.dataset_names()
    if dataset not in names:
        return [unknown_name((), "dataset", dataset, names, none=NO_DATASETS)]
    facts = catalog.facts(dataset)
    found: list[Finding] = []
    for pair in pairs:
        source = pair.input.model
        if isinstance(source, EmbeddingsInput):
            found += check_embeddings(pair, source, facts, catalog)
        elif isinstance(source, ScoresInput):
            found += check_scores(pair, source, facts)
        elif isinstance(source, MetadataInput):
            found += check_metadata(pair, source, facts, catalog)
        elif isinstance(source, PredictionsInput):
            found += check_predictions(pair, source, facts)
    return found
