"""What a database does with names: tags on samples, other databases, Lightly's ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.datasets.tags import tag_counts
from sqlsel.engines.interrupts import interruptible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlsel.datasets.catalog import DatasetCatalog
    from sqlsel.datasets.tags import TagFacts
    from sqlsel.engines.base import Engine


class NameMethods:
    """The part of ``Database`` that looks after names."""

    _engine: Engine
    _catalog: DatasetCatalog

    def tags(self, dataset: str) -> list[TagFacts]:
        """The tags of a dataset with their counts, by name."""
        self._catalog.check_dataset(dataset)
        return list(tag_counts(self._engine, dataset))

    def combine_tags(
        self, dataset: str, operation: str, tags: Sequence[str], *, tag: str, overwrite: bool = False
    ) -> TagFacts:
        """Put a tag on the samples that a combination of tags has.

        Args:
            dataset: The dataset.
            operation: ``UNION`` (in any tag), ``INTERSECTION`` (in every tag) or ``DIFFERENCE`` (in the first and in
                none of the others), in any case.
            tags: At least two tags; ``initial-tag`` has every sample, ``datapool`` those of all selections with a tag.
            tag: Name of the tag to make.
            overwrite: Whether a tag of that name is replaced; one that a selection made never is.

        Returns:
            The new tag, counted. Its samples are ranked by the first of the tags that has them, in it by rank.

        Raises:
            UsageError: If the dataset, the operation or a tag does not exist, or the new name may not be used.
            SelectionError: If there is no such sample.
        """
        from sqlsel.datasets.combining import combine

        self._catalog.check_dataset(dataset)
        with interruptible(self._engine):
            return combine(self._engine, dataset, operation, tags, tag, overwrite=overwrite)

    def tag_files(self, dataset: str, file_names: Sequence[str], *, tag: str, overwrite: bool = False) -> TagFacts:
        """Put a tag on the samples with these file names, ranked in this order.

        Args:
            dataset: The dataset.
            file_names: File names of it.
            tag: Name of the tag to make.
            overwrite: Whether a tag of that name is replaced; one that a selection made never is.

        Raises:
            UsageError: If the dataset or a file name does not exist, or the new name may not be used.
        """
        from sqlsel.datasets.combining import tag_samples
        from sqlsel.datasets.file_names import named_samples

        self._catalog.check_dataset(dataset)
        with interruptible(self._engine), named_samples(self._engine, dataset, file_names) as ids:
            return tag_samples(self._engine, dataset, tag, ids, overwrite=overwrite)

    def remove_tag(self, dataset: str, tag: str) -> None:
        """Take a tag off its samples; the record of the run that made it stays.

        Raises:
            UsageError: If there is no such dataset or tag, or every dataset has it.
        """
        from sqlsel.datasets.combining import remove_tag

        self._catalog.check_dataset(dataset)
        remove_tag(self._engine, dataset, tag)

    def attach(self, path: str | Path, name: str | None = None) -> str:
        """Make the datasets of another database file readable as long as this one is open.

        A config names them ``NAME.dataset`` where it looks for queries.

        Args:
            path: The file.
            name: Its name here; by default that of the file, without its ending.

        Returns:
            The name.

        Raises:
            UsageError: If there is no such file, or the name is taken.
            DatabaseError: If it is no database.
        """
        from sqlsel.attaching import attach

        return attach(self._engine, path, name)

    def record_lightly_id(self, dataset: str, lightly_id: str) -> None:
        """Record the id that Lightly gave a dataset, so that configs with that id find it.

        Args:
            dataset: A dataset of this database.
            lightly_id: 24 hex digits.

        Raises:
            UsageError: If there is no such dataset, it is no such id, or another dataset has it.
        """
        from sqlsel.datasets.lightly_ids import record_lightly_id

        self._catalog.check_dataset(dataset)
        record_lightly_id(self._engine, dataset, lightly_id)
