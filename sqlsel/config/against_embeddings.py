"""Whether a dataset has the embeddings an objective looks at, and the queries it should be near to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.config.against_queries import HOW_TO_ADD, check_queries
from sqlsel.config.catalog import looked_at, task_looked_at
from sqlsel.config.findings import Finding
from sqlsel.config.kinds import COMPARING
from sqlsel.config.names import unknown_name
from sqlsel.words import quoted, show

if TYPE_CHECKING:
    from sqlsel.config.catalog import Catalog
    from sqlsel.config.inputs import EmbeddingsInput
    from sqlsel.config.outline import Pair
    from sqlsel.config.places import Path
    from sqlsel.facts import DatasetFacts

HOW_TO_ADD_OBJECTS = (
    "compute them with `sqlsel embed --task`, or ingest them: as object_embeddings.parquet beside the images, or with "
    "`sqlsel add-object-embeddings`"
)


def check_embeddings(pair: Pair, source: EmbeddingsInput, facts: DatasetFacts, catalog: Catalog) -> list[Finding]:
    """Findings about one objective on embeddings."""
    path = pair.input.path
    if facts.objects_of is not None and source.task not in (None, facts.objects_of):
        return [_other_objects(pair, source.task, facts)]
    vectors, task = looked_at(source, facts), task_looked_at(source, facts)
    found: list[Finding] = []
    if vectors is None and facts.objects_of is not None and task is not None:
        found.append(_no_own_embeddings(pair, facts))
    elif vectors is None and task is None:
        found.append(_no_embeddings(path, source, facts))
    elif vectors is None:
        found.append(_no_object_embeddings(pair, str(source.task), facts))
    if pair.strategy.kind in COMPARING:
        found += check_queries(pair, source, facts, catalog)
    return found


def _other_objects(pair: Pair, task: str | None, facts: DatasetFacts) -> Finding:
    own = show(facts.objects_of)
    message = f"the samples are the objects of task {own}, and those of {show(task)} are not theirs; leave 'task' out"
    return Finding((*pair.input.path, "task"), f"{message} for the embeddings of the objects of {own}")


def _no_own_embeddings(pair: Pair, facts: DatasetFacts) -> Finding:
    having = tuple(facts.object_embeddings)
    others = f"tasks whose objects have them: {quoted(having)}" if having else HOW_TO_ADD_OBJECTS
    message = f"the objects of task {show(facts.objects_of)}, which are the samples, have no embeddings; {others}"
    return Finding((*pair.input.path, "type"), message)


def _no_embeddings(path: Path, source: EmbeddingsInput, facts: DatasetFacts) -> Finding:
    having = facts.embeddings
    if not having:
        return Finding((*path, "type"), f"dataset {show(facts.name)} has no embeddings; {HOW_TO_ADD}")
    if source.embedding is not None:
        what = f"embedding in dataset {show(facts.name)}"
        return unknown_name((*path, "embedding"), what, source.embedding, tuple(having), none=HOW_TO_ADD)
    return Finding(path, f"dataset {show(facts.name)} has several embeddings; {_choice(facts)}")


def _choice(facts: DatasetFacts) -> str:
    """How to say which embedding is meant: ``add "embedding" with one of 'clip' (512 dimensions), 'dino' (…)``."""
    listed = ", ".join(f"{show(each.name)} ({each.width} dimensions)" for each in facts.embeddings.values())
    return f'add "embedding" with one of {listed}'


def _no_object_embeddings(pair: Pair, task: str, facts: DatasetFacts) -> Finding:
    path = (*pair.input.path, "task")
    having = tuple(facts.object_embeddings)
    if task not in facts.tasks:
        what = f"task with object embeddings in dataset {show(facts.name)}"
        return unknown_name(path, what, task, having, none=HOW_TO_ADD_OBJECTS)
    others = f"tasks that have them: {quoted(having)}" if having else HOW_TO_ADD_OBJECTS
    return Finding(path, f"task {show(task)} has no object embeddings in dataset {show(facts.name)}; {others}")
