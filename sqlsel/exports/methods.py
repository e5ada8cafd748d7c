"""What a database does with its tags and datasets outside: write them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlsel.engines.interrupts import interruptible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlsel.engines.base import Engine
    from sqlsel.exports.exporting import ExportFormat
    from sqlsel.exports.options import Media, OnError, Progress
    from sqlsel.exports.report import ExportReport


class ExportMethods:
    """The part of ``Database`` that writes tags."""

    _engine: Engine

    def export(
        self,
        dataset: str,
        tag: str,
        format: ExportFormat,  # noqa: A002 - the name of the contract
        path: str | Path,
        *,
        exclude_preselected: bool = False,
        task: str | None = None,
        source: str | Path | None = None,
        annotations: str | Path | None = None,
        images: str | Path | None = None,
        media: Media | None = None,
        on_error: OnError | None = None,
        overwrite: bool = False,
        all_objects: bool = False,
        image_url: str | None = None,
        model_version: str | None = None,
        from_name: str | None = None,
        to_name: str | None = None,
        progress: Progress | None = None,
    ) -> ExportReport:
        """Write the samples of a tag: new ones by rank, then preselected ones.

        Args:
            dataset: The dataset.
            tag: One of its tags, or ``initial-tag`` for every sample.
            format: ``filenames`` (one a line); ``csv``, ``json``, ``jsonl`` or ``parquet`` with ``sample_id, file_name,
                rank, gain, terms, metadata``, the last with config, seed and version in its own metadata; ``coco`` or
                ``yolo``, a part of what the dataset was read from, every field as it was, or else made of its
                predictions; ``labelstudio``, tasks with predictions as pre-annotations, and ``labelstudio-config``, the
                labelling config for them; ``cvat``; ``images``, copies of the image files or links.
            path: The file, or for ``yolo`` and ``images`` the folder. A file that exists is replaced once everything is
                written.
            exclude_preselected: Whether samples that were picked before stay out.
            task: The task whose predictions or labels are written, where there are several.
            source: For ``coco`` and ``yolo``, the file that a part is taken of, where it is not the ingested one.
            annotations: Where ``source`` is a list of COCO detections, the file with the images and categories.
            images: The folder that file names are relative to, where it is not the ingested one.
            media: For ``images`` and ``yolo``, what becomes of the image files: ``copy`` (usual), ``symlink``,
                ``hardlink``, or ``none`` for labels alone.
            on_error: ``fail`` (usual) refuses to write where images lack what the format needs: a file, an entry in
                ``source``, a size, a prediction. ``skip`` writes the others, and the report says which are left out.
            overwrite: Whether a folder that an export made, and that holds nothing else, is replaced.
            all_objects: Of a tag on objects, whether annotations of all objects of its images are written, not of the
                chosen ones alone.
            image_url: For ``labelstudio``, what comes before the file names in the links to the images; by default
                ``/data/local-files/?d=``, where it serves local files.
            model_version: For ``labelstudio``, who predicted; by default the model that sqlsel ran, else the task.
            from_name: For ``labelstudio``, name of the control; by default ``label`` for boxes, ``choice`` for classes.
            to_name: For ``labelstudio``, name of the image there; by default ``image``.
            progress: Told of the image files that are done.

        Returns:
            How many samples were written (objects, where the format has a row for each), and notices.

        Raises:
            UsageError: If there is no such dataset, tag or format, an argument says nothing about it, images lack what
                it needs, or the target may not be written.
            SelectionError: If the tag holds nothing to write.
            SqlselError: If writing fails, as on a full disk; the target is then as it was.
        """
        from sqlsel.exports.exporting import export_tag
        from sqlsel.exports.options import ExportOptions

        options = ExportOptions(
            exclude_preselected=exclude_preselected,
            task=task,
            source=_path(source),
            annotations=_path(annotations),
            images=_path(images),
            media=media,
            on_error=on_error,
            overwrite=overwrite,
            all_objects=all_objects,
            image_url=image_url,
            model_version=model_version,
            from_name=from_name,
            to_name=to_name,
            progress=progress,
        )
        with interruptible(self._engine):
            return export_tag(self._engine, dataset, tag, format, path, options)

    def copy_to(self, folder: str | Path, *, datasets: Sequence[str] | None = None) -> int:
        """Copy datasets with their tags and runs into a folder of Parquet, which Spark selects from.

        ``sqlsel.connect(folder, spark=session)`` opens it. Readers see the whole copy or none of it.

        Args:
            folder: A local folder that does not exist yet, or is empty; move it to where the cluster reads.
            datasets: Only these datasets; by default all.

        Returns:
            The number of datasets.

        Raises:
            UsageError: If there is no such dataset, or something is in the folder.
        """
        from sqlsel.exports.folder import copy_to_folder

        with interruptible(self._engine):
            return copy_to_folder(self._engine, folder, datasets)


def _path(given: str | Path | None) -> Path | None:
    return None if given is None else Path(given)
