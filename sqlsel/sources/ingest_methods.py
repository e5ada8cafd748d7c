"""What a database does with sources: add them to a dataset, or more embeddings to its samples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlsel.engines.interrupts import interruptible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlsel.datasets.catalog import DatasetCatalog
    from sqlsel.datasets.writing import StoreReport
    from sqlsel.engines.base import Engine
    from sqlsel.sources.options import OnError

    Progress = Callable[[str, int, int | None], None]


class IngestMethods:
    """The part of ``Database`` that reads sources."""

    _engine: Engine
    _catalog: DatasetCatalog
    _failed: bool = False

    def ingest(
        self,
        source: object,
        *,
        dataset: str,
        id: str | None = None,  # noqa: A002 - the name of the contract
        file_name: str | None = None,
        embedding: str | Mapping[str, str] | None = None,
        normalize: bool = True,
        predictions: Mapping[str, str] | None = None,
        scores: Mapping[tuple[str, str], str] | None = None,
        classes: Mapping[str, Sequence[str]] | None = None,
        embeddings: str | Path | None = None,
        task: str | None = None,
        images: str | Path | None = None,
        annotations: str | Path | None = None,
        split: str | None = None,
        on_error: OnError = "fail",
        measure: bool = True,
        keep_duplicates: bool = False,
        copy: bool = True,
        progress: Progress | None = None,
    ) -> StoreReport:
        """Add a source to a dataset, or update it; all of it or, when anything fails, nothing.

        Args:
            source: A folder (Lightly datasource, images, or labels of YOLO, Pascal VOC or COCO), a file of COCO or YOLO
                labels, a file (parquet, csv, json, jsonl, npy), an Arrow table or reader, a pandas or polars frame, a
                DuckDB relation, or the name of a table of the database.
            dataset: Name of the dataset; it is made if there is none.
            id: Column with the sample ids. Without one the file name is the id, and without that the row number.
            file_name: Column with the file names.
            embedding: Column with the vectors; or by name of the embedding, the columns of several.
            normalize: Whether vectors are brought to unit length.
            predictions: By task, the column with its predictions.
            scores: By task and score name, the column with the numbers.
            classes: By task, the class names in the order of its probabilities.
            embeddings: A file with the vectors, where they are not in the source.
            task: The task that labels of COCO, YOLO or Pascal VOC become; ``objects`` by default.
            images: The folder that the file names of a table or frame are relative to, or of the images that COCO or
                Pascal VOC labels are about, where it is not beside them.
            annotations: For a list of COCO detections, the file with the images and categories.
            split: The only part of a YOLO dataset that is read: ``train``, ``val`` or ``test``; all by default.
            on_error: ``fail`` refuses a source with something in it that cannot be used; ``skip`` stores the rest, and
                the notices say what was left out.
            measure: Whether images are measured (sharpness, size and more) where Pillow is installed.
            keep_duplicates: Whether measured images stay that have the very same bytes as another; one of them does.
            copy: Whether the rows are copied into the dataset. With False a new dataset becomes views over a table or
                view of this database, or over Parquet files: nothing is stored twice, and what changes there changes
                in the dataset. Rows are checked now; those that come later are not. Tags and selections are its own.
            progress: Told of the stages.

        Returns:
            How many samples were added and updated, and what was left out.

        Raises:
            UsageError: If the dataset may not be called so, or a column that is named does not exist.
            IngestError: If the source is refused, with the places.
            DatabaseError: If the database cannot be written.
        """
        from sqlsel.datasets.writing import store
        from sqlsel.sources import ReadOptions, read
        from sqlsel.sources.options import vector_columns

        options = ReadOptions(
            id=id,
            file_name=file_name,
            **vector_columns(embedding),
            normalize=normalize,
            predictions=dict(predictions or {}),
            scores=dict(scores or {}),
            classes={task: tuple(names) for task, names in (classes or {}).items()},
            embeddings_file=_path(embeddings),
            task=task,
            images=_path(images),
            annotations=_path(annotations),
            split=split,
            on_error=on_error,
            measure=measure,
            keep_duplicates=keep_duplicates,
            copy=copy,
            dataset=dataset,
            progress=progress,
        )
        try:
            with interruptible(self._engine), read(source, self._engine, options=options) as intake:
                return store(self._engine, dataset, intake, progress, copy=copy)
        except BaseException:
            self._failed = True
            raise

    def add_embedding(
        self,
        source: object,
        *,
        dataset: str,
        name: str,
        id: str | None = None,  # noqa: A002 - the name of the contract
        file_name: str | None = None,
        embedding: str | None = None,
        normalize: bool = True,
        progress: Progress | None = None,
    ) -> StoreReport:
        """Add vectors to samples of a dataset under a name of their own, beside the embeddings that it has.

        Rows belong to the sample whose file name they have, or where there are none, or ``id`` is given, whose id.
        Vectors that the samples have under that name are replaced.

        Args:
            source: A file (parquet, csv, json, npy with a names file beside it), an Arrow table or reader, a frame, or
                the name of a table.
            dataset: The dataset.
            name: Name of the embedding, such as that of the model; inputs of a config name it.
            id: Column with the sample ids.
            file_name: Column with the file names.
            embedding: Column with the vectors, if it is not called ``embedding``.
            normalize: Whether vectors are brought to unit length.
            progress: Told of the stages.

        Raises:
            UsageError: If there is no such dataset, source or column, or an embedding cannot be called so.
            IngestError: If vectors cannot be used, or belong to no sample.
        """
        from sqlsel.datasets.writing import store
        from sqlsel.sources import ReadOptions
        from sqlsel.sources.embedding import read_embedding

        facts = self._catalog.facts(dataset)
        options = ReadOptions(id=id, file_name=file_name, embedding=embedding, normalize=normalize)
        with interruptible(self._engine), read_embedding(source, self._engine, facts, name, options) as intake:
            return store(self._engine, dataset, intake, progress)

    def link(
        self,
        dataset: str,
        *,
        samples: str,
        embeddings: str | Mapping[str, str] | None = None,
        object_embeddings: Mapping[str, str] | None = None,
        predictions: str | None = None,
        scores: str | None = None,
        categories: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Make a dataset of tables that there are on Spark, in the shape that a dataset's tables have.

        Nothing is copied, and what changes in them changes in the dataset; tags and selections are kept in the
        database's folder. A table is named as Spark names it (``catalog.schema.table``), a folder of Parquet by its
        path (``s3a://lake/digits/samples``). Temporary views are their session's own and cannot be linked.

        Args:
            dataset: Name of the new dataset.
            samples: ``sample_id, file_name`` and, with whatever fields, a struct ``metadata``.
            embeddings: ``sample_id, embedding ARRAY<FLOAT>``; several by their names.
            object_embeddings: By task, ``sample_id, object_index, embedding ARRAY<FLOAT>``.
            predictions: ``sample_id, task, object_index, category, score, probabilities, bbox, area,
                keypoint_confidence``, a row an object, or a class of the whole image.
            scores: ``sample_id, task, score, value``.
            categories: By task, its classes in the order of the probabilities; needed where there are any.

        Raises:
            UsageError: If the dataset exists or cannot be called so, or this is no database on Spark.
            IngestError: If a table lacks a column, ids repeat, or vectors differ in length.
            EngineError: If Spark does not know a table.

        Cost: a pass over each table.
        """
        from sqlsel.datasets.linking import link_tables, linked_tables

        tables = linked_tables(samples, embeddings, object_embeddings or {}, predictions, scores, categories or {})
        link_tables(self._engine, dataset, tables)


def _path(given: str | Path | None) -> Path | None:
    return None if given is None else Path(given)
