"""What is worth telling about a folder, though it can be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.errors import Problem
from sqlsel.sources.lightly.keys import METADATA, SCHEMA
from sqlsel.sources.lightly.tasks import PREDICTIONS, unlisted_tasks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sqlsel.sources.lightly.contents import Contents
    from sqlsel.sources.lightly.metadata import MetadataFiles
    from sqlsel.sources.lightly.names import Found
    from sqlsel.sources.lightly.readings import Measured
    from sqlsel.sources.lightly.tasks import Task


def about_tasks(root: Path, tasks: tuple[Task, ...], files: Mapping[str, int]) -> Iterator[Problem]:
    """Tasks without predictions, and folders of predictions that no one asked for."""
    for task in tasks:
        if not files[task.name]:
            yield _notice(task.folder, "the task has no prediction files")
    for name in unlisted_tasks(root, tasks):
        yield _notice(f"{PREDICTIONS}/{name}", "not read, as tasks.json does not list it")


def about_metadata(seen: MetadataFiles) -> Iterator[Problem]:
    """Keys that the schema does not declare."""
    if seen.undeclared:
        names = sorted(seen.undeclared, key=lambda name: (-seen.undeclared[name], name))
        listed = ", ".join(f"{name} ({_files(seen.undeclared[name])})" for name in names[:5])
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        yield _notice(f"{METADATA}/{SCHEMA}", f"keys that it does not declare were left out: {listed}{more}")


def about_videos(found: Found, *, frames: bool) -> Iterator[Problem]:
    """Videos whose frames are no samples; ``frames`` says whether samples were found that are frames."""
    if found.videos and not frames:
        videos = "1 video" if found.videos == 1 else f"{found.videos:,} videos"
        yield _notice(found.video, f"{videos} left out; extract the frames as images to select among them")


def about_images(measured: Measured) -> Iterator[Problem]:
    """Images that are left out, images too large to be measured, and those that were measured before."""
    if measured.unusable:
        images = "1 image" if measured.unusable == 1 else f"{measured.unusable:,} images"
        more = " ..." if measured.unusable > len(measured.examples) else ""
        yield _notice("images", f"{images} left out: {', '.join(measured.examples)}{more}")
    if measured.unmeasured:
        more = " ..." if measured.unmeasured > len(measured.large) else ""
        reason = "more pixels than Pillow decodes by default, so their lightly.* keys are NULL"
        yield _notice("images", f"{measured.unmeasured:,} not measured ({reason}): {', '.join(measured.large)}{more}")
    if measured.duplicates:
        images = "1 exact duplicate" if measured.duplicates == 1 else f"{measured.duplicates:,} exact duplicates"
        alike = ", ".join(f"{name} (the same as {other})" for name, other in measured.alike)
        more = " ..." if measured.duplicates > len(measured.alike) else ""
        yield _notice("images", f"{images} left out: {alike}{more}")
    if measured.before:
        images = "1 image" if measured.before == 1 else f"{measured.before:,} images"
        yield _notice("images", f"{images} measured before and unchanged since, so not measured again")


def about_pillow() -> Problem:
    """Images that are not measured because Pillow is not there."""
    message = "not measured, so there are no keys such as lightly.sharpness: pip install 'sqlsel[images]'"
    return _notice("images", message)


def about_columns(contents: Contents) -> Iterator[Problem]:
    """Columns of the vector file that a metadata key has the name of."""
    if contents.vectors is None:
        return
    kept = contents.vector_keys()
    for name in contents.vectors.metadata:
        if name not in kept:
            message = f"the column {name!r} was left out, as the metadata has a key of that name"
            yield _notice(contents.vectors.file, message)


def _files(number: int) -> str:
    return "1 file" if number == 1 else f"{number:,} files"


def _notice(where: str, message: str) -> Problem:
    return Problem(where, message, severity="notice")
