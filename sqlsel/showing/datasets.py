"""Datasets, databases and plans in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlsel.showing.markup import Markup, element, page, table
from sqlsel.showing.pictures import gallery

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlsel.showing.pictures import Thumbnail

_MOST_ROWS = 30


def dataset_html(facts: Mapping[str, Any], thumbnails: Mapping[str, Thumbnail]) -> str:
    """What a dataset holds, with some of its images.

    Args:
        facts: The description of the dataset.
        thumbnails: Pictures of some samples, by file name.
    """
    pictures = [(picture, name, name) for name, picture in thumbnails.items()]
    return page(
        element("h4", f"{facts['dataset']}: {facts['samples']:,} samples"),
        *([gallery(pictures)] if pictures else []),
        *_section("embedding", ("vectors", "dimensions", "of"), [_vectors(each) for each in facts["embeddings"]]),
        *_section("task", ("type", "classes", "scores"), [_task(each) for each in facts["tasks"]]),
        *_section(
            "metadata", ("keys",), [(kind, ", ".join(keys)) for kind, keys in keys_by_kind(facts["metadata"]).items()]
        ),
        *_section(
            "tag",
            ("selected", "preselected"),
            [(each["tag"], each["selected"], each["preselected"]) for each in facts["tags"]],
        ),
    )


def database_html(name: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """The datasets of a database, a row each."""
    several = f"{len(rows)} dataset{'' if len(rows) == 1 else 's'}"
    head = element("h4", f"{name}: {several}")
    if not rows:
        return page(head, element("p", "db.ingest(source, dataset=…) makes one", class_="dim"))
    return page(head, table(list(rows[0]), [list(row.values()) for row in rows]))


def plan_html(text: str, notices: Sequence[str], sql: str | None) -> str:
    """A plan as it is explained, with its SQL to unfold."""
    statements = [element("details", element("summary", "SQL"), element("pre", sql))] if sql else []
    return page(
        element("pre", text),
        *(element("p", f"note: {notice}", class_="warn") for notice in notices),
        *statements,
    )


def keys_by_kind(keys: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Metadata keys by what their values are; integers may be numbers or, where the source says so, categories."""
    found: dict[str, list[str]] = {}
    for key in keys:
        categories = key["categorical"] and key["kind"] in ("integer", "number")
        found.setdefault(f"{key['kind']} categories" if categories else str(key["kind"]), []).append(key["key"])
    return found


def _section(first: str, others: tuple[str, ...], rows: Sequence[Sequence[object]]) -> list[Markup]:
    if not rows:
        return []
    shown = [*rows[:_MOST_ROWS]]
    more = len(rows) - len(shown)
    rest = [element("p", f"… and {more:,} more", class_="dim")] if more else []
    return [table((first, *others), shown), *rest]


def _vectors(each: Mapping[str, Any]) -> tuple[object, ...]:
    owner = f"objects of {each['task']}" if each["task"] else "samples"
    return (each["name"] or each["task"], each["vectors"], each["dimensions"], owner)


def _task(task: Mapping[str, Any]) -> tuple[object, ...]:
    scores = [*task["stored_scores"], *task["computed_scores"]]
    return (task["task"], task["type"] or "scores only", ", ".join(task["classes"]), ", ".join(scores))
