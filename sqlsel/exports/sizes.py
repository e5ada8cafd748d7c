"""How wide and high images are: as their metadata says, else as their files do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlsel.datasets.imagery import find_image

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from sqlsel.exports.chosen import ChosenImage

Size = tuple[int, int]

_PLACES = (("lightly",), (), ("size",))
NO_SIZE = "have no size: neither metadata lightly.width and lightly.height (or width and height) nor a file tells it"


def image_sizes(images: Iterable[ChosenImage], folders: Sequence[Path]) -> dict[str, Size]:
    """By file name, width and height in pixels; images of which nothing tells them are left out.

    They are ``lightly.width`` and ``lightly.height`` of the metadata, which ingest measures, or ``width`` and
    ``height``, or those of ``size``; else the file is opened, where Pillow is installed, which reads its first bytes.
    """
    found = {}
    for image in images:
        size = _stated(image.metadata) or _looked_up(folders, image.file_name)
        if size is not None:
            found[image.file_name] = size
    return found


def _stated(metadata: Mapping[str, Any]) -> Size | None:
    for path in _PLACES:
        place: Any = metadata
        for step in path:
            place = place.get(step) if isinstance(place, dict) else None
        if isinstance(place, dict) and _is_edge(place.get("width")) and _is_edge(place.get("height")):
            return int(place["width"]), int(place["height"])
    return None


def _is_edge(value: object) -> bool:
    return isinstance(value, int | float) and value >= 1


def _looked_up(folders: Sequence[Path], file_name: str) -> Size | None:
    from sqlsel.sources.images import can_measure

    path = find_image(folders, file_name)
    if path is None or not can_measure():
        return None
    from PIL import Image

    from sqlsel.sources.images.decoding import is_sideways
    from sqlsel.sources.images.silence import silently

    with silently():
        try:
            with Image.open(path) as image:
                return image.size[::-1] if is_sideways(image) else image.size
        except Exception:  # noqa: BLE001 - decoders raise anything on damaged bytes
            return None
