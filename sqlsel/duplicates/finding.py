"""Near-duplicates of a dataset: the groups of samples within a distance, and which of each can stand for the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel import kernels
from sqlsel.arrow import from_numpy
from sqlsel.duplicates.methods import DISTANCE
from sqlsel.engines.interrupts import interruptible
from sqlsel.errors import UsageError
from sqlsel.plan.statements import PICKS
from sqlsel.selecting import Asked, planned, session_for
from sqlsel.selection.by_kernels import load
from sqlsel.selection.funnel import read_funnel
from sqlsel.selection.reading import Matrix
from sqlsel.selection.runner import silent
from sqlsel.words import show

if TYPE_CHECKING:
    import pyarrow as pa

    from sqlsel.engines.base import Engine


def near_duplicates(
    engine: Engine,
    dataset: str,
    distance: float = DISTANCE,
    *,
    embedding: str | None = None,
    seed: int | None = 0,
    where: str | None = None,
) -> pa.Table:
    """Samples that have another within a Euclidean distance.

    Two samples are of a group where a chain of such distances links them. Of each group some are kept: in the order
    that the seed gives, one is kept unless it is within the distance of one kept before, and then it repeats the
    nearest of these. So no two kept samples are within the distance, and every other sample is within it of one.

    Args:
        engine: The database.
        dataset: The dataset; samples without a vector are left out.
        distance: The most that near-duplicates are apart; 0 finds copies.
        embedding: Name of the embedding, where there are several.
        seed: Gives the order in which samples are kept; None takes the lowest id first.
        where: A condition in SQL over the sample's columns.

    Returns:
        ``sample_id``, ``file_name``, ``group_id`` (from 1, the largest group first), ``group_size``, ``duplicate_of``
        (the id of the kept sample that it repeats, NULL for the kept ones) and ``distance`` to that. Group by group,
        in each in the order of the seed. The answer is exact.

    Raises:
        UsageError: If there is no such dataset or embedding, or the distance is negative.
        SelectionError: If no sample is left to compare.
    """
    if not (isinstance(distance, int | float) and 0 <= distance < np.inf):
        raise UsageError(f"distance {show(distance)}: this must be a number of at least 0")
    source = {"type": "EMBEDDINGS"} if embedding is None else {"type": "EMBEDDINGS", "embedding": embedding}
    # the plan of any selection that looks at the vectors reads what is compared here
    config = {"n_samples": 1, "strategies": [{"input": source, "strategy": {"type": "DIVERSITY"}}]}
    asked = Asked(config, dataset, seed=seed, where=where, in_tie_order=True)
    with interruptible(engine), planned(engine, asked) as (plan, named, _), session_for(engine, named, plan) as session:
        loaded = load(plan, session, silent)
        read_funnel(plan, session)
        (vectors,) = loaded.vectors.values()
        assert isinstance(vectors, Matrix)
        found = kernels.near_duplicates(vectors.rows, float(distance))
        ranks = np.arange(1, len(found.rows) + 1)
        with session.bind({PICKS: _table({"position": found.rows, "rank": ranks})}):
            samples = session.table(plan.statements["picked"])
    return _told(samples, found)


def _told(samples: pa.Table, found: kernels.NearDuplicates) -> pa.Table:
    import pyarrow as pa

    place = {int(row): number for number, row in enumerate(found.rows)}
    originals = pa.array([place.get(int(row)) for row in found.originals], pa.int64())
    ids = samples.column("sample_id").combine_chunks()
    return pa.table(
        {
            "sample_id": ids,
            "file_name": samples.column("file_name"),
            "group_id": from_numpy(found.groups + 1),
            "group_size": from_numpy(np.bincount(found.groups)[found.groups] if len(found.groups) else found.groups),
            "duplicate_of": ids.take(originals),
            "distance": from_numpy(found.distances, ~np.isnan(found.distances)),
        }
    )


def _table(columns: dict[str, Any]) -> pa.Table:
    import pyarrow as pa

    return pa.table({name: from_numpy(values) for name, values in columns.items()})
