"""What a database does with the images of its datasets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

from sqlsel.errors import UsageError
from sqlsel.facts import DEFAULT_EMBEDDING
from sqlsel.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlsel.engines.base import Engine
    from sqlsel.vision.embedders import Embedder
    from sqlsel.vision.embedding import EmbedReport
    from sqlsel.vision.feeding import Fit, Layout
    from sqlsel.vision.model_input import Wishes

    Progress = Callable[[str, int, int | None], None]
    Size = int | tuple[int, int]
    Numbers = float | Sequence[float]


class ImageMethods:
    """The part of ``Database`` that looks at images."""

    _engine: Engine

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
        from sqlsel.vision.embedding import embed
        from sqlsel.vision.place import Place

        own = wishes(size=size, layout=layout, mean=mean, std=std, fit=fit, batch=batch)
        place = Place(self._engine, dataset, name, task)
        folder = None if images is None else Path(images)
        return embed(place, _embedder(model, own, output), images=folder, overwrite=overwrite, progress=progress)


def _embedder(model: str | Path | None, own: Wishes, output: str | None) -> Embedder:
    from sqlsel.vision.embedders import BuiltIn, ByModel
    from sqlsel.vision.pictures import check_pillow

    check_pillow()
    if model is not None:
        return ByModel(model, own, output)
    asked = [field for field in own.__slots__ if getattr(own, field) is not None]
    if asked or output is not None:
        option = (asked or ["output"])[0]
        raise UsageError(f"{option} says how a model is fed, and there is no model", hint="name one, or leave it out")
    return BuiltIn()


def wishes(
    *,
    size: Size | None = None,
    layout: Layout | None = None,
    mean: Numbers | None = None,
    std: Numbers | None = None,
    fit: Fit | None = None,
    batch: int | None = None,
) -> Wishes:
    """How a model is to be fed, checked.

    Raises:
        UsageError: If a size or a batch is below 1, or a word is none that is known.
    """
    from sqlsel.vision.feeding import Fit, Layout
    from sqlsel.vision.model_input import Wishes

    for option, word, words in (("layout", layout, get_args(Layout)), ("fit", fit, get_args(Fit))):
        if word is not None and word not in words:
            raise UsageError(f"{option} {word!r}{did_you_mean(word, words)}", hint=f"allowed: {', '.join(words)}")
    sides = (size, size) if isinstance(size, int) else size
    if (sides is not None and min(sides) < 1) or (batch is not None and batch < 1):
        raise UsageError("size and batch are numbers from 1 on")
    return Wishes(sides, layout, _numbers(mean), _numbers(std), fit, batch)


def _numbers(values: Numbers | None) -> tuple[float, ...] | None:
    if values is None:
        return None
    return (float(values),) if isinstance(values, int | float) else tuple(float(value) for value in values)
