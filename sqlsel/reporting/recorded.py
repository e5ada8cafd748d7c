"""Reports on what was kept: from a tag back to the run that made it, and to its plan."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.config import objects_as_samples
from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.datasets.objects import SELECTED_OBJECTS
from sqlsel.datasets.tables import SAMPLES, SELECTIONS, catalog_table, dataset_table
from sqlsel.datasets.tags import check_tag
from sqlsel.engines.interrupts import interruptible
from sqlsel.errors import SqlselError
from sqlsel.measuring.members import members_query, with_embedding_names
from sqlsel.plan.ids import id_names, same
from sqlsel.report import Subject
from sqlsel.report.subject import moment_text
from sqlsel.report.writing import check_report, write_report
from sqlsel.selecting import Asked, planned, session_for
from sqlsel.selection.runner import silent

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from sqlsel.engines.base import Engine
    from sqlsel.facts import DatasetFacts
    from sqlsel.report import ReportOptions
    from sqlsel.selection.outcome import Progress

_RUN = ("run_id", "config", "plan", "seed", "version", "started_at", "finished_at", "summary")


def report_tag(
    engine: Engine,
    dataset: str,
    tag: str,
    target: str | Path | BinaryIO,
    options: ReportOptions,
    progress: Progress | None = None,
) -> None:
    """Write a report on a tag.

    What the run that made it recorded is told as it was recorded. What is compared with it (all candidates, a random
    selection) is computed now, by the same plan. A tag that no run made has no config and no objectives.

    Args:
        engine: The session to read through.
        dataset: The dataset.
        tag: One of its tags.
        target: A path, which is replaced when all is written, or an open stream.
        options: How it is made.
        progress: Told of the stages.

    Raises:
        UsageError: If there is no such dataset or tag, a library is missing, or the file may not be written.
        SqlselError: If writing fails, as on a full disk; the file is then as it was.
    """
    check_report(options)
    catalog = DatasetCatalog(engine)
    facts = catalog.facts(dataset)
    check_tag(engine, dataset, tag)
    if (task := facts.object_tags.get(tag)) is not None:
        facts = objects_as_samples(facts, task, catalog.count_objects(dataset, task))
    with interruptible(engine), ExitStack() as stack:
        subject = _of_tag(engine, facts, tag)
        session, subject = _planned(stack, engine, subject)
        write_report(session, subject, target, options, progress or silent)


def _of_tag(engine: Engine, facts: DatasetFacts, tag: str) -> Subject:
    """The members of a tag and the run that made it. Where no run did and none has a rank, all count as picked."""
    members = _members(engine, facts, tag)
    run = _latest_run(engine, facts.name, tag)
    ids = list(id_names(facts))
    ranks = members.column("rank")
    ranked = run is not None or ranks.null_count < len(ranks)
    if not ranked:
        everything = pa.array(range(1, members.num_rows + 1), pa.int64())
        members = members.set_column(members.column_names.index("rank"), "rank", everything)
    picks = members.slice(0, members.num_rows - members.column("rank").null_count)
    earlier = members.slice(picks.num_rows).select(ids)
    subject = Subject(facts, picks, earlier, tag=tag, ranked=ranked)
    if run is None:
        return replace(
            subject, no_plan=f"No run is recorded that made tag {tag}, so there is no config to compare with."
        )
    told = {**run, **{name: moment_text(run[name]) for name in ("started_at", "finished_at")}}
    return replace(subject, summary=json.loads(run["summary"]), plan_text=run["plan"], run=told)


def _planned(stack: ExitStack, engine: Engine, subject: Subject) -> tuple[Engine, Subject]:
    """The subject with its plan, where it can be made again, and a session that is prepared for it."""
    if subject.summary is None or not subject.picks.num_rows:
        return _plain(stack, engine), subject
    if subject.summary["asked"].get("given_candidates"):
        reason = "The run chose among given ids, which are not recorded, so that nothing is compared."
        return _plain(stack, engine), replace(subject, no_plan=reason)
    attempt = ExitStack()
    try:
        plan, named, _ = attempt.enter_context(planned(engine, _asked(subject)))
        session = attempt.enter_context(session_for(engine, named, plan))
    except SqlselError as failure:
        attempt.close()
        reason = f"The run cannot be planned again, so that nothing is compared: {failure}"
        return _plain(stack, engine), replace(subject, no_plan=reason)
    stack.enter_context(attempt)
    return session, replace(subject, plan=plan, facts=plan.facts)


def _plain(stack: ExitStack, engine: Engine) -> Engine:
    session = engine.cursor()
    stack.callback(session.close)
    return session


def _asked(subject: Subject) -> Asked:
    """What the run was asked, as its summary tells it. Given ids of candidates are not recorded."""
    assert subject.summary is not None
    asked: dict[str, Any] = subject.summary["asked"]
    earlier: list[Any] | None = subject.earlier.column("sample_id").to_pylist() or None
    if earlier is not None and subject.facts.objects_of is not None:
        earlier = list(zip(earlier, subject.earlier.column("object_index").to_pylist(), strict=True))
    return Asked(
        config=with_embedding_names(asked["config"], subject.summary, subject.facts),
        dataset=subject.facts.name,
        preselected=earlier,
        seed=subject.summary["seed"],
        where=asked.get("where"),
        candidates=asked.get("candidates"),
        since=asked.get("since"),
    )


def _latest_run(engine: Engine, dataset: str, tag: str) -> dict[str, Any] | None:
    """The last run that made or grew a tag, if its summary is there."""
    query = exp.select(*(sql.column(name) for name in _RUN)).from_(catalog_table(engine.catalog, "runs"))
    own = exp.and_(sql.column("dataset").eq(sql.text(dataset)), sql.column("tag").eq(sql.text(tag)))
    query = query.where(own, sql.present(sql.column("summary")))
    rows = engine.rows(query.order_by(sql.descending(sql.column("finished_at"))).limit(1))
    return dict(zip(_RUN, rows[0], strict=True)) if rows else None


def _members(engine: Engine, facts: DatasetFacts, tag: str) -> pa.Table:
    """The members of a tag by rank, then the others by id: ids, ``file_name``, ``rank``, ``gain`` and ``terms``."""
    samples = dataset_table(engine.catalog, facts.name, SAMPLES)
    names = id_names(facts)
    ids = [sql.column(name, "t") for name in names]
    query = exp.select(*ids, sql.column("file_name", "s"), sql.column("rank", "t"))
    query = query.select(sql.column("gain", "r"), sql.column("terms", "r"))
    query = query.from_(sql.subquery(members_query(engine, facts, tag), "t"))
    query = query.join(exp.alias_(samples, "s", table=True, quoted=True), on=same(("sample_id",), "t", "s"))
    ranked = SELECTIONS if facts.objects_of is None else SELECTED_OBJECTS
    kept = exp.alias_(dataset_table(engine.catalog, facts.name, ranked), "r", table=True, quoted=True)
    own = sql.column("tag", "r").eq(sql.text(tag))
    query = query.join(kept, on=exp.and_(same((*names, "rank"), "t", "r"), own), join_type="left")
    return engine.table(query.order_by(sql.ascending(sql.column("rank", "t")), *(each.copy() for each in ids)))
