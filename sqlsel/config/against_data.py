"""What a config names that must exist in the data it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.config.against_embeddings import check_embeddings
from sqlsel.config.against_metadata import check_metadata
from sqlsel.config.against_tasks import check_predictions, check_scores
from sqlsel.config.as_objects import objects_as_samples, tasks_with_objects
from sqlsel.config.findings import Finding
from sqlsel.config.from_paths import check_path_regex, usable_regex, with_path_keys
from sqlsel.config.inputs import EmbeddingsInput, MetadataInput, PredictionsInput, ScoresInput
from sqlsel.config.limits import check_limits_against
from sqlsel.config.names import unknown_name
from sqlsel.words import quoted, show

if TYPE_CHECKING:
    from sqlsel.config.catalog import Catalog
    from sqlsel.config.outline import Outline
    from sqlsel.facts import DatasetFacts

NO_OBJECTS = "the dataset has none; ingest detections or embeddings of objects"
NO_DATASETS = "this database holds none; ingest one"


def check_against_data(outline: Outline, catalog: Catalog, dataset: str) -> list[Finding]:
    """Whether a dataset has what each objective looks at; notices about targets that nothing can reach.

    Objectives that are wrong in themselves are checked as far as they can be understood. Reads the distinct values of
    the metadata keys that are balanced to a target, and nothing else of the data.
    """
    names = catalog.dataset_names()
    if dataset not in names:
        return [unknown_name((), "dataset", dataset, names, none=NO_DATASETS)]
    facts = catalog.facts(dataset)
    task = outline.top.get("select_objects_of")
    if isinstance(task, str) and task:
        if (wrong := _no_objects(task, facts)) is not None:
            return [wrong]
        facts = objects_as_samples(facts, task, catalog.count_objects(dataset, task))
    found: list[Finding] = []
    regex = usable_regex(outline.top)
    if regex is not None:
        found += check_path_regex(regex, facts, catalog)
        facts = with_path_keys(facts, regex)
    found += check_limits_against(outline.top, facts)
    for pair in outline.pairs:
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


def _no_objects(task: str, facts: DatasetFacts) -> Finding | None:
    """Why the objects of a task cannot be chosen; None where they can."""
    having = tasks_with_objects(facts)
    if task in having:
        return None
    path = ("select_objects_of",)
    known = facts.tasks.get(task)
    if known is None:
        return unknown_name(path, f"task with objects in dataset {show(facts.name)}", task, having, none=NO_OBJECTS)
    if known.has_predictions:
        why = "is a classification: one prediction for each whole sample, and no objects"
    else:
        why = "has scores only, and no objects"
    others = f"tasks with objects: {quoted(having)}" if having else NO_OBJECTS
    return Finding(path, f"task {show(task)} {why}; {others}")
