"""Where the images of a dataset are looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.datasets.imagery import add_image_folder, image_folders
from sqlsel.datasets.tables import make_catalog
from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlsel.engines.base import Engine


def find_folders(engine: Engine, dataset: str, images: Path | None) -> tuple[Path, ...]:
    """Where to look for the images of a dataset; a folder that is given comes first, and is remembered.

    Raises:
        UsageError: If the folder does not exist, or none of those that are known does any more.
    """
    known = image_folders(engine, dataset)
    if images is None:
        if known and not any(folder.is_dir() for folder in known):
            raise UsageError(
                f"the images of dataset {dataset!r} were in {known[0]}, which is not there any more",
                hint="say where they are with --images DIR (images= in Python)",
            )
        return known
    if not images.is_dir():
        raise UsageError(f"{images}: no such folder", hint="name the folder that the file names are relative to")
    if not known or known[0] != images.resolve():
        with engine.transaction():
            make_catalog(engine)
            add_image_folder(engine, dataset, images)
    return (images.resolve(), *(folder for folder in known if folder != images.resolve()))
