"""What a database does with near-duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from sqlsel.engines.base import Engine

DISTANCE = 0.1
"""What counts as near where nothing is said: of vectors of length 1, a cosine of 0.995."""


class DuplicateMethods:
    """The part of ``Database`` that finds near-duplicates."""

    _engine: Engine

    def near_duplicates(
        self,
        dataset: str,
        distance: float = DISTANCE,
        *,
        embedding: str | None = None,
        seed: int | None = 0,
        where: str | None = None,
    ) -> pa.Table:
        """Groups of samples that are within a Euclidean distance of each other; exact, and nothing is written.

        Args:
            dataset: The dataset; samples without a vector are left out.
            distance: The most that near-duplicates are apart; of vectors of length 1, 0.1 is a cosine of 0.995. 0
                finds copies.
            embedding: Name of the embedding, where there are several.
            seed: Gives the order in which samples are kept; None takes the lowest id first.
            where: A condition in SQL over the sample's columns.

        Returns:
            ``sample_id``, ``file_name``, ``group_id`` (from 1, the largest group first), ``group_size``,
            ``duplicate_of`` (the id of the kept sample that it repeats, NULL for the kept ones) and ``distance`` to
            that. No two kept samples are within the distance, and every other one is within it of a kept one.

        Raises:
            UsageError: If there is no such dataset or embedding, or the distance is negative.
            SelectionError: If no sample is left to compare.
        """
        from sqlsel.duplicates.finding import near_duplicates

        return near_duplicates(self._engine, dataset, distance, embedding=embedding, seed=seed, where=where)
