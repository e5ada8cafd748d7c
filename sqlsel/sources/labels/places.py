"""Where the images are that labels are about."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_TRIED = 20
_FOLDERS = 500


def find_images(names: Iterable[str], folders: Iterable[Path]) -> Path | None:
    """The first of some folders that has one of the first twenty named images in it; None if none has."""
    tried = list(islice(names, _TRIED))
    return next((folder for folder in folders if any((folder / name).is_file() for name in tried)), None)


def below(folder: Path, depth: int = 2) -> Iterator[Path]:
    """A folder and the first 500 folders in it, nearest first; those whose names begin with a dot are left out."""
    level = [folder]
    yield folder
    for _ in range(depth):
        level = list(islice((path for parent in level for path in _folders(parent)), _FOLDERS))
        yield from level


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError:
        return []
