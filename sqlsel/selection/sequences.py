"""Sequences of frames: cut before a run, and given back frame by frame after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel.arrow import from_numpy, to_numpy
from sqlsel.errors import SelectionError
from sqlsel.plan.candidates import CHOSEN

if TYPE_CHECKING:
    import pyarrow as pa

    from sqlsel.engines.base import Engine
    from sqlsel.plan.model import Plan


def cut_sequences(plan: Plan, engine: Engine) -> None:
    """Make the table of sequences, where the plan chooses such.

    Raises:
        SelectionError: If nothing is long enough for one.
    """
    if plan.sequence_length is None:
        return
    engine.execute(plan.statements["sequences"])
    counts = _counts(plan, engine)
    if counts["sequences"]:
        return
    unnamed = f"; {counts['unnamed']:,} samples have no file name" if counts["unnamed"] else ""
    raise SelectionError(
        f"dataset {plan.facts.name}: nothing to select from: "
        f"no video and no folder has {plan.sequence_length:,} frames that are not preselected, "
        f"the longest has {counts['longest']:,}{unnamed}",
        hint="ask for a shorter selected_sequence_length",
    )


def told_sequences(plan: Plan, engine: Engine) -> dict[str, Any] | None:
    """What the cutting made and left over, for the summary; None where samples are chosen one by one."""
    if plan.sequence_length is None:
        return None
    counts = _counts(plan, engine)
    return {
        "length": plan.sequence_length,
        "all": counts["sequences"],
        "preselected": counts["preselected"],
        "trailing_frames": counts["trailing"],
        "trailing_in": counts["trailing_sources"],
        "trailing_preselected": counts["trailing_preselected"],
        "without_file_name": counts["unnamed"],
    }


def frame_by_frame(plan: Plan, engine: Engine, ranked: pa.Table) -> pa.Table:
    """The ranked table with a row for each frame of the sequences in it: every frame has the gain and terms of its own.

    Args:
        plan: The plan.
        engine: The session of the run.
        ranked: A row a sequence, by its first frame.
    """
    if plan.sequence_length is None:
        return ranked
    with engine.bind({CHOSEN: ranked.select(["sample_id", "rank"])}):
        frames = engine.table(plan.statements["frames"])
    of = to_numpy(frames.column("rank"), np.int64) - 1
    taken = ranked.take(from_numpy(of))
    columns = {
        "sample_id": frames.column("sample_id"),
        "file_name": frames.column("file_name"),
        "rank": from_numpy(np.arange(1, frames.num_rows + 1)),
    }
    return ranked.schema.empty_table() if not len(of) else _with(taken, columns)


def _with(table: pa.Table, columns: dict[str, Any]) -> pa.Table:
    for name, values in columns.items():
        table = table.set_column(table.column_names.index(name), name, values)
    return table


def _counts(plan: Plan, engine: Engine) -> dict[str, int]:
    counts: dict[str, int] = engine.table(plan.statements["cut"]).to_pylist()[0]
    return counts
