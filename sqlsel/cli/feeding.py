"""Options that say how a model is fed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_SIZE = re.compile(r"(\d{1,5})(?:x(\d{1,5}))?")


def feeding_options(*, fit: str) -> Decorator:
    """--batch, --size, --layout, --mean, --std and --fit, the last of which is this where nothing is said."""
    options = [
        click.option(
            "--batch", metavar="N", type=click.IntRange(1), help="Images at a time; 32, or what the model has."
        ),
        click.option("--size", metavar="N|HxW", callback=_size, help="Size of the model's input, where it takes any."),
        click.option("--layout", type=click.Choice(["NCHW", "NHWC"]), help="Its axes, where they do not tell."),
        click.option("--mean", metavar="R,G,B", callback=_numbers, help="Subtracted from pixels over 255."),
        click.option("--std", metavar="R,G,B", callback=_numbers, help="What they are divided by then."),
        click.option(
            "--fit",
            type=click.Choice(["crop", "stretch", "letterbox"]),
            help=f"How images are brought to size; by default {fit}.",
        ),
    ]

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def _size(_context: click.Context, _option: click.Parameter, text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    found = _SIZE.fullmatch(text.lower())
    if found is None:
        raise UsageError(f"--size {text!r} is no size", hint="write --size 224, or --size HEIGHTxWIDTH")
    return int(found[1]), int(found[2] or found[1])


def _numbers(_context: click.Context, option: click.Parameter, text: str | None) -> tuple[float, ...] | None:
    if text is None:
        return None
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(
            f"--{option.name} {text!r} is no list of numbers",
            hint=f"write --{option.name} 0.5, or one for each channel",
        ) from None
