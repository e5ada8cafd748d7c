"""How a tag is written: what belongs to the format, and which options have a meaning there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from sqlsel.errors import Problem, UsageError
from sqlsel.words import did_you_mean, listing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    Progress = Callable[[str, int, int | None], None]

Media = Literal["copy", "symlink", "hardlink", "none"]
OnError = Literal["fail", "skip"]
MEDIA: tuple[Media, ...] = get_args(Media)

LOCAL_FILES = "/data/local-files/?d="
"""Where Label Studio serves the files of its own machine."""

_ANNOTATIONS = ("coco", "yolo", "labelstudio", "cvat")
_SENSE = {
    "task": (*_ANNOTATIONS, "labelstudio-config"),
    "source": ("coco", "yolo"),
    "annotations": ("coco",),
    "images": ("yolo", "images", "labelstudio", "cvat", "coco"),
    "media": ("yolo", "images"),
    "on_error": (*_ANNOTATIONS, "images"),
    "overwrite": ("yolo", "images"),
    "all_objects": _ANNOTATIONS,
    "image_url": ("labelstudio",),
    "model_version": ("labelstudio",),
    "from_name": ("labelstudio", "labelstudio-config"),
    "to_name": ("labelstudio", "labelstudio-config"),
}
"""By option, the formats that it says something about."""


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What a tag is written with; None and False stand for what is usual.

    Attributes:
        exclude_preselected: Whether samples without a rank stay out.
        task: The task whose predictions are written, or whose labels a part is taken of.
        source: The file of labels that a part is taken of, instead of the one that was ingested.
        annotations: Where that is a list of COCO detections, the file with the images and categories.
        images: The folder that the file names are relative to, where the ingested one is not there any more.
        media: What becomes of the image files.
        on_error: ``skip`` goes on without samples that lack what the format needs.
        overwrite: Whether a folder that an export made is replaced.
        all_objects: Of a tag on objects, whether all objects of its images are written.
        image_url: What comes before the file names in Label Studio's links.
        model_version: Who predicted, for Label Studio.
        from_name: Name of the control in Label Studio's labelling config.
        to_name: Name of the image there.
        progress: Told of image files that were written.
    """

    exclude_preselected: bool = False
    task: str | None = None
    source: Path | None = None
    annotations: Path | None = None
    images: Path | None = None
    media: Media | None = None
    on_error: OnError | None = None
    overwrite: bool = False
    all_objects: bool = False
    image_url: str | None = None
    model_version: str | None = None
    from_name: str | None = None
    to_name: str | None = None
    progress: Progress | None = None

    def check(self, format_name: str) -> None:
        """Raise UsageError if an option has no meaning in a format, or is none of its words."""
        for option, formats in _SENSE.items():
            if getattr(self, option) not in (None, False) and format_name not in formats:
                raise UsageError(
                    f"{_flag(option)} says nothing about {format_name}",
                    hint=f"leave it out; it is for {listing(formats)}",
                )
        for option, words in (("media", MEDIA), ("on_error", get_args(OnError))):
            given: Any = getattr(self, option)
            if given is not None and given not in words:
                raise UsageError(
                    f"no {option} {given!r}{did_you_mean(str(given), words)}", hint=f"use {listing(words)}"
                )
        if self.images is not None and not self.images.is_dir():
            raise UsageError(f"{self.images}: no such folder", hint="name the folder that file names are relative to")

    def lacking(self, names: Collection[str], total: int, what: str) -> tuple[Problem, ...]:
        """Images that cannot be written: a notice if they may be left out, else the error.

        Args:
            names: Their file names.
            total: How many there are altogether.
            what: What they lack: "not in annotations.json".

        Raises:
            UsageError: If they may not be left out, or are all.
        """
        if not names:
            return ()
        shown = listing(sorted(names)[:_SHOWN])
        more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
        message = f"{len(names):,} of {total:,} images {what}: {shown}{more}"
        if len(names) == total:
            raise UsageError(message, hint="nothing is left to write; --source and --images say where to look")
        if self.on_error != "skip":
            raise UsageError(message, hint='--on-error skip (on_error="skip" in Python) writes the others')
        return (Problem(where="", message=f"left out: {message}", severity="notice"),)


_SHOWN = 5


def _flag(option: str) -> str:
    return f"--{option.replace('_', '-')} ({option} in Python)"
