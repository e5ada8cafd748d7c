"""A report as one dict: everything that the page shows, and everything that ``report.json`` holds."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from sqlsel.arrow import from_numpy
from sqlsel.plan.candidates import CHOSEN
from sqlsel.plan.statements import PICKS
from sqlsel.report.columns import columns_of
from sqlsel.report.curves import curves, near_pairs
from sqlsel.report.distributions import distributions
from sqlsel.report.field import field_table
from sqlsel.report.funnel import told_funnel
from sqlsel.report.maps import maps_of
from sqlsel.report.objectives import told_objectives
from sqlsel.report.points import SELECTED, names_of, shown_rows, status_of, told_points
from sqlsel.report.pool import Pool, pool_table, read_pool
from sqlsel.report.runs import made_by, runs_of
from sqlsel.selection.comparison import compare_objectives, open_field
from sqlsel.selection.ranked import ids_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlglot import exp

    from sqlsel.engines.base import Engine
    from sqlsel.facts import EmbeddingFacts
    from sqlsel.report.columns import Column
    from sqlsel.report.subject import ReportOptions, Subject
    from sqlsel.selection.comparison import Field
    from sqlsel.selection.outcome import Progress

SCHEMA_VERSION = 1
GALLERY = 24
"""How many of the first picks are shown."""


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """A report, and what its page needs beside.

    Attributes:
        told: The dict, as ``report.json`` holds it.
        pool: The samples that were looked at closely.
        shown: Rows of the pool that the map shows, in the order of its points; those of the picks first.
    """

    told: dict[str, Any]
    pool: Pool
    shown: np.ndarray[tuple[int], np.dtype[np.int64]]


def build_report(engine: Engine, subject: Subject, options: ReportOptions, progress: Progress) -> Report:
    """Count, compare and look at everything that a report tells.

    Args:
        engine: A session of its own; where there is a plan, prepared as for the run.
        subject: The selection.
        options: How the report is made.
        progress: Told of the stages.

    Raises:
        UsageError: If UMAP is asked for and not installed.
    """
    compared, field, random = None, None, None
    if subject.plan is not None:
        field = open_field(subject.plan, engine, ids_of(subject.picks), exact=False, progress=progress)
        compared = compare_objectives(field, progress)
        random = _random_picks(engine, field)
    columns, embedding = columns_of(subject.facts), shown_embedding(subject)
    with ExitStack() as stack:
        progress("distributions", 0, None)
        table = stack.enter_context(field_table(engine, subject, random, columns))
        spread = distributions(engine, table, columns, subject.facts)
        progress("embeddings", 0, None)
        made = stack.enter_context(pool_table(engine, table, subject.facts, embedding))
        pool = read_pool(engine, table, made, subject.facts, embedding)
        names, status = names_of(pool.table), status_of(pool)
        shown = shown_rows(pool, names, status)
        told = {
            **_head(engine, subject, compared, field),
            "distributions": spread,
            "map": _map(engine, made, pool, shown, names, columns, options, subject.seed),
            "curves": curves(pool) if subject.ranked else None,
            "near": _near(pool, names, _minimum_distance(subject, embedding)),
            "gallery": _gallery(subject.picks),
            "runs": runs_of(engine, subject.facts.name, (subject.run or {}).get("run_id")),
            "made": made_by(engine),
        }
    return Report(told, pool, shown)


def shown_embedding(subject: Subject) -> EmbeddingFacts | None:
    """The embedding that the map, the curves and the pairs are made from.

    That is the first of samples that the config looks at, else the first that the dataset has; where objects are the
    samples, their own if they have any.
    """
    facts = subject.facts
    if facts.objects_of in facts.object_embeddings:
        return facts.object_embeddings[str(facts.objects_of)]
    for step in () if subject.plan is None else subject.plan.inputs:
        if step.vectors is not None and step.vectors.facts.task is None:
            return step.vectors.facts
    return next(iter(facts.embeddings.values()), None)


def _head(engine: Engine, subject: Subject, compared: Mapping[str, Any] | None, field: Field | None) -> dict[str, Any]:
    summary, run = subject.summary, subject.run or {}
    known = summary or {}
    return {
        "schema_version": SCHEMA_VERSION,
        "dataset": subject.facts.name,
        "tag": subject.tag,
        "kind": subject.kind,
        "objects_of": subject.facts.objects_of,
        "counts": {
            "samples": subject.facts.n_samples,
            "candidates": known.get("candidates"),
            "preselected": subject.earlier.num_rows,
            "selected": subject.picks.num_rows,
            "asked": known["asked"]["n_samples"] if known else None,
        },
        "run": {name: run.get(name) for name in ("run_id", "started_at", "finished_at", "version")},
        "seed": known.get("seed"),
        "config": known["asked"]["config"] if known else None,
        "plan": subject.plan_text,
        "no_plan": subject.no_plan,
        "stop": known.get("stop"),
        "notices": list(known.get("notices", ())),
        "objectives": told_objectives(known.get("objectives", ()), compared and compared["objectives"], field),
        "compared": None if compared is None else compared["sample"],
        "limits": list(known.get("limits", ())),
        "funnel": told_funnel(summary, subject.plan, engine),
    }


def _random_picks(engine: Engine, field: Field) -> pa.Table:
    """The ids of the random selection of a comparison, with their place in it as ``rank``; of sequences all frames."""
    places = from_numpy(np.arange(1, len(field.random) + 1))
    positions = from_numpy(field.loaded.places[field.random])
    with engine.bind({PICKS: pa.table({"position": positions, "rank": places})}):
        picked = engine.table(field.plan.statements["picked"])
    if field.plan.sequence_length is None:
        return picked
    with engine.bind({CHOSEN: picked.select(["sample_id", "rank"])}):
        frames = engine.table(field.plan.statements["frames"])
    return frames.set_column(frames.column_names.index("rank"), "rank", from_numpy(np.arange(1, frames.num_rows + 1)))


def _map(
    engine: Engine,
    made: exp.Table,
    pool: Pool,
    shown: np.ndarray[tuple[int], np.dtype[np.int64]],
    names: Sequence[str],
    columns: Sequence[Column],
    options: ReportOptions,
    seed: int,
) -> dict[str, Any] | None:
    """The map; None where there are no vectors."""
    if pool.matrix is None or not len(shown):
        return None
    points = told_points(engine, made, pool, shown, names, columns)
    picks = points["status"].count(SELECTED)
    assert pool.embedding is not None
    return {
        "embedding": pool.embedding.name,
        "task": pool.embedding.task,
        "width": pool.embedding.width,
        "maps": maps_of(pool.matrix[shown], options.projection, seed),
        "points": points,
        "selected": {"shown": picks, "of": pool.picks},
        "others": {"shown": len(shown) - picks, "of": pool.others},
    }


def _minimum_distance(subject: Subject, embedding: EmbeddingFacts | None) -> float | None:
    """The least distance between picks that the config asks for, by the embedding that is shown."""
    for step in () if subject.plan is None else subject.plan.objectives:
        bound: float | None = getattr(step.strategy, "stopping_condition_minimum_distance", None)
        if bound is not None and step.input.vectors is not None and step.input.vectors.facts == embedding:
            return bound
    return None


def _near(pool: Pool, names: Sequence[str], asked: float | None) -> dict[str, Any] | None:
    """The near pairs, with what their samples are called."""
    found = near_pairs(pool, asked)
    if found is None:
        return None
    ranks = pool.table.column("rank")
    for pair in found["pairs"]:
        own, other = pair["selected"], pair["left_out"]
        pair["rank"] = ranks[own].as_py()
        pair["selected"], pair["left_out"] = names[own], names[other]
    return found


def _gallery(picks: pa.Table) -> list[dict[str, Any]]:
    """The first picks."""
    first = picks.slice(0, GALLERY)
    terms = [dict(each or ()) for each in first.column("terms").to_pylist()]
    columns = {
        "name": names_of(first),
        "sample_id": [str(one) for one in first.column("sample_id").to_pylist()],
        "rank": first.column("rank").to_pylist(),
        "gain": first.column("gain").to_pylist(),
        "terms": terms,
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
