"""What a database tells of its selections: reports on tags."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlsel.engines.base import Engine
    from sqlsel.selection.outcome import Progress


class ReportMethods:
    """The part of ``Database`` that writes reports."""

    _engine: Engine

    def report(
        self,
        dataset: str,
        tag: str,
        path: str | Path,
        *,
        format: str | None = None,  # noqa: A002 - the name of the contract
        projection: str = "auto",
        thumbnails: int = 1_000,
        progress: Progress | None = None,
    ) -> Path:
        """Write a report on a tag: what was asked and reached beside all candidates and a random selection.

        What the run that made the tag recorded is told as it was. What it is compared with is computed now, by the same
        plan. A tag that no run made has no config and no objectives; ``datapool`` and ``initial-tag`` work too.

        Args:
            dataset: The dataset.
            tag: One of its tags.
            path: The file. One that exists is replaced once everything is written.
            format: ``html``, one page that works without a network, or ``json``, the same numbers without images; by
                default as the file is called.
            projection: The map of the embeddings: ``pca``, ``umap``, or ``auto`` for UMAP beside PCA where umap-learn
                is installed.
            thumbnails: The most images shown at the pointer; 0 leaves all images out.
            progress: Told of the stages.

        Returns:
            The path.

        Raises:
            UsageError: If there is no such dataset or tag, jinja2 or plotly is missing for a page, or the file may not
                be written.
            SqlselError: If writing fails, as on a full disk; the file is then as it was.
        """
        from sqlsel.report import options_of
        from sqlsel.reporting.recorded import report_tag

        options = options_of(path, format_name=format, projection=projection, thumbnails=thumbnails)
        report_tag(self._engine, dataset, tag, path, options, progress)
        return Path(path)
