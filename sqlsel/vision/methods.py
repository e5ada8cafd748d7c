"""What a database does with the images of its datasets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlsel.engines.interrupts import interruptible
from sqlsel.errors import UsageError
from sqlsel.facts import DEFAULT_EMBEDDING
from sqlsel.vision.asked import CONFIDENCE, IOU, PRETAGGING, check_share, wishes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlsel.datasets.catalog import DatasetCatalog
    from sqlsel.engines.base import Engine
    from sqlsel.vision.embedding import EmbedReport
    from sqlsel.vision.feeding import Fit, Layout
    from sqlsel.vision.pretagging import PretagReport

    Progress = Callable[[str, int, int | None], None]
    Size = int | tuple[int, int]
    Numbers = float | Sequence[float]


class ImageMethods:
    """The part of ``Database`` that looks at images."""

    _engine: Engine
    _catalog: DatasetCatalog

    def embed(
        self,
        dataset: str,
        *,
        model: str | Path | None = None,
        name: str = DEFAULT_EMBEDDING,
        task: str | None = None,
        images: str | Path | None = None,
        batch: int | None = None,
        size: Size | None = None,
        layout: Layout | None = None,
        mean: Numbers | None = None,
        std: Numbers | None = None,
        fit: Fit | None = None,
        output: str | None = None,
        overwrite: bool = False,
        progress: Progress | None = None,
    ) -> EmbedReport:
        """Compute the vectors of a dataset's images, or of the objects in them; those that are there stay.

        What is computed is stored on the way, so that a run that was ended is gone on with by the next one. Images that
        cannot be read are left out and told of. Vectors are brought to unit length.

        Args:
            dataset: The dataset.
            model: File of an ONNX model from an image to a vector. Without one, a built-in description of layout,
                edges, colours and texture by its 64 principal axes, see ``sqlsel.vision.descriptor``.
            name: Name of the embedding.
            task: Compute the vectors of the objects of this task instead, cut out of the images by their boxes.
            images: The folder that the file names are relative to. By default where the images were ingested from.
            batch: Number of images that the model looks at at a time, where it takes any number; 32 by default.
            size: Side, or height and width, of the model's input, where it takes any.
            layout: ``NCHW`` or ``NHWC``, where the model's input does not tell.
            mean: Subtracted from the channels, of pixels over 255; of pixels, if ``mean`` or ``std`` has a number above
                1. By default what the model's metadata properties say, else those of ImageNet.
            std: What the channels are divided by then, likewise.
            fit: ``crop`` (default), ``stretch`` or ``letterbox``, see ``sqlsel.vision.feeding.Feed``.
            output: Name of the model's output that is the vector, where there are several.
            overwrite: Compute all of them anew.
            progress: Told how many are done.

        Raises:
            UsageError: If there is no such dataset, task, folder or model, or vectors of another origin are there.
            IngestError: If no image could be read.
            DatabaseError: If the database cannot be written.
        """
        from sqlsel.vision.embedders import embedder
        from sqlsel.vision.embedding import embed
        from sqlsel.vision.place import Place

        own = wishes(size=size, layout=layout, mean=mean, std=std, fit=fit, batch=batch)
        place = Place(self._engine, dataset, name, task)
        folder = None if images is None else Path(images)
        with interruptible(self._engine):
            return embed(place, embedder(model, own, output), images=folder, overwrite=overwrite, progress=progress)

    def pretag(
        self,
        dataset: str,
        model: str | Path,
        *,
        task: str = PRETAGGING,
        classes: str | Path | Sequence[str] | None = None,
        confidence: float = CONFIDENCE,
        iou: float = IOU,
        first_label: int | None = None,
        crops: bool = False,
        images: str | Path | None = None,
        batch: int | None = None,
        size: Size | None = None,
        layout: Layout | None = None,
        mean: Numbers | None = None,
        std: Numbers | None = None,
        fit: Fit | None = None,
        overwrite: bool = False,
        progress: Progress | None = None,
    ) -> PretagReport:
        """Run a classifier or detector over the images of a dataset that have no predictions of the task.

        Predictions are stored on the way, so that a run that was ended is gone on with by the next one. Images that
        cannot be read are left out and told of. What a model is, is made out by what it gives: one number for each
        class; YOLO's boxes and class scores, with an objectness or without; or boxes, labels and scores. Boxes are
        stored as x, y, width, height in pixels of the upright image.

        Args:
            dataset: The dataset.
            model: File of the ONNX model.
            task: Name of the task.
            classes: Names of the classes: a list, ``a,b,c``, or a text file with one a line. By default what the model
                says, else Lightly's seven for the task ``lightly_pretagging``, if the model has seven.
            confidence: The lowest score of an object, 0..1.
            iou: Of two objects of a class that share more than this of their union the one of the lower score goes,
                0..1; models that suppress themselves (boxes, labels and scores) are left alone.
            first_label: Which label is the first class, where a model gives labels: by default 1, as 0 is the
                background.
            crops: Whether vectors of the objects are computed too, as ``embed`` does without a model.
            images: The folder that the file names are relative to. By default where the images were ingested from.
            batch: As for ``embed``.
            size: As for ``embed``.
            layout: As for ``embed``.
            mean: As for ``embed``, but a detector gets pixels from 0 to 1 where nothing else is said.
            std: Likewise.
            fit: By default ``letterbox`` for detectors, ``crop`` for classifiers.
            overwrite: Look at all images anew.
            progress: Told how many are done.

        Raises:
            UsageError: If there is no such dataset, folder or model, its outputs are not understood, or predictions of
                another origin are there.
            IngestError: If no image could be read.
            DatabaseError: If the database cannot be written.
        """
        from sqlsel.vision.class_names import read_class_names
        from sqlsel.vision.onnx_model import open_model
        from sqlsel.vision.predictor import predictor_of
        from sqlsel.vision.pretagging import pretag

        check_share("confidence", confidence)
        check_share("iou", iou)
        own = wishes(size=size, layout=layout, mean=mean, std=std, fit=fit, batch=batch)
        names = read_class_names(classes)
        self._catalog.check_dataset(dataset)
        predictor = predictor_of(
            open_model(model),
            own,
            task=task,
            classes=names,
            confidence=confidence,
            iou=iou,
            first_label=first_label,
        )
        if crops and not predictor.reading.detects:
            raise UsageError(f"{model}: a classifier finds no objects", hint="leave crops out")
        folder = None if images is None else Path(images)
        with interruptible(self._engine):
            report = pretag(
                self._engine, dataset, task, predictor, images=folder, overwrite=overwrite, progress=progress
            )
        if crops:
            cut = self.embed(dataset, task=task, progress=progress)
            return replace(report, vectors=cut.added, problems=(*report.problems, *cut.problems))
        return report
