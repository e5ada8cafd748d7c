"""The image files of a tag: where they are, what they are called in a folder, and how they get there."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from sqlsel.datasets.imagery import find_image, image_folders
from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlsel.engines.base import Engine
    from sqlsel.exports.options import Media, Progress


def folders_of(engine: Engine, dataset: str, images: Path | None) -> tuple[Path, ...]:
    """Where the images of a dataset are looked for: the given folder, then those that they were ingested from."""
    known = image_folders(engine, dataset)
    return known if images is None else (images, *known)


def find_images(names: Sequence[str], folders: Sequence[Path]) -> dict[str, Path]:
    """By file name, the file; names of which there is none are left out."""
    found = ((name, find_image(folders, name)) for name in names)
    return {name: path for name, path in found if path is not None}


def names_below(names: Sequence[str]) -> dict[str, str]:
    """By file name, what the file is called below a folder: the same, with its folders.

    Whole paths lose what they all begin with.

    Raises:
        UsageError: If a name leads out of the folder, or two are the same there.
    """
    whole = [name for name in names if Path(name).is_absolute()]
    common = Path(os.path.commonpath([Path(name).parent for name in whole])) if whole else Path()
    found: dict[str, str] = {}
    taken: dict[str, str] = {}
    for name in names:
        relative = Path(name).relative_to(common).as_posix() if Path(name).is_absolute() else name
        place = os.path.normpath(relative).replace(os.sep, "/")
        if place.startswith("../") or place in ("..", ".") or PurePosixPath(place).is_absolute():
            raise UsageError(
                f"file name {name!r} leads out of the folder", hint="leave it out, or export a list of filenames"
            )
        if place in taken:
            raise UsageError(f"{taken[place]!r} and {name!r} would be one file: {place}", hint="leave one of them out")
        taken[place] = name
        found[name] = place
    return found


def put_files(files: Mapping[str, Path], folder: Path, media: Media, progress: Progress | None = None) -> None:
    """Copy or link files into a folder.

    Copies keep the time of change. Links lead to where the file really is, by its whole path.

    Args:
        files: By name below the folder, the file.
        folder: The folder.
        media: ``copy``, ``symlink`` or ``hardlink``.
        progress: Told of the files that are done.

    Raises:
        UsageError: If two names are one file there, or there cannot be such links.
    """
    for done, (name, source) in enumerate(sorted(files.items()), start=1):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(target):
            raise UsageError(
                f"{name!r} would be a second file of that name", hint="this disk knows no upper case: leave one out"
            )
        _put(source, target, media)
        if progress is not None:
            progress("images", done, len(files))


def _put(source: Path, target: Path, media: Media) -> None:
    if media == "copy":
        shutil.copy2(source, target)
        return
    try:
        if media == "symlink":
            target.symlink_to(source.resolve())
        else:
            target.hardlink_to(source.resolve())
    except OSError as failure:
        if failure.errno not in (errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK):
            raise
        reason = "it is on another disk" if failure.errno == errno.EXDEV else failure.strerror
        raise UsageError(f"{source}: there can be no {media} to it: {reason}", hint="use --media copy") from None
