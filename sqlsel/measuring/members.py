"""The samples of a tag, and what the selection that made it asked for."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
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
    from sqlsel.selecting import ConfigSource


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


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What tags are measured by: the objectives of a config, over the samples that a run chose among.

    Attributes:
        config: The config.
        tag: The tag whose selection asked for it; None where no selection did.
        where: The condition that candidates had to meet.
        candidates: The tag that they had to have.
        since: The moment after which they had to come, as ISO text.
        given_candidates: How many ids were given of those that might be chosen; the ids are not recorded.
    """

    config: ConfigSource
    tag: str | None = None
    where: str | None = None
    candidates: str | None = None
    since: str | None = None
    given_candidates: int | None = None

    @property
    def conditions(self) -> str:
        """What candidates had to be beside the config, in words; empty where they might be anything."""
        told = {"where {}": self.where, "with tag {}": self.candidates, "added after {}": self.since}
        return " and ".join(words.format(value) for words, value in told.items() if value is not None)


def yardstick_of(engine: Engine, facts: DatasetFacts, tag: str) -> Yardstick | None:
    """What the latest selection that made a tag asked for; None where no selection made it."""
    runs = catalog_table(engine.catalog, "runs")
    of_tag = exp.and_(sql.column("dataset").eq(sql.text(facts.name)), sql.column("tag").eq(sql.text(tag)))
    latest = [sql.descending(sql.column("started_at")), sql.descending(sql.column("run_id"))]
    columns = [sql.column(name) for name in ("config", "summary")]
    rows = engine.rows(exp.select(*columns).from_(runs).where(of_tag).order_by(*latest).limit(1))
    if not rows:
        return None
    config, summary = rows[0]
    read: dict[str, Any] = json.loads(config)
    if summary is None:
        return Yardstick(read, tag)
    told = json.loads(summary)
    beside = {name: told["asked"].get(name) for name in ("where", "candidates", "since", "given_candidates")}
    # with a tag of candidates, this is how many had it
    if beside["candidates"] is not None:
        beside["given_candidates"] = None
    return Yardstick(with_embedding_names(read, told, facts), tag, **beside)


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
