"""The files below a folder, one folder at a time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlsel.sources.lightly.faults import Faults

# What `stem` takes off, as a regular expression for engines.
ENDING = r"\.[^./]*$"


def stem(file_name: str) -> str:
    """The file name without its suffix: what an image and the JSON files about it have in common."""
    base, dot, ending = file_name.rpartition(".")
    return base if dot and "/" not in ending else file_name


def is_text(name: str) -> bool:
    """Whether a text can be written as UTF-8: file systems and JSON escapes can hold halves of characters."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def walk(root: Path, faults: Faults, prefix: str = "") -> Iterator[str]:
    """File names below a folder, relative to it, with forward slashes.

    A folder's files come first, then its folders, each in the order of their names. Names that begin with a dot are
    passed over. Links are followed, but not to a folder that they lie in. Memory: the names of one folder at a time.

    Args:
        root: The folder; nothing comes out if it does not exist.
        faults: Takes names that are no UTF-8, and folders that cannot be read.
        prefix: What faults say before the names.
    """
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            files, folders = _contents(root / folder)
        except FileNotFoundError:
            continue
        except OSError as failure:
            faults.add(f"{prefix}{folder}" or str(root), f"this folder cannot be read: {failure.strerror}")
            continue
        for name in files:
            if is_text(name):
                yield f"{folder}{name}"
            else:
                shown = f"{folder}{name}".encode(errors="surrogateescape").decode(errors="replace")
                faults.add(f"{prefix}{shown}", "the file name is no UTF-8; rename it")
        waiting += [f"{folder}{name}/" for name in reversed(folders)]


def _contents(folder: Path) -> tuple[list[str], list[str]]:
    """Names of the files and of the folders in a folder, sorted."""
    files: list[str] = []
    folders: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if not entry.is_dir():
                files.append(entry.name)
            elif not entry.is_symlink() or not folder.resolve().is_relative_to(Path(entry.path).resolve()):
                folders.append(entry.name)
    return sorted(files), sorted(folders)
