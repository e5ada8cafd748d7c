"""Images on disk: which files are images, and numbers measured on them. Pillow is needed for the latter only."""

from __future__ import annotations

from importlib.util import find_spec

__all__ = ["IMAGE_SUFFIXES", "VIDEO_SUFFIXES", "can_measure", "suffix"]

# Lower case; files are compared without regard to case.
IMAGE_SUFFIXES = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"})
VIDEO_SUFFIXES = frozenset({".avi", ".m4v", ".mkv", ".mov", ".mp4", ".webm"})


def suffix(file_name: str) -> str:
    """The suffix of a file name in lower case, with its dot; empty if it has none."""
    stem, dot, ending = file_name.rpartition(".")
    return f".{ending.lower()}" if dot and stem and "/" not in ending else ""


def can_measure() -> bool:
    """Whether Pillow is installed."""
    return find_spec("PIL") is not None
