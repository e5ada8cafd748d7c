"""What a database does with the objects of its datasets: their vectors from a file, and tiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.engines.interrupts import interruptible

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlsel.datasets.catalog import DatasetCatalog
    from sqlsel.datasets.writing import StoreReport
    from sqlsel.engines.base import Engine

    Progress = Callable[[str, int, int | None], None]


class ObjectMethods:
    """The part of ``Database`` that adds to objects."""

    _engine: Engine
    _catalog: DatasetCatalog

    def add_object_embeddings(
        self,
        source: object,
        *,
        dataset: str,
        task: str | None = None,
        id: str | None = None,  # noqa: A002 - the name of the contract
        file_name: str | None = None,
        embedding: str | None = None,
        normalize: bool = True,
        progress: Progress | None = None,
    ) -> StoreReport:
        """Add vectors to the objects of a task, so that inputs on embeddings can look at them.

        Each row has the file name or the id of an image, an ``object_index`` (the object's place among the image's
        predictions, from 0) and a vector. Vectors that objects of the same images have are replaced.

        Args:
            source: A file (parquet, csv, json, npz), an Arrow table or reader, a frame, or the name of a table.
            dataset: The dataset.
            task: Whose objects they are; may be left out where the source has a column ``task``.
            id: Column with the sample ids.
            file_name: Column with the file names.
            embedding: Column with the vectors, if it is not called ``embedding``.
            normalize: Whether vectors are brought to unit length.
            progress: Told of the stages.

        Raises:
            UsageError: If there is no such dataset, source, column or task.
            IngestError: If vectors cannot be used, or belong to no object.
        """
        from sqlsel.datasets.writing import store
        from sqlsel.sources import ReadOptions
        from sqlsel.sources.object_embedding import read_object_embedding

        facts = self._catalog.facts(dataset)
        options = ReadOptions(id=id, file_name=file_name, embedding=embedding, normalize=normalize)
        with interruptible(self._engine), read_object_embedding(source, self._engine, facts, task, options) as intake:
            return store(self._engine, dataset, intake, progress)

    def tile(
        self,
        dataset: str,
        *,
        task: str,
        rows: int,
        columns: int,
        overlap: float = 0.0,
        width: str = "lightly.width",
        height: str = "lightly.height",
        progress: Progress | None = None,
    ) -> StoreReport:
        """Lay a grid of tiles over each image of a dataset, and store them as the objects of a task.

        Tiles are counted from left to right and from top to bottom; the category of the first is ``r1c1``. Their
        embeddings are computed by ``embed(task=…)`` or come from a file. Doing it again changes nothing.

        Args:
            dataset: The dataset.
            task: Name of the task.
            rows: Number of tiles from top to bottom.
            columns: Number of tiles from left to right.
            overlap: Which part of a tile the next one overlaps, from 0 to below 1.
            width: Metadata key with the width of the images in pixels.
            height: Metadata key with their height.
            progress: Told of the stages.

        Raises:
            UsageError: If the grid is none, the task holds something else, or there is no such key.
            IngestError: If images have no size.
        """
        from sqlsel.config.tiling import Tiling
        from sqlsel.datasets.tiling import check_grid, tiles_of
        from sqlsel.datasets.writing import store

        tiling = Tiling(rows, columns, float(overlap))
        check_grid(task, tiling)
        facts = self._catalog.facts(dataset)
        with interruptible(self._engine):
            return store(self._engine, dataset, tiles_of(self._engine, facts, task, tiling, (width, height)), progress)
