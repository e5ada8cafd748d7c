"""What a config names that must exist in the data it is for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlsel.config.against_embeddings import check_embeddings
from sqlsel.config.against_metadata import check_metadata
from sqlsel.config.against_sql import check_sql
from sqlsel.config.against_tasks import check_predictions, check_scores
from sqlsel.config.as_objects import objects_as_samples, tasks_with_objects
from sqlsel.config.findings import Finding
from sqlsel.config.from_paths import check_path_regex, usable_regex, with_path_keys
from sqlsel.config.inputs import EmbeddingsInput, MetadataInput, PredictionsInput, ScoresInput, SqlInput
from sqlsel.config.limits import check_limits_against
from sqlsel.config.names import unknown_name
from sqlsel.config.outline import Pair, Side
from sqlsel.config.strategies import StrategyPart
from sqlsel.config.tiling import check_tiles, declared_tilings
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
    tiles = _missing_tiles(outline, facts, catalog)
    if task in tuple(tiles):
        return list(tiles.values())
    if isinstance(task, str) and task:
        if (wrong := _no_objects(task, facts)) is not None:
            return [wrong]
        facts = objects_as_samples(facts, task, catalog.count_objects(dataset, task))
    found: list[Finding] = list(tiles.values())
    regex = usable_regex(outline.top)
    if regex is not None:
        found += check_path_regex(regex, facts, catalog)
        facts = with_path_keys(facts, regex)
    found += check_limits_against(outline.top, facts)
    for pair in outline.pairs:
        if getattr(pair.input.model, "task", None) not in tiles:
            found += _check_input(pair, facts, catalog)
        found += _check_more(pair, facts, catalog)
    return found


def _check_more(pair: Pair, facts: DatasetFacts, catalog: Catalog) -> list[Finding]:
    """The same for the numbers that a strategy looks at beside its input."""
    strategy = pair.strategy.model
    inputs = strategy.more_inputs if isinstance(strategy, StrategyPart) else {}
    found: list[Finding] = []
    for field, source in inputs.items():
        at = (*pair.strategy.path, field)
        side = Side(at, pair.strategy.data[field], source.type, source)
        found += _check_input(Pair(side, replace(pair.strategy, values="numbers")), facts, catalog)
    return found


def _check_input(pair: Pair, facts: DatasetFacts, catalog: Catalog) -> list[Finding]:
    source = pair.input.model
    if isinstance(source, EmbeddingsInput):
        return check_embeddings(pair, source, facts, catalog)
    if isinstance(source, ScoresInput):
        return check_scores(pair, source, facts)
    if isinstance(source, MetadataInput):
        return check_metadata(pair, source, facts, catalog)
    if isinstance(source, SqlInput):
        return check_sql(pair, source, facts, catalog)
    return check_predictions(pair, source, facts) if isinstance(source, PredictionsInput) else []


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


def _missing_tiles(outline: Outline, facts: DatasetFacts, catalog: Catalog) -> dict[str, Finding]:
    """By name, the automatic tasks that are looked at, and of which the dataset has no tiles or other ones."""
    used = [outline.top.get("select_objects_of"), *(getattr(pair.input.model, "task", None) for pair in outline.pairs)]
    found = {}
    for name, (path, tiling) in declared_tilings(outline.top).items():
        if name in used and (wrong := check_tiles(name, path, tiling, facts, catalog)) is not None:
            found[name] = wrong
    return found
