"""Pictures of samples, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlsel.showing.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small picture.

    Attributes:
        uri: The picture itself, as a ``data:`` address.
        small: Whether the image has few pixels, which are shown as such.
    """

    uri: str
    small: bool = False


def gallery(pictures: Iterable[tuple[Thumbnail, str, str]]) -> Markup:
    """Pictures with a caption and a longer text that is read out and shown where the mouse is."""
    return element("div", *(_figure(*picture) for picture in pictures), class_="pictures")


def _figure(thumbnail: Thumbnail, caption: str, text: str) -> Markup:
    image = element("img", src=thumbnail.uri, alt=text, title=text, class_="small" if thumbnail.small else None)
    return element("figure", image, element("figcaption", caption, title=text))
