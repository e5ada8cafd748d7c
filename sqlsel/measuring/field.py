"""What a config looks at, read for a whole dataset, so that any of its samples can be measured by it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from sqlsel.config import objects_as_samples, read_config
from sqlsel.errors import SelectionError, UsageError
from sqlsel.measuring.members import members_query
from sqlsel.narrowing import narrow
from sqlsel.plan import Preselected, Request, make_plan
from sqlsel.plan.candidates import PRESELECTED_IDS
from sqlsel.plan.ids import id_columns
from sqlsel.queries import Lookup, bound_queries
from sqlsel.selection.comparison import by_kernels
from sqlsel.selection.drawing import sampled
from sqlsel.selection.looking import load_to_look, positions_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt
    import pyarrow as pa

    from sqlsel.config import Config
    from sqlsel.engines.base import Engine
    from sqlsel.facts import DatasetFacts
    from sqlsel.measuring.members import Yardstick
    from sqlsel.plan.model import Plan
    from sqlsel.selecting import ConfigSource
    from sqlsel.selection.objectives import Loaded
    from sqlsel.selection.outcome import Progress

    Bools = npt.NDArray[np.bool_]
    Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Over:
    """Which samples something was measured over.

    Attributes:
        samples: How many are in play.
        conditions: What they had to be beside the config, as the run was asked; empty where they might be anything.
        unknown: Why they are not those that the run chose among; None where they are.
    """

    samples: int
    conditions: str = ""
    unknown: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """The samples in play by a config: those that pass its thresholds and have its inputs, and those of some tags.

    Attributes:
        plan: The plan; nothing of it is run.
        loaded: What its objectives look at, of every sample in play. Nothing counts as chosen before.
        pool: ``(N,)`` the samples that others are measured against: all in play, or a seeded sample of 50,000.
        engine: The session that holds the rows.
        over: Which samples are in play.
    """

    plan: Plan
    loaded: Loaded
    pool: Bools
    engine: Engine
    over: Over

    def rows(self, ids: pa.Table) -> Rows:
        """The rows of samples, by their ids and in the order of these."""
        return self.loaded.rows_at(positions_of(self.plan, self.engine, ids))


def read_of(engine: Engine, dataset: str, source: ConfigSource) -> tuple[Config, DatasetFacts]:
    """A config that fits a dataset, and what it holds: samples, or the objects that the config chooses among.

    A tag holds frames, whether they were chosen in sequences or not, so the config speaks of single ones.
    """
    catalog = Lookup(engine)
    facts = catalog.facts(dataset)
    config, _ = read_config(source, catalog=catalog, dataset=dataset)
    if (task := config.select_objects_of) is not None:
        facts = objects_as_samples(facts, task, catalog.count_objects(dataset, task))
    return config.model_copy(update={"selected_sequence_length": None}), facts


@contextmanager
def measured_by(
    engine: Engine, dataset: str, yardstick: Yardstick, tags: Sequence[str], *, exact: bool, progress: Progress
) -> Iterator[Field]:
    """What a config looks at, with the samples of some tags in play whatever they lack.

    Args:
        engine: The session; everything happens on a cursor of it.
        dataset: The dataset.
        yardstick: The config, and what else candidates had to be.
        tags: The tags.
        exact: Measure against all samples in play, not against a sample of 50,000.
        progress: Told of the stages.

    Raises:
        ConfigError: If the config does not fit the dataset, with every problem.
    """
    config, facts = read_of(engine, dataset, yardstick.config)
    ids = engine.table(_any_of(engine, facts, tags))
    plan, conditions, unknown = _planned(engine, config, facts, yardstick, Preselected(count=ids.num_rows))
    session = engine.cursor()
    try:
        with session.bind({PRESELECTED_IDS: ids}), bound_queries(session, plan):
            n = ids.num_rows
            loaded = load_to_look(plan, session, progress, picks=None, n=n, exact=exact, bars=False)
            loaded = replace(loaded, preselected=np.zeros_like(loaded.preselected))
            everything = np.ones_like(loaded.preselected)
            pool = everything if exact else sampled(everything, loaded.places, plan.request.seed or 0)
            in_play = len(everything) + loaded.left_out
            yield Field(plan, loaded, pool, session, Over(in_play, conditions, unknown))
    finally:
        session.close()


def _planned(
    engine: Engine, config: Config, facts: DatasetFacts, yardstick: Yardstick, members: Preselected
) -> tuple[Plan, str, str | None]:
    """The plan over the candidates of the run; over all samples, and why, where these are not to be found again."""
    unknown = None
    if yardstick.given_candidates is not None:
        unknown = f"it chose among {yardstick.given_candidates:,} given ids, which are not recorded"
    else:
        try:
            narrowed = narrow(engine, facts, yardstick.candidates, yardstick.since)
            request = Request(preselected=members, where=yardstick.where, among=narrowed.among, since=narrowed.since)
            return by_kernels(make_plan(config, facts, Lookup(engine), request)), yardstick.conditions, None
        except (UsageError, SelectionError) as failure:
            unknown = failure.message
    plan = make_plan(config, facts, Lookup(engine), Request(preselected=members))
    return by_kernels(plan), "", unknown


def _any_of(engine: Engine, facts: DatasetFacts, tags: Sequence[str]) -> exp.Query:
    queries = [exp.select(*id_columns(facts)).from_(members_query(engine, facts, tag).subquery("m")) for tag in tags]
    found: exp.Query = queries[0]
    for query in queries[1:]:
        found = exp.union(found, query, distinct=True)
    return found
