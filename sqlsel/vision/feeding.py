"""From an image to what a model takes: size, order of the axes, scale of the numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

Layout = Literal["NCHW", "NHWC"]
Fit = Literal["crop", "stretch", "letterbox"]
Colours = Literal["RGB", "BGR", "L"]

PADDING = 114
"""The grey around a letterboxed image, as the YOLO models have it."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the pixels of an image lie in the model's input: there = here * scale + shift, in x and in y.

    Attributes:
        scale: By how much lengths are multiplied.
        shift: Where the image's top left corner lies.
        size: Width and height of the image.
    """

    scale: tuple[float, float]
    shift: tuple[float, float]
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Feed:
    """How a model is fed.

    Attributes:
        width: Of the model's input, in pixels.
        height: Likewise.
        layout: Whether the channels come before or behind rows and columns.
        colours: The channels.
        dtype: Name of the type of the numbers; ``uint8`` takes pixels as they are.
        mean: Of each channel, subtracted from the pixels over 255.
        std: Of each channel, what is left is divided by it.
        fit: ``crop`` brings the shorter side to size and cuts the rest off evenly, ``stretch`` gives up the
            proportions, ``letterbox`` brings the longer side to size and puts the image in the middle of grey.
        batch: Number of images at a time.
        fixed: Whether the model takes that many and no fewer.
        single: Whether it takes one image without an axis for the batch.
    """

    width: int
    height: int
    layout: Layout
    colours: Colours
    dtype: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    fit: Fit
    batch: int
    fixed: bool = False
    single: bool = False

    def __str__(self) -> str:
        numbers = "pixels as they are"
        if self.dtype != "uint8":
            mean, std = (" ".join(f"{value:g}" for value in values) for values in (self.mean, self.std))
            numbers = f"mean {mean}, std {std}"
        return f"{self.width} x {self.height} ({self.fit}), {self.layout}, {self.colours}, {numbers}"

    def settings(self) -> dict[str, Any]:
        """What decides over the numbers that come out, as JSON has it."""
        names = ("width", "height", "layout", "colours", "dtype", "mean", "std", "fit")
        return {name: list(value) if isinstance(value := getattr(self, name), tuple) else value for name in names}

    def prepare(self, image: Image.Image) -> tuple[NDArray[Any], Placement]:
        """An RGB image as the model takes it, without the axis of the batch, and where it lies in there."""
        placed, placement = place(image, self.width, self.height, self.fit)
        pixels = np.asarray(placed.convert("L") if self.colours == "L" else placed)
        pixels = pixels[..., None] if self.colours == "L" else pixels
        if self.colours == "BGR":
            pixels = pixels[..., ::-1]
        values: NDArray[Any] = pixels
        if self.dtype != "uint8":
            scale = 1 / (255 * np.array(self.std, dtype=np.float64))
            shift = -np.array(self.mean, dtype=np.float64) / np.array(self.std, dtype=np.float64)
            values = (pixels * scale.astype(np.float32) + shift.astype(np.float32)).astype(self.dtype)
        if self.layout == "NCHW":
            values = values.transpose(2, 0, 1)
        return np.ascontiguousarray(values), placement

    def stack(self, images: list[NDArray[Any]]) -> NDArray[Any]:
        """Prepared images as one batch, filled up with zeros where the model takes a fixed number."""
        if self.single:
            return images[0]
        batch = np.stack(images)
        if self.fixed and len(images) < self.batch:
            empty = np.zeros((self.batch - len(images), *batch.shape[1:]), dtype=batch.dtype)
            batch = np.concatenate([batch, empty])
        return batch


def place(image: Image.Image, width: int, height: int, fit: Fit) -> tuple[Image.Image, Placement]:
    """An image brought to a size: bicubic, bilinear for ``letterbox``, with the pixels between taken into account."""
    from PIL import Image

    across, down = width / image.width, height / image.height
    if fit == "stretch":
        placed = image.resize((width, height), Image.Resampling.BICUBIC)
        return placed, Placement((across, down), (0.0, 0.0), image.size)
    if fit == "crop":
        scale = max(across, down)
        left, top = (image.width - width / scale) / 2, (image.height - height / scale) / 2
        box = (left, top, left + width / scale, top + height / scale)
        placed = image.resize((width, height), Image.Resampling.BICUBIC, box=box)
        return placed, Placement((scale, scale), (-left * scale, -top * scale), image.size)
    scale = min(across, down)
    inner = max(round(image.width * scale), 1), max(round(image.height * scale), 1)
    left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
    placed = Image.new("RGB", (width, height), (PADDING,) * 3)
    placed.paste(image.resize(inner, Image.Resampling.BILINEAR), (left, top))
    return placed, Placement((inner[0] / image.width, inner[1] / image.height), (float(left), float(top)), image.size)
