"""What a database does to tell what tags are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlsel.engines.interrupts import interruptible
from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlsel.datasets.catalog import DatasetCatalog
    from sqlsel.engines.base import Engine
    from sqlsel.measuring.comparison import Comparison
    from sqlsel.measuring.curve import Curve
    from sqlsel.plan.model import Missing
    from sqlsel.selecting import ConfigSource
    from sqlsel.selection.outcome import Progress


class MeasuringMethods:
    """The part of ``Database`` that measures tags."""

    _engine: Engine
    _catalog: DatasetCatalog

    def compare(
        self,
        tag_a: str,
        tag_b: str,
        *,
        dataset: str,
        config: ConfigSource | None = None,
        exclude_preselected: bool = False,
        exact: bool = False,
        progress: Progress | None = None,
    ) -> Comparison:
        """Two tags beside each other: what they share, and what both reach of each objective of either.

        Every objective is measured on both tags, over the samples that its run chose among (those that pass the
        thresholds of its config and meet its ``where``, ``candidates`` and ``since``) and those of both tags: the
        smallest distance, means, the distance of mixes from their targets (summed over the classes) and the share of
        each class; and of each embedding the mean and the largest distance of all these samples to the nearest one of
        the tag. A tag is measured whole, with what was preselected.

        Args:
            tag_a: One tag; ``initial-tag`` and ``datapool`` will do as well.
            tag_b: The other.
            dataset: The dataset of both.
            config: Measure by the objectives of this config instead of those that the tags were selected by. Tags that
                no selection made are measured by the embeddings of the dataset.
            exclude_preselected: Look at what each selection picked alone.
            exact: Measure distances to all samples, not to a seeded sample of 50,000, and in tags of more than 50,000.
            progress: Told of the stages.

        Raises:
            UsageError: If there is no such dataset or tag.
            ConfigError: If a config does not fit the dataset (any more), with every problem.

        Cost: what the objectives look at is read once for each config; a matrix product of samples and tags.
        """
        from sqlsel.measuring.comparing import compare_tags
        from sqlsel.selection.runner import silent

        with interruptible(self._engine):
            return compare_tags(
                self._engine,
                dataset,
                (tag_a, tag_b),
                config,
                exclude_preselected=exclude_preselected,
                exact=exact,
                progress=progress or silent,
            )

    def curve(
        self,
        config: ConfigSource | None = None,
        *,
        dataset: str,
        tag: str | None = None,
        n: int | None = None,
        embedding: str | None = None,
        preselected: str | Sequence[Any] | None = None,
        seed: int | None = 0,
        missing: Missing = "omit",
        where: str | None = None,
        candidates: str | Sequence[Any] | None = None,
        since: str | datetime | None = None,
        exact: bool = False,
        progress: Progress | None = None,
    ) -> Curve:
        """Distance and coverage against the number of samples, to choose how many.

        Of a tag in the order of its ranks, or of what a config would choose; nothing is stored.

        Args:
            config: The config; or
            dataset: The dataset.
            tag: the tag.
            n: How many samples the config may choose, instead of what it says.
            embedding: The embedding that distances are measured by; by default the first that the config looks at.
            preselected: As for ``select``, and so are the following.
            seed: Breaks ties.
            missing: What becomes of samples that lack an input.
            where: A condition that candidates have to meet.
            candidates: The only samples that may be chosen.
            since: Only samples that were added after this moment may be chosen.
            exact: Measure distances to all candidates, not to a seeded sample of 50,000.
            progress: Told of the stages.

        Raises:
            UsageError: If neither or both of config and tag are given, or something that is named does not exist.
            ConfigError: If the config is wrong, with every problem.
            SelectionError: If nothing is left to choose from.
        """
        from sqlsel.measuring.growing import curve_of_config, curve_of_tag
        from sqlsel.selecting import Asked
        from sqlsel.selection.runner import silent

        if (config is None) == (tag is None):
            given = "neither a config nor a tag" if config is None else "both a config and a tag"
            raise UsageError(f"curve of {given}", hint="name one of them: a config that would choose, or a tag")
        if n is not None and n < 1:
            raise UsageError(f"n must be at least 1, not {n}", hint="say how many samples the curve goes up to")
        tell = progress or silent
        with interruptible(self._engine):
            if config is None:
                assert tag is not None
                return curve_of_tag(self._engine, dataset, tag, embedding, exact=exact, progress=tell)
            asked = Asked(config, dataset, preselected, seed, missing, where, candidates, since)
            return curve_of_config(self._engine, asked, embedding, n, exact=exact, progress=tell)
