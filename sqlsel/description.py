"""What datasets hold, as plain values and as lines of text."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.config import computed_scores
from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.datasets.imagery import maker_of
from sqlsel.datasets.tables import dataset_table
from sqlsel.datasets.tags import tag_counts
from sqlsel.facts import DEFAULT_EMBEDDING
from sqlsel.showing.datasets import keys_by_kind
from sqlsel.words import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlsel.engines.base import Engine

_MARGIN = 14


def describe(engine: Engine, dataset: str) -> dict[str, Any]:
    """What one dataset holds: samples, embeddings, tasks with classes and scores, metadata keys and tags.

    Raises:
        UsageError: If there is no such dataset.
    """
    facts = DatasetCatalog(engine).facts(dataset)
    vectors = [*facts.embeddings.values(), *facts.object_embeddings.values()]
    return {
        "dataset": facts.name,
        "samples": facts.n_samples,
        "embeddings": [
            {
                "name": each.name if each.task is None else None,
                "table": each.table,
                "task": each.task,
                "dimensions": each.width,
                "vectors": _count(engine, facts.name, each.table),
                "computed_by": (maker_of(engine, facts.name, each.table) or {}).get("model"),
            }
            for each in vectors
        ],
        "tasks": [
            {
                "task": task.name,
                "type": task.task_type,
                "classes": list(task.categories),
                "stored_scores": list(task.scores),
                "computed_scores": [name for name in computed_scores(task) if name not in task.scores],
            }
            for task in facts.tasks.values()
        ],
        "metadata": [{"key": key.key, "kind": key.kind, "categorical": key.categorical} for key in facts.keys.values()],
        "tags": [
            {"tag": tag.tag, "selected": tag.selected, "preselected": tag.preselected}
            for tag in tag_counts(engine, facts.name)
        ],
    }


def overview(engine: Engine) -> list[dict[str, Any]]:
    """The datasets of a database, one row each, by name."""
    catalog = DatasetCatalog(engine)
    return [
        {
            "dataset": facts.name,
            "samples": facts.n_samples,
            "width": facts.embedding.width if facts.embedding else None,
            "embeddings": len(facts.embeddings),
            "keys": len(facts.keys),
            "tags": len(facts.tags),
            "tasks": ", ".join(facts.tasks),
        }
        for facts in map(catalog.facts, catalog.dataset_names())
    ]


def description_lines(facts: Mapping[str, Any], width: int) -> Iterator[str]:
    """The description of a dataset in lines that fit the width."""
    yield f"{facts['dataset']}: {facts['samples']:,} samples"
    several = sum(1 for each in facts["embeddings"] if each["name"]) > 1
    for each in facts["embeddings"]:
        owner = f" of the objects of {each['task']}" if each["task"] else ""
        if each["name"] and (several or each["name"] != DEFAULT_EMBEDDING):
            owner = f", called {each['name']}"
        maker = f", computed by {each['computed_by']}" if each["computed_by"] else ""
        yield from _entry("embeddings", f"{each['vectors']:,} of {each['dimensions']} dimensions{owner}{maker}", width)
    for task in facts["tasks"]:
        classes = f", {len(task['classes'])} classes: {', '.join(task['classes'])}" if task["classes"] else ""
        yield from _entry("task", f"{task['task']} ({task['type'] or 'scores only'}){classes}", width)
        scores = [*task["stored_scores"], *task["computed_scores"]]
        if scores:
            yield from _entry("", f"scores: {', '.join(scores)}", width)
    label = "metadata"
    for kind, keys in keys_by_kind(facts["metadata"]).items():
        yield from _entry(label, f"{kind}: {', '.join(keys)}", width)
        label = ""
    for tag in facts["tags"]:
        earlier = f", {tag['preselected']:,} preselected" if tag["preselected"] else ""
        yield from _entry("tag", f"{tag['tag']}: {tag['selected']:,} selected{earlier}", width)


def _entry(label: str, text: str, width: int) -> Iterable[str]:
    first, later = f"  {label}".ljust(_MARGIN), " " * (_MARGIN + 2)
    return textwrap.wrap(printable(text), width, initial_indent=first, subsequent_indent=later, break_on_hyphens=False)


def _count(engine: Engine, dataset: str, table: str) -> int:
    query = exp.select(sql.count()).from_(dataset_table(engine.catalog, dataset, table))
    return int(engine.rows(query)[0][0])
