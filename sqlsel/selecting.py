"""One selection from plan to tag: run it on a session of its own, tell it, keep it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlsel
from sqlsel.plan import explain_plan
from sqlsel.preselection import Earlier, bound
from sqlsel.selection import Selection, run_plan
from sqlsel.selection.summary import summarize

if TYPE_CHECKING:
    from sqlsel.engines.base import Engine
    from sqlsel.errors import Problem
    from sqlsel.plan.model import Plan
    from sqlsel.selection.outcome import Progress, RunOutcome


def select_from(
    engine: Engine,
    plan: Plan,
    earlier: Earlier,
    notices: tuple[Problem, ...] = (),
    *,
    tag: str | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Selection:
    """Run a plan and, with a tag, keep what it chose. A run that fails leaves nothing behind.

    Args:
        engine: The database; the plan runs on a cursor of it.
        plan: The plan.
        earlier: The preselected samples that the plan speaks of.
        notices: What the config's checks found worth telling.
        tag: Name to keep the selection under.
        overwrite: Whether a tag of that name is replaced.
        progress: Told of the stages.
    """
    started = datetime.now(UTC)
    session = engine.cursor()
    try:
        with bound(session, earlier):
            outcome = run_plan(plan, session, progress)
    finally:
        session.close()
    told = summarize(plan, outcome, tuple(str(notice) for notice in notices))
    summary = {**told, "tag": tag, "run_id": None, "version": sqlsel.__version__}
    if tag is not None:
        summary["run_id"] = _keep(engine, plan, earlier, outcome, summary, started, overwrite=overwrite)
    return Selection(outcome.ranked, summary)


def _keep(
    engine: Engine,
    plan: Plan,
    earlier: Earlier,
    outcome: RunOutcome,
    summary: dict[str, object],
    started: datetime,
    *,
    overwrite: bool,
) -> str:
    from sqlsel.datasets.runs import RunRecord, new_run_id, record_selection

    run_id = new_run_id()
    record = RunRecord(
        dataset=plan.facts.name,
        config=json.dumps(plan.config.to_dict()),
        seed=plan.request.seed,
        version=sqlsel.__version__,
        started_at=started,
        finished_at=datetime.now(UTC),
        plan=explain_plan(plan),
        stop=outcome.ending.reason,
        summary=json.dumps({**summary, "run_id": run_id}),
        run_id=run_id,
    )
    ids = earlier.ids if earlier.ids is not None else ()
    tag = str(summary["tag"])
    ranked = outcome.ranked.drop_columns(["file_name"])
    return record_selection(engine, record, ranked, tag=tag, preselected=ids, overwrite=overwrite)
