"""What turns prepared images into vectors: a model of the user's, or the built-in description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from sqlsel.errors import UsageError
from sqlsel.kernels.threads import own_threads
from sqlsel.vision import descriptor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from PIL import Image

    from sqlsel.datasets.imagery import Maker
    from sqlsel.vision.feeding import Feed
    from sqlsel.vision.model_input import Wishes
    from sqlsel.vision.onnx_model import Model, Tensor
    from sqlsel.vision.projection import Projection

BUILT_IN = "built-in"
"""What makes vectors where no model does, by the name that is kept with them."""

# Names that exporters give to the one vector of an image, where there are several outputs.
_LIKELY = ("image_embeds", "image_embedding", "image_features", "embeddings", "embedding", "pooler_output", "features")


class Embedder(Protocol):
    """One way from images to vectors."""

    maker: Maker
    batch: int
    at_least: int | None
    """Sides of an image that are enough; None if it has to be decoded whole."""

    def prepare(self, image: Image.Image) -> NDArray[Any]:
        """An image as ``vectors`` takes it. Called from several threads."""

    def vectors(self, prepared: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        """(n, d) float32 of up to ``batch`` prepared images."""


class BuiltIn:
    """The built-in description; principal axes are for the caller to find."""

    batch = 64
    at_least: int | None = 2 * descriptor.SIDE

    def __init__(self) -> None:
        self.maker: Maker = {"model": BUILT_IN, "version": descriptor.VERSION}

    def prepare(self, image: Image.Image) -> NDArray[Any]:
        """The image as a small square."""
        from PIL import Image

        return np.asarray(image.resize((descriptor.SIDE, descriptor.SIDE), Image.Resampling.BOX))

    def vectors(self, prepared: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        """(n, 863) descriptions."""
        return descriptor.describe(np.stack(prepared))


class Projected(BuiltIn):
    """The built-in description in axes that are known."""

    def __init__(self, projection: Projection) -> None:
        super().__init__()
        self._projection = projection

    def vectors(self, prepared: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        """(n, d) vectors in the axes."""
        with own_threads():
            return self._projection.apply(super().vectors(prepared))


class ByModel:
    """An ONNX model.

    Args:
        path: Its file.
        wishes: How it is fed, where the user says.
        output: Name of the output that is the vector; None to find it.

    Raises:
        UsageError: If it cannot be opened or takes no images, or has no such output.
    """

    at_least: int | None = None

    def __init__(self, path: str | Path, wishes: Wishes, output: str | None = None) -> None:
        from sqlsel.vision.model_input import IMAGENET, feed_of
        from sqlsel.vision.onnx_model import open_model

        self._model = open_model(path)
        self.feed: Feed = feed_of(self._model, wishes, fit="crop", usual=IMAGENET)
        self._output = _output(self._model, output)
        self.batch = self.feed.batch
        chosen = self._model.outputs[self._output].name
        self.maker: Maker = {"model": self._model.path.name, "sha256": self._model.digest, "output": chosen}
        self.maker |= self.feed.settings()

    def prepare(self, image: Image.Image) -> NDArray[Any]:
        """The image as the model takes it."""
        return self.feed.prepare(image)[0]

    def vectors(self, prepared: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        """What the model gives, a row an image."""
        given = self._model.run(self.feed.stack(list(prepared)))[self._output]
        rows = given[None] if self.feed.single and given.ndim in {1, 3} else given
        if rows.ndim not in {2, 3, 4} or len(rows) < len(prepared):
            name, shape = self._model.outputs[self._output].name, list(given.shape)
            raise UsageError(
                f"{self._model.path}: output {name!r} has the shape {shape}, which is no vector for each of "
                f"{len(prepared)} images",
                hint=f"name another with --model-output: {', '.join(each.name for each in self._model.outputs)}",
            )
        return pooled(rows[: len(prepared)])


def pooled(rows: NDArray[Any]) -> NDArray[np.float32]:
    """One vector an image: (n, d) as it is, of (n, tokens, d) the first token, of (n, d, rows, columns) the mean."""
    wide = rows.astype(np.float32)
    if wide.ndim == 4:
        means: NDArray[np.float32] = wide.mean(axis=(2, 3), dtype=np.float64).astype(np.float32)
        return means
    return wide[:, 0] if wide.ndim == 3 else wide


def _output(model: Model, asked: str | None) -> int:
    names = [output.name for output in model.outputs]
    if asked is not None:
        if asked not in names:
            raise UsageError(f"{model.path}: there is no output {asked!r}; there is: {', '.join(names)}")
        return names.index(asked)
    if len(names) == 1:
        return 0
    likely = [names.index(name) for name in _LIKELY if name in names]
    flat = [number for number, output in enumerate(model.outputs) if _is_vector(output)]
    if likely or len(flat) == 1:
        return likely[0] if likely else flat[0]
    raise UsageError(
        f"{model.path}: the model has {len(names)} outputs, and it is not clear which one is the vector of an image",
        hint=f"name it with --model-output: {', '.join(names)}",
    )


def _is_vector(output: Tensor) -> bool:
    return len(output.shape) == 2 and output.kind.startswith("tensor(float")


def embedder(model: str | Path | None, own: Wishes, output: str | None) -> Embedder:
    """The model's embedder, or the built-in one.

    Raises:
        UsageError: If Pillow is missing, the model cannot be used, or options for a model are given without one.
    """
    from sqlsel.vision.pictures import check_pillow

    check_pillow()
    if model is not None:
        return ByModel(model, own, output)
    asked = [field for field in own.__slots__ if getattr(own, field) is not None]
    if asked or output is not None:
        option = (asked or ["output"])[0]
        raise UsageError(f"{option} says how a model is fed, and there is no model", hint="name one, or leave it out")
    return BuiltIn()
