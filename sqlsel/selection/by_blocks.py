"""Selections on one machine whose memory does not hold its vectors: they lie in a file, and are looked at in blocks.

So do class probabilities.
"""

from __future__ import annotations

import shutil
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from sqlsel.errors import DatabaseError
from sqlsel.plan.statements import statements
from sqlsel.selection.by_pieces import run_in_pieces
from sqlsel.selection.fitting import size_text, told
from sqlsel.selection.scattered.blocks import Blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow as pa
    from sqlglot import exp

    from sqlsel.engines.base import Engine
    from sqlsel.plan.model import Plan
    from sqlsel.selection.fitting import Fit
    from sqlsel.selection.outcome import Progress, RunOutcome
    from sqlsel.selection.scattered.part import Part


def run_in_blocks(plan: Plan, engine: Engine, progress: Progress, funnel: dict[str, int], fit: Fit) -> RunOutcome:
    """Any combination of objectives that can be scattered, by passes over the file. The picks are those of memory.

    Args:
        plan: The plan, whose ``inputs`` are there.
        engine: The session.
        progress: Told of the stages.
        funnel: What the filters left out.
        fit: How much memory there is.

    Raises:
        DatabaseError: If the disk has no room for the file.
    """
    ordered = replace(plan, order_late=False)
    ordered = replace(ordered, statements=statements(ordered))
    cut = partial(blocks_of, plan, engine, fit, progress, count=funnel["candidates"] + funnel["preselected"])
    outcome = run_in_pieces(ordered, engine, progress, funnel, cut, fit.block)
    return replace(outcome, notices=(*outcome.notices, told(fit)))


@contextmanager
def blocks_of(
    plan: Plan,
    engine: Engine,
    fit: Fit,
    progress: Progress,
    query: exp.Select,
    read: Callable[[Iterable[pa.RecordBatch]], Part],
    *,
    count: int,
) -> Iterator[Blocks]:
    """The rows of a query, as the engine's ``pieces`` gives them, with their vectors in a file.

    Args:
        plan: The plan that the query is of.
        engine: The session.
        fit: How much memory there is.
        progress: Told of the stages.
        query: The query.
        read: Makes a part of some rows.
        count: How many rows there are.

    Raises:
        DatabaseError: If the disk has no room for the file.
    """
    row_bytes = sum(
        4 * step.vectors.facts.width if step.vectors is not None else 8 * len(step.categories)
        for step in plan.inputs
        if step.vectors is not None or step.kind == "distribution"
    )
    with _on_disk(fit), closing(engine.batches(query)) as stream:
        batches = _counted(stream, count, partial(progress, "read"))
        blocks = Blocks(batches, read, rows=max(fit.block // max(row_bytes, 1), 1), folder=fit.room.folder)
    with blocks:
        yield blocks


@contextmanager
def _on_disk(fit: Fit) -> Iterator[None]:
    """Tell what the disk lacks while a file is written."""
    hint = "free some space, or SET temp_directory to a folder on another disk"
    free = shutil.disk_usage(fit.room.folder).free
    if free < fit.stored:
        raise DatabaseError(
            f"{fit}, and there are {size_text(free)} left on the disk of {fit.room.folder} for a temporary file",
            hint=f"{hint}; or raise memory_limit",
        )
    try:
        yield
    except OSError as failure:
        raise DatabaseError(
            f"{fit.room.folder}: no temporary file can be written: {failure.strerror}", hint=hint
        ) from None


def _counted(
    batches: Iterable[pa.RecordBatch], count: int, tell: Callable[[int, int], None]
) -> Iterator[pa.RecordBatch]:
    done = 0
    for batch in batches:
        yield batch
        done += batch.num_rows
        tell(done, count)
