"""How a model wants to be fed: what is asked for, else what the model says, else what is usual."""

from __future__ import annotations

import json
from ast import literal_eval
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlsel.errors import UsageError
from sqlsel.vision.feeding import Colours, Feed, Fit, Layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlsel.vision.onnx_model import Model, Shape

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
ZERO_TO_ONE = ((0.0,), (1.0,))
BATCH = 32

_MEANS = ("mean", "image_mean", "normalize_mean")
_STDS = ("std", "image_std", "normalize_std")
_SIZES = ("imgsz", "input_size", "image_size")
# Ranges of pixels as the ONNX standard names them for models of images: offset and scale of the pixels over 255.
_RANGES = {
    "nominalrange_0_255": ((0.0,), (1 / 255,)),
    "normalized_0_1": ZERO_TO_ONE,
    "normalized_1_1": ((0.5,), (0.5,)),
}

Numbers = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user asks for; None where the model decides.

    Attributes:
        size: Height and width of the model's input.
        layout: Order of its axes.
        mean: Of each channel, of pixels over 255, or of pixels where ``mean`` or ``std`` has a number above 1.
        std: Likewise.
        fit: How an image is brought to size.
        batch: Number of images at a time.
    """

    size: tuple[int, int] | None = None
    layout: Layout | None = None
    mean: Numbers | None = None
    std: Numbers | None = None
    fit: Fit | None = None
    batch: int | None = None


def feed_of(model: Model, wishes: Wishes, *, fit: Fit, usual: tuple[Numbers, Numbers]) -> Feed:
    """How a model is fed.

    Args:
        model: The model.
        wishes: What the user asks for.
        fit: How an image is brought to size where nothing else is asked for.
        usual: Mean and standard deviation where neither the user nor the model says.

    Raises:
        UsageError: If the model takes any size and none is asked for, or what is asked for does not fit it.
    """
    shape = model.image.shape if len(model.image.shape) == 4 else (1, *model.image.shape)
    layout = _layout(model, shape, wishes.layout)
    channels, height, width = (shape[1], *shape[2:]) if layout == "NCHW" else (shape[3], *shape[1:3])
    colours = _colours(model, 3 if channels is None else channels)
    height, width = _size(model, (height, width), wishes.size)
    mean, std = _scale(model, wishes, usual, len(colours))
    return Feed(
        width=width,
        height=height,
        layout=layout,
        colours=colours,
        dtype=str(model.dtype),
        mean=mean,
        std=std,
        fit=wishes.fit or fit,
        batch=shape[0] or wishes.batch or BATCH,
        fixed=shape[0] is not None,
        single=len(model.image.shape) == 3,
    )


def _layout(model: Model, shape: Shape, asked: Layout | None) -> Layout:
    first, last = shape[1] in {1, 3}, shape[3] in {1, 3}
    if asked is not None:
        channels = shape[1] if asked == "NCHW" else shape[3]
        if channels not in {None, 1, 3}:
            raise UsageError(f"{model.path}: --layout {asked} does not fit an input of the shape {_spelled(shape)}")
        return asked
    if not first and (last or (shape[1] is not None and shape[3] is None)):
        return "NHWC"
    if not first and shape[1] is not None:
        raise UsageError(
            f"{model.path}: the model takes no images: neither axis of {_spelled(shape)} has 1 or 3 channels",
            hint="export a model whose input is [batch, 3, height, width] or [batch, height, width, 3]",
        )
    return "NCHW"


def _colours(model: Model, channels: int) -> Colours:
    if channels == 1:
        return "L"
    return "BGR" if model.properties.get("Image.BitmapPixelFormat", "").lower().startswith("bgr") else "RGB"


def _size(model: Model, own: tuple[int | None, int | None], asked: tuple[int, int] | None) -> tuple[int, int]:
    """Height and width."""
    said = asked or _said_size(model.properties)
    height, width = own
    if asked is not None and any(mine not in {None, theirs} for mine, theirs in zip(own, asked, strict=True)):
        raise UsageError(
            f"{model.path}: the model takes images of {_pixels(own)} (height x width), and --size asks for "
            f"{_pixels(asked)}",
            hint="leave --size out",
        )
    if said is None and (height is None or width is None):
        raise UsageError(
            f"{model.path}: the model takes images of any size, and does not say which it was made for",
            hint="say so with --size 224, or --size HEIGHTxWIDTH",
        )
    return height or (said or (0, 0))[0], width or (said or (0, 0))[1]


def _said_size(properties: Mapping[str, str]) -> tuple[int, int] | None:
    for key in _SIZES:
        found = _numbers(properties.get(key))
        if found is not None and len(found) in {1, 2} and all(number >= 1 for number in found):
            return int(found[0]), int(found[-1])
    return None


def _scale(model: Model, wishes: Wishes, usual: tuple[Numbers, Numbers], channels: int) -> tuple[Numbers, Numbers]:
    """Mean and standard deviation of pixels over 255, one for each channel."""
    mean = wishes.mean or _said(model.properties, _MEANS)
    std = wishes.std or _said(model.properties, _STDS)
    if mean is None and std is None:
        named = model.properties.get("Image.NominalPixelRange", "").lower()
        mean, std = _RANGES.get(named, ZERO_TO_ONE if "imgsz" in model.properties else usual)
    mean, std = mean or (0.0,), std or (1.0,)
    if max(*(abs(number) for number in (*mean, *std)), 0) > 1:
        mean, std = tuple(number / 255 for number in mean), tuple(number / 255 for number in std)
    if not all(number > 0 for number in std):
        raise UsageError(f"--std {', '.join(map(str, std))}: a standard deviation is above 0")
    return _each(mean, channels, "--mean"), _each(std, channels, "--std")


def _each(numbers: Numbers, channels: int, option: str) -> Numbers:
    if len(numbers) == channels:
        return numbers
    if len(numbers) == 1:
        return numbers * channels
    if channels == 1:
        return (sum(numbers) / len(numbers),)
    raise UsageError(
        f"{option} has {len(numbers)} numbers for {channels} channels", hint="give one, or one for each channel"
    )


def _said(properties: Mapping[str, str], keys: tuple[str, ...]) -> Numbers | None:
    return next((found for key in keys if (found := _numbers(properties.get(key)))), None)


def _numbers(text: str | None) -> Numbers | None:
    """Numbers out of ``[1, 2]``, ``1, 2`` or ``1``; None for anything else."""
    value = parsed(text)
    values = value if isinstance(value, list | tuple) else (value,)
    usable = [each for each in values if isinstance(each, int | float) and not isinstance(each, bool)]
    return tuple(map(float, usable)) if usable and len(usable) == len(values) else None


def parsed(text: str | None) -> Any:  # noqa: ANN401 - whatever the model's maker wrote
    """A value that a model has as text: JSON, or a Python literal; None if it is neither."""
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        pass
    try:
        return literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _spelled(shape: Shape) -> str:
    return f"[{', '.join('?' if size is None else str(size) for size in shape)}]"


def _pixels(size: tuple[int | None, int | None]) -> str:
    return " x ".join("any" if number is None else str(number) for number in size)
