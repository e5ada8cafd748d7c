"""The curve of a tag, or of what a config would choose."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sqlsel import nodes as sql
from sqlsel.arrow import valid
from sqlsel.config import EmbeddingsInput, looked_at, read_config
from sqlsel.datasets.tags import check_tag
from sqlsel.errors import UsageError
from sqlsel.measuring.curve import Curve, CurvePoint
from sqlsel.measuring.field import measured_by, read_of
from sqlsel.measuring.members import Yardstick, members_query, yardstick_of
from sqlsel.plan import make_plan
from sqlsel.plan.ids import ascending_ids, id_columns
from sqlsel.queries import Lookup
from sqlsel.selecting import planned, session_for
from sqlsel.selection.comparison import by_kernels
from sqlsel.selection.coverage import coverage_curve, nearest_before
from sqlsel.selection.drawing import random_rows, sampled
from sqlsel.selection.looking import load_to_look, positions_of
from sqlsel.selection.ranked import ids_of
from sqlsel.selection.reading import Matrix
from sqlsel.selection.runner import run_plan
from sqlsel.starter.plain import embeddings_config
from sqlsel.words import quoted

if TYPE_CHECKING:
    from sqlsel.config import Config
    from sqlsel.engines.base import Engine
    from sqlsel.facts import DatasetFacts
    from sqlsel.measuring.field import Rows
    from sqlsel.plan.model import Plan
    from sqlsel.selecting import Asked
    from sqlsel.selection.objectives import Loaded
    from sqlsel.selection.outcome import Progress


def curve_of_tag(
    engine: Engine, dataset: str, tag: str, embedding: str | None, *, exact: bool, progress: Progress
) -> Curve:
    """The curve of the samples of a tag in the order of their ranks, among the candidates of the run that made it.

    Raises:
        UsageError: If there is no such dataset, tag or embedding, or the tag has no ranks.
    """
    check_tag(engine, dataset, tag)
    whole = Lookup(engine).facts(dataset)
    made = yardstick_of(engine, whole, tag) or Yardstick(embeddings_config(whole, embedding))
    config, facts = read_of(engine, dataset, made.config)
    looking = looking_at(config, facts, embedding)
    order = [sql.ascending(sql.column("rank")), *ascending_ids(facts)]
    members = engine.table(members_query(engine, facts, tag).order_by(*order))
    ranked = valid(members.column("rank").combine_chunks())
    if not ranked.any():
        raise UsageError(
            f"tag {tag!r} of dataset {dataset!r} has no order: nothing in it was ranked",
            hint="name a tag that a selection made, or a config",
        )
    with measured_by(
        engine, dataset, replace(made, config=looking.to_dict()), [tag], exact=exact, progress=progress
    ) as field:
        rows = field.rows(members.select([column.name for column in id_columns(facts)]))
        picked, before = rows[ranked], rows[~ranked]
        return _measure(field.plan, field.loaded, embedding, tag, before, picked, exact=exact, progress=progress)


def curve_of_config(
    engine: Engine, asked: Asked, embedding: str | None, n: int | None, *, exact: bool, progress: Progress
) -> Curve:
    """The curve of what a config would choose; nothing is stored.

    Raises:
        ConfigError: If the config is wrong, with every problem.
        UsageError: If something that is named does not exist.
        SelectionError: If nothing is left to choose from.
    """
    if n is not None:
        config, _ = read_config(asked.config, catalog=Lookup(engine), dataset=asked.dataset)
        asked = replace(asked, config=_of_size(config, n).to_dict())
    with planned(engine, asked) as (plan, named, _):
        single = plan.config.model_copy(update={"selected_sequence_length": None})
        looking = looking_at(single, plan.facts, embedding)
        measured = by_kernels(make_plan(looking, plan.facts, Lookup(engine), plan.request))
        with session_for(engine, named, plan) as session:
            chosen = ids_of(run_plan(plan, session, progress).ranked)
        with session_for(engine, named, measured) as session:
            n = chosen.num_rows
            loaded = load_to_look(measured, session, progress, picks=chosen, n=n, exact=exact, bars=False)
            picked = loaded.rows_at(positions_of(measured, session, chosen))
        before = np.flatnonzero(loaded.preselected)
        return _measure(measured, loaded, embedding, None, before, picked, exact=exact, progress=progress)


def _of_size(config: Config, n: int) -> Config:
    return config.model_copy(update={"n_samples": n, "proportion_samples": None})


def looking_at(config: Config, facts: DatasetFacts, embedding: str | None) -> Config:
    """The config, with embeddings among what it looks at: the named ones, or any of what it chooses among.

    Raises:
        UsageError: If the dataset has no such embedding, or several and none is named.
    """
    for objective in config.strategies:
        found = looked_at(objective.input, facts) if isinstance(objective.input, EmbeddingsInput) else None
        if found is not None and found.task in (None, facts.objects_of) and embedding in (None, found.name):
            return config
    if embedding is None and len(facts.embeddings) > 1:
        raise UsageError(
            f"dataset {facts.name!r} has several embeddings: {quoted(facts.embeddings)}",
            hint="say which distances are measured by: embedding=… (--embedding)",
        )
    added, _ = read_config(embeddings_config(facts, embedding))
    return config.model_copy(update={"strategies": (*config.strategies, *added.strategies)})


def _measure(
    plan: Plan,
    loaded: Loaded,
    embedding: str | None,
    tag: str | None,
    before: Rows,
    picked: Rows,
    *,
    exact: bool,
    progress: Progress,
) -> Curve:
    name, matrix = _matrix(plan, loaded, embedding)
    progress("measure the curve", 0, None)
    seed = plan.request.seed or 0
    # a tag may hold samples that have no vector
    before, picked = before[matrix.present[before]], picked[matrix.present[picked]]
    candidates = matrix.present.copy()
    candidates[before] = False
    random = random_rows(candidates, loaded.places, seed, len(picked))
    pool = candidates if exact else sampled(candidates, loaded.places, seed)
    looked = np.flatnonzero(pool)
    chosen, others = (coverage_curve(matrix.rows, looked, before, rows) for rows in (picked, random))
    smallest = np.minimum.accumulate(nearest_before(matrix.rows, before, picked))
    points = tuple(
        CurvePoint(n, _finite(smallest[n - 1]), *values)
        for n, *values in zip(
            chosen["n"], chosen["mean"], chosen["largest"], others["mean"], others["largest"], strict=True
        )
    )
    return Curve(plan.facts.name, tag, name, len(looked), int(candidates.sum()) + loaded.left_out, points)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _matrix(plan: Plan, loaded: Loaded, embedding: str | None) -> tuple[str, Matrix]:
    """The vectors that distances are measured by, and what they are called."""
    for step in plan.inputs:
        matrix = loaded.vectors.get(step.column)
        if step.vectors is not None and isinstance(matrix, Matrix) and embedding in (None, step.vectors.facts.name):
            return step.vectors.facts.name, matrix
    raise AssertionError("the config looks at embeddings")
