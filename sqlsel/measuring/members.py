"""The samples of a tag, and the config of the selection that made it."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import named
from sqlsel.datasets.objects import SELECTED_OBJECTS
from sqlsel.datasets.tables import catalog_table, dataset_table
from sqlsel.datasets.tags import tag_query
from sqlsel.plan import Preselected
from sqlsel.plan.candidates import preselected_ids
from sqlsel.plan.ids import id_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlsel.engines.base import Engine
    from sqlsel.facts import DatasetFacts


def members_query(engine: Engine, facts: DatasetFacts, tag: str, *, exclude_preselected: bool = False) -> exp.Select:
    """Query of what a tag is put on: the ids, and ``rank``; NULL for the preselected, and in tags without ranks.

    Where objects are the samples, a tag on whole images means all objects on them.

    Args:
        engine: The session.
        facts: The dataset, or its objects.
        tag: The tag.
        exclude_preselected: Leave out what was picked before; tags without any rank are whole all the same.
    """
    query = _all_members(engine, facts, tag)
    ranked = exp.select(*id_columns(facts), sql.column("rank")).from_(sql.subquery(query, "members"))
    if exclude_preselected and engine.rows(_counted(query.copy(), ranked_only=True))[0][0]:
        return ranked.where(sql.present(sql.column("rank")))
    return ranked


def _all_members(engine: Engine, facts: DatasetFacts, tag: str) -> exp.Select:
    if facts.objects_of is None:
        return tag_query(engine, facts.name, tag)
    if facts.object_tags.get(tag) == facts.objects_of:
        objects = dataset_table(engine.catalog, facts.name, SELECTED_OBJECTS)
        of_tag = sql.column("tag").eq(sql.text(tag))
        return exp.select(*id_columns(facts), sql.column("rank")).from_(objects).where(of_tag)
    ids = sql.subquery(preselected_ids(Preselected(tag=tag), facts), "ids")
    return exp.select(*id_columns(facts), named(exp.cast(exp.Null(), "BIGINT"), "rank")).from_(ids)


def count_members(engine: Engine, members: exp.Select) -> int:
    """How many there are."""
    count: int = engine.rows(_counted(members))[0][0]
    return count


def _counted(members: exp.Select, *, ranked_only: bool = False) -> exp.Select:
    counted = exp.Count(this=sql.column("rank")) if ranked_only else sql.count()
    return exp.select(counted).from_(sql.subquery(members, "members"))


def config_of(engine: Engine, facts: DatasetFacts, tag: str) -> dict[str, Any] | None:
    """The config of the latest selection that made a tag; None where no selection made it."""
    runs = catalog_table(engine.catalog, "runs")
    of_tag = exp.and_(sql.column("dataset").eq(sql.text(facts.name)), sql.column("tag").eq(sql.text(tag)))
    latest = [sql.descending(sql.column("started_at")), sql.descending(sql.column("run_id"))]
    columns = [sql.column(name) for name in ("config", "summary")]
    rows = engine.rows(exp.select(*columns).from_(runs).where(of_tag).order_by(*latest).limit(1))
    if not rows:
        return None
    config, summary = rows[0]
    read: dict[str, Any] = json.loads(config)
    return read if summary is None else with_embedding_names(read, json.loads(summary), facts)


def with_embedding_names(config: Mapping[str, Any], summary: Mapping[str, Any], facts: DatasetFacts) -> dict[str, Any]:
    """The config of a run, which still says what it meant where the dataset has got more embeddings since.

    Args:
        config: The config, as it was recorded.
        summary: The summary of its run.
        facts: What the dataset holds now.
    """
    found = copy.deepcopy(dict(config))
    ranking = [each for each in found["strategies"] if each["strategy"]["type"] != "THRESHOLD"]
    if len(facts.embeddings) > 1:
        for objective, told in zip(ranking, summary["objectives"], strict=True):
            if told.get("embedding") is not None:
                objective["input"].setdefault("embedding", told["embedding"])
    return found
