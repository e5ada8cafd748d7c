"""One selection from config to tag: check and plan it, run it on a session of its own, tell it, keep it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlsel
from sqlsel.config import Config, objects_as_samples, read_config
from sqlsel.datasets.imagery import image_folders
from sqlsel.datasets.runs import RunRecord, new_run_id, record_selection
from sqlsel.datasets.tags import check_new_tag
from sqlsel.engines.interrupts import interruptible
from sqlsel.errors import UsageError
from sqlsel.exports.provenance import schema_metadata
from sqlsel.narrowing import Narrowed, bound_candidates, narrow
from sqlsel.plan import Request, explain_plan, make_plan
from sqlsel.preselection import Earlier, bound, find_preselected
from sqlsel.queries import Lookup, bound_queries
from sqlsel.report import of_run, options_of
from sqlsel.selection import Selection, run_each, run_plan
from sqlsel.selection.comparison import compare
from sqlsel.selection.ranked import ids_of
from sqlsel.selection.runner import silent
from sqlsel.selection.summary import summarize
from sqlsel.vision.thumbnails import thumbnails

if TYPE_CHECKING:
    import pyarrow as pa

    from sqlsel.datasets.ahead import VectorsAhead
    from sqlsel.engines.base import Engine
    from sqlsel.errors import Problem
    from sqlsel.plan.model import Missing, Plan
    from sqlsel.selection.outcome import Progress, RunOutcome
    from sqlsel.showing.pictures import Thumbnail

ConfigSource = Mapping[str, Any] | str | Path | Config


@dataclass(frozen=True, slots=True)
class Asked:
    """A selection as a caller asks for it.

    Attributes:
        config: The declaration: a dict, JSON text, the path of a JSON file, or what ``sqlsel.config`` made.
        dataset: The dataset to choose from.
        preselected: Samples picked before: a tag, or ids.
        seed: Breaks ties; None breaks them by the lowest id.
        missing: What becomes of samples that lack an input.
        where: A condition in SQL that candidates have to meet.
        candidates: The only samples that may be chosen: a tag, or ids.
        since: Only samples may be chosen that were added after this moment, or since the selection of this tag.
        per: A metadata key whose every value has a selection of its own; for ``select_each``.
        in_tie_order: Whether samples are read in the order that breaks ties, at the cost of a sort.
    """

    config: ConfigSource
    dataset: str
    preselected: str | Sequence[Any] | None = None
    seed: int | None = 0
    missing: Missing = "omit"
    where: str | None = None
    candidates: str | Sequence[Any] | None = None
    since: str | datetime | None = None
    per: str | None = None
    in_tie_order: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """The samples that a call names: picked before, and those that may be chosen."""

    earlier: Earlier
    narrowed: Narrowed


@contextmanager
def planned(engine: Engine, asked: Asked) -> Iterator[tuple[Plan, Named, tuple[Problem, ...]]]:
    """The plan of what was asked, the samples that it speaks of, and what the checks found worth telling.

    Raises:
        ConfigError: If the config is wrong, with every problem.
        UsageError: If the dataset, the preselected tag or a sample does not exist, or the condition is refused.
    """
    if asked.seed is not None and not -(2**63) <= asked.seed < 2**63:
        raise UsageError(f"seed {asked.seed} has more than 64 bits", hint="take a smaller one, or None")
    catalog = Lookup(engine)
    facts = catalog.facts(asked.dataset)
    config, notices = read_config(asked.config, catalog=catalog, dataset=asked.dataset)
    if (task := config.select_objects_of) is not None:
        facts = objects_as_samples(facts, task, catalog.count_objects(asked.dataset, task))
    with find_preselected(engine, facts, asked.preselected) as earlier:
        narrowed = narrow(engine, facts, asked.candidates, asked.since)
        request = Request(
            seed=asked.seed,
            preselected=earlier.preselected,
            missing=asked.missing,
            where=asked.where,
            among=narrowed.among,
            since=narrowed.since,
            rows_in_order=engine.rows_in_order and not asked.in_tie_order and asked.per is None,
            per=asked.per,
        )
        yield make_plan(config, facts, catalog, request), Named(earlier, narrowed), notices


def select(
    engine: Engine,
    asked: Asked,
    *,
    tag: str | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
    run_id: str | None = None,
    ahead: VectorsAhead | None = None,
) -> Selection:
    """Run what was asked and, with a tag, keep what it chose. A run that fails leaves nothing behind.

    Args:
        engine: The database; the plan runs on a cursor of it.
        asked: The selection.
        tag: Name to keep the selection under; the preselected tag itself grows.
        overwrite: Whether a tag of that name is replaced.
        progress: Told of the stages.
        run_id: Name of the run, if it has one already.
        ahead: The dataset's vectors, where they are being read already.
    """
    started = datetime.now(UTC)
    with interruptible(engine), planned(engine, asked) as (plan, named, notices):
        if tag is not None:
            check_new_tag(engine, asked.dataset, tag, overwrite=overwrite or tag == asked.preselected)
        with session_for(engine, named, plan) as session:
            outcome = run_plan(plan, session, progress, ahead)
        told = summarize(plan, outcome, tuple(str(notice) for notice in notices))
        kept_as = None if tag is None else run_id or new_run_id()
        summary = {**told, "tag": tag, "run_id": kept_as, "version": sqlsel.__version__}
        if tag is not None:
            _keep(engine, plan, named.earlier, outcome, summary, started, overwrite=overwrite)
    ids = ids_of(outcome.ranked)

    def more(exact: bool) -> Mapping[str, Any]:
        with interruptible(engine), session_for(engine, named, plan) as session:
            return compare(plan, session, ids, exact=exact, progress=progress or silent)

    folders = image_folders(engine, asked.dataset)

    def pictures(names: Sequence[str]) -> Mapping[str, Thumbnail]:
        return thumbnails(folders, names)

    def report(path: str | Path, how: Mapping[str, Any]) -> Path:
        from sqlsel.report.writing import write_report

        with interruptible(engine), session_for(engine, named, plan) as session:
            subject = of_run(plan, outcome.ranked, named.earlier.ids, summary, started)
            return write_report(session, subject, path, options_of(path, **how), progress or silent)

    return Selection(_with_provenance(outcome.ranked, plan, summary), summary, more, pictures, report)


def _with_provenance(ranked: pa.Table, plan: Plan, summary: Mapping[str, object]) -> pa.Table:
    """The ranked table with config, seed and version in its schema, where files of Arrow and parquet keep them."""
    told = {name: summary[name] for name in ("dataset", "tag", "run_id", "version") if summary[name] is not None}
    told |= {"config": json.dumps(plan.config.to_dict()), "seed": plan.request.seed}
    return ranked.replace_schema_metadata(schema_metadata(told))


def select_each(engine: Engine, asked: Asked) -> pa.Table:
    """A selection of its own from the samples of each value of ``asked.per``; nothing is kept.

    Args:
        engine: The database; the plan runs on a cursor of it.
        asked: What is selected from each.

    Returns:
        The ranked table with ``per``, the value as text, in front: by value as text, NULL last, then by rank, which
        begins with 1 in each. Each is exactly the selection from those samples alone.

    Raises:
        SelectionError: If no sample of any value can be chosen.
    """
    with interruptible(engine), planned(engine, asked) as (plan, named, _), session_for(engine, named, plan) as session:
        return run_each(plan, session)


@contextmanager
def session_for(engine: Engine, named: Named, plan: Plan) -> Iterator[Engine]:
    """A cursor with the samples and the files at hand that the call and its config name."""
    session = engine.cursor()
    try:
        with bound(session, named.earlier), bound_candidates(session, named.narrowed), bound_queries(session, plan):
            yield session
    finally:
        session.close()


def _keep(
    engine: Engine,
    plan: Plan,
    earlier: Earlier,
    outcome: RunOutcome,
    summary: dict[str, object],
    started: datetime,
    *,
    overwrite: bool,
) -> None:
    record = RunRecord(
        dataset=plan.facts.name,
        config=json.dumps(plan.config.to_dict()),
        seed=plan.request.seed,
        version=sqlsel.__version__,
        started_at=started,
        finished_at=datetime.now(UTC),
        plan=explain_plan(plan),
        stop=outcome.ending.reason,
        summary=json.dumps(summary),
        run_id=str(summary["run_id"]),
        scores=tuple(step.computed for step in plan.inputs if step.computed is not None),
    )
    ids = earlier.ids if earlier.ids is not None else ids_of(outcome.ranked).slice(0, 0)
    tag = str(summary["tag"])
    grows = earlier.preselected is not None and earlier.preselected.tag == tag
    ranked = outcome.ranked.drop_columns(["file_name"])
    record_selection(
        engine,
        record,
        ranked,
        tag=tag,
        preselected=ids,
        overwrite=overwrite,
        grows=grows,
        objects_of=plan.facts.objects_of,
    )
