"""Whether there are the queries that samples should be near to, and whether their vectors are as wide."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlsel.config.catalog import looked_at, query_embedding, task_looked_at
from sqlsel.config.findings import Finding
from sqlsel.config.inputs import DATAPOOL, INITIAL_TAG
from sqlsel.config.names import unknown_name
from sqlsel.errors import SqlselError
from sqlsel.words import quoted, show

if TYPE_CHECKING:
    from sqlsel.config.catalog import Catalog
    from sqlsel.config.inputs import EmbeddingsInput
    from sqlsel.config.outline import Pair
    from sqlsel.facts import DatasetFacts, EmbeddingFacts

HOW_TO_ADD = (
    "compute them with `sqlsel embed`, or ingest them, "
    "as embeddings.parquet beside the images or with --embeddings FILE"
)
LIGHTLY_ID = re.compile(r"[0-9a-f]{24}")

_SHOWN = 5
_SAME_MODEL = "similarity needs vectors of the same model"


def check_queries(pair: Pair, source: EmbeddingsInput, facts: DatasetFacts, catalog: Catalog) -> list[Finding]:
    """Findings about where a SIMILARITY has its queries from."""
    if source.query_file is not None:
        return _check_file(pair, source.query_file, source, facts, catalog)
    if source.dataset_id is None and source.query_sample_ids is None:
        return []
    own = source.dataset_id is None or source.dataset_id == facts.name
    queries = facts if own else catalog.find(str(source.dataset_id))
    if queries is None:
        return [_no_dataset(pair, str(source.dataset_id), catalog)]
    name = facts.name if own else str(source.dataset_id)
    found = [*_check_tag(pair, source, queries, name), *_check_ids(pair, source, queries, catalog)]
    return [*found, *_check_widths(pair, source, queries, facts)]


def _no_dataset(pair: Pair, name: str, catalog: Catalog) -> Finding:
    path = (*pair.input.path, "dataset_id")
    names = catalog.known_ids()
    if LIGHTLY_ID.fullmatch(name):
        message = (
            f"no dataset is known by Lightly's id {show(name)}; write the name of the one that holds the queries, or "
            f"ingest that with --lightly-dataset-id {name}"
        )
        return Finding(path, f"{message}; there is: {quoted(names)}" if names else message)
    return unknown_name(path, "dataset", name, names, none="ingest the queries as one")


def _check_tag(pair: Pair, source: EmbeddingsInput, queries: DatasetFacts, name: str) -> list[Finding]:
    tags = (INITIAL_TAG, DATAPOOL, *(tag for tag in queries.tags if tag not in (INITIAL_TAG, DATAPOOL)))
    if source.tag_name is None or source.tag_name in tags:
        return []
    path = (*pair.input.path, "tag_name")
    return [unknown_name(path, f"tag in dataset {show(name)}", source.tag_name, tags, none="")]


def _check_ids(pair: Pair, source: EmbeddingsInput, queries: DatasetFacts, catalog: Catalog) -> list[Finding]:
    if source.query_sample_ids is None:
        return []
    unknown = catalog.unknown_samples(queries, source.query_sample_ids)
    if not unknown:
        return []
    first = ", ".join(show(each) for each in unknown[:_SHOWN])
    of = f"{len(unknown):,} of {len(source.query_sample_ids):,} ids are no samples"
    message = f"{of} of dataset {show(queries.name)}: {first}{' …' if len(unknown) > _SHOWN else ''}; take them out"
    return [Finding((*pair.input.path, "query_sample_ids"), message)]


def _check_widths(pair: Pair, source: EmbeddingsInput, queries: DatasetFacts, facts: DatasetFacts) -> list[Finding]:
    vectors, task = looked_at(source, facts), task_looked_at(source, facts)
    if vectors is None and task is None:
        return []
    path = (*pair.input.path, "query_sample_ids" if source.dataset_id is None else "dataset_id")
    theirs = query_embedding(queries, task, vectors.name if vectors is not None else None)
    if theirs is None:
        return [Finding(path, _no_queries(queries, vectors))]
    if vectors is None or theirs.width == vectors.width:
        return []
    own = f"{show(facts.name)} of {vectors.width}"
    widths = f"dataset {show(queries.name)} has embeddings of width {theirs.width}, {own}"
    return [Finding(path, f"{widths}; {_SAME_MODEL}")]


def _no_queries(queries: DatasetFacts, vectors: EmbeddingFacts | None) -> str:
    if not queries.embeddings or vectors is None:
        return f"dataset {show(queries.name)} has no embeddings to be similar to; {HOW_TO_ADD}"
    return (
        f"dataset {show(queries.name)} has no embedding {show(vectors.name)} to be similar to; there is: "
        f"{quoted(tuple(queries.embeddings))}; add it with `sqlsel add-embedding`"
    )


def _check_file(pair: Pair, file: str, source: EmbeddingsInput, facts: DatasetFacts, catalog: Catalog) -> list[Finding]:
    path = (*pair.input.path, "query_file")
    try:
        width = catalog.query_width(file)
    except SqlselError as failure:
        return [Finding(path, "; ".join(part for part in (failure.message, failure.hint) if part))]
    vectors = looked_at(source, facts)
    if vectors is None or vectors.width == width:
        return []
    widths = f"the vectors of {show(file)} have {width} numbers, those of {show(facts.name)} {vectors.width}"
    return [Finding(path, f"{widths}; {_SAME_MODEL}")]
