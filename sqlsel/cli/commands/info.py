"""sqlsel info: what the datasets of a database hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sqlsel.cli.examples import examples
from sqlsel.cli.options import database_option, dataset_option, format_option
from sqlsel.facts import DEFAULT_EMBEDDING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlsel.database import Database

_MARGIN = 14


@click.command(
    "info",
    short_help="Show what datasets hold.",
    epilog=examples(
        "everything that a config can name",
        "sqlsel info --db demo.duckdb",
        "one dataset, for a program",
        "sqlsel info --db demo.duckdb --dataset digits --format json",
    ),
)
@database_option()
@dataset_option(required=False, text="Only this dataset.")
@format_option("text", "json", default="text", text="How to print it.")
def info_command(database: str, dataset: str | None, format_name: str) -> None:
    """Show what datasets hold: samples, embeddings, tasks with classes and scores, metadata keys, tags."""
    from sqlsel.cli.opening import open_existing
    from sqlsel.cli.printing import terminal_width
    from sqlsel.exports.plain import json_text

    with open_existing(database) as db:
        found = [describe(db, name) for name in ([dataset] if dataset is not None else db.datasets())]
    size = Path(database).stat().st_size
    if format_name == "json":
        click.echo(json_text({"database": database, "bytes": size, "datasets": found}, indent=2))
        return
    click.echo(f"{database}: {size / 1e6:,.1f} MB, {len(found)} dataset{'' if len(found) == 1 else 's'}")
    for facts in found:
        click.echo()
        for line in description_lines(facts, terminal_width()):
            click.echo(line)


def describe(db: Database, dataset: str) -> dict[str, Any]:
    """What one dataset holds, as plain values."""
    from sqlsel import nodes as sql
    from sqlsel.config import computed_scores
    from sqlsel.datasets.catalog import DatasetCatalog
    from sqlsel.datasets.imagery import maker_of

    facts = DatasetCatalog(db.engine).facts(dataset)
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
                "vectors": _count(db, sql.table(each.table, facts.name, facts.catalog)),
                "computed_by": (maker_of(db.engine, facts.name, each.table) or {}).get("model"),
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
            {"tag": tag.tag, "selected": tag.selected, "preselected": tag.preselected} for tag in db.tags(facts.name)
        ],
    }


def description_lines(facts: Mapping[str, Any], width: int) -> Iterator[str]:
    """The description in lines that fit the width."""
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
    for kind, keys in _by_kind(facts["metadata"]).items():
        yield from _entry(label, f"{kind}: {', '.join(keys)}", width)
        label = ""
    for tag in facts["tags"]:
        earlier = f", {tag['preselected']:,} preselected" if tag["preselected"] else ""
        yield from _entry("tag", f"{tag['tag']}: {tag['selected']:,} selected{earlier}", width)


def _by_kind(keys: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Metadata keys by what their values are; integers may be numbers or, where the source says so, categories."""
    found: dict[str, list[str]] = {}
    for key in keys:
        categories = key["categorical"] and key["kind"] in ("integer", "number")
        found.setdefault(f"{key['kind']} categories" if categories else str(key["kind"]), []).append(key["key"])
    return found


def _entry(label: str, text: str, width: int) -> Iterable[str]:
    import textwrap

    from sqlsel.cli.tables import cell_text

    first = f"  {label}".ljust(_MARGIN)
    return textwrap.wrap(
        cell_text(text), width, initial_indent=first, subsequent_indent=" " * (_MARGIN + 2), break_on_hyphens=False
    )


def _count(db: Database, table: Any) -> int:  # noqa: ANN401 - a table node
    from sqlglot import exp

    from sqlsel import nodes as sql

    return int(db.engine.rows(exp.select(sql.count()).from_(table))[0][0])
