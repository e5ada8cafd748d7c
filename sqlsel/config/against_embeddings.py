"""Whether a dataset has the embeddings an objective looks at, and the queries it should be near to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.config.catalog import query_embedding
from sqlsel.config.findings import Finding
from sqlsel.config.inputs import DATAPOOL, INITIAL_TAG
from sqlsel.config.names import unknown_name
from sqlsel.words import quoted, show

if TYPE_CHECKING:
    from sqlsel.config.catalog import Catalog
    from sqlsel.config.inputs import EmbeddingsInput
    from sqlsel.config.outline import Pair
    from sqlsel.facts import DatasetFacts, EmbeddingFacts

HOW_TO_ADD = "ingest them, as embeddings.parquet beside the images or with --embeddings FILE"
HOW_TO_ADD_OBJECTS = "ingest them, as object_embeddings.parquet beside the images"


def check_embeddings(pair: Pair, source: EmbeddingsInput, facts: DatasetFacts, catalog: Catalog) -> list[Finding]:
    """Findings about one objective on embeddings."""
    path = pair.input.path
    vectors = facts.embedding if source.task is None else facts.object_embeddings.get(source.task)
    found: list[Finding] = []
    if vectors is None and source.task is None:
        found.append(Finding((*path, "type"), f"dataset {show(facts.name)} has no embeddings; {HOW_TO_ADD}"))
    elif vectors is None:
        found.append(_no_object_embeddings(pair, str(source.task), facts))
    if pair.strategy.kind == "SIMILARITY" and source.dataset_id is not None:
        found += _check_queries(pair, source, vectors, facts, catalog)
    return found


def _no_object_embeddings(pair: Pair, task: str, facts: DatasetFacts) -> Finding:
    path = (*pair.input.path, "task")
    having = tuple(facts.object_embeddings)
    if task not in facts.tasks:
        what = f"task with object embeddings in dataset {show(facts.name)}"
        return unknown_name(path, what, task, having, none=HOW_TO_ADD_OBJECTS)
    others = f"tasks that have them: {quoted(having)}" if having else HOW_TO_ADD_OBJECTS
    return Finding(path, f"task {show(task)} has no object embeddings in dataset {show(facts.name)}; {others}")


def _check_queries(
    pair: Pair, source: EmbeddingsInput, vectors: EmbeddingFacts | None, facts: DatasetFacts, catalog: Catalog
) -> list[Finding]:
    path = pair.input.path
    name = str(source.dataset_id)
    names = catalog.dataset_names()
    if name not in names:
        return [unknown_name((*path, "dataset_id"), "dataset", name, names, none="ingest the queries as one")]
    queries = facts if name == facts.name else catalog.facts(name)
    found: list[Finding] = []
    tags = (INITIAL_TAG, DATAPOOL, *(tag for tag in queries.tags if tag not in (INITIAL_TAG, DATAPOOL)))
    if source.tag_name is not None and source.tag_name not in tags:
        found.append(unknown_name((*path, "tag_name"), f"tag in dataset {show(name)}", source.tag_name, tags, none=""))
    theirs = query_embedding(queries, source.task)
    if theirs is None:
        message = f"dataset {show(name)} has no embeddings to be similar to; {HOW_TO_ADD}"
        found.append(Finding((*path, "dataset_id"), message))
    elif vectors is not None and theirs.width != vectors.width:
        widths = f"dataset {show(name)} has embeddings of width {theirs.width}, {show(facts.name)} of {vectors.width}"
        found.append(Finding((*path, "dataset_id"), f"{widths}; similarity needs vectors of the same model"))
    return found
