"""Folders that appear whole or not at all, and take the place of nothing but what an export wrote."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlsel.errors import SqlselError, UsageError
from sqlsel.words import listing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MARK = ".sqlsel-export.json"
"""Says in a folder what was exported into it, and which files are the export's."""


@contextmanager
def whole_folder(path: Path, about: Mapping[str, Any], *, overwrite: bool) -> Iterator[Path]:
    """A folder to fill that is called ``path`` once everything is in it.

    Until then it stands beside ``path`` under another name, and when an exception leaves the context it is removed and
    ``path`` is as it was.

    Args:
        path: The folder to be made. The one around it exists.
        about: What is exported; kept in the folder, in the hidden file ``.sqlsel-export.json``.
        overwrite: Whether a folder is replaced that an export made, and that holds nothing else.

    Raises:
        UsageError: If there is something that may not be replaced, or the folder around it is missing or not writable.
        SqlselError: If writing fails, as on a full disk.
    """
    target = path.resolve()
    _check(path, target, overwrite)
    part = target.with_name(f".{target.name[:200]}.{os.getpid()}.part")
    try:
        part.mkdir()
        try:
            yield part
            _mark(part, about)
            _put(part, target)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except (FileNotFoundError, NotADirectoryError, PermissionError) as failure:
        raise UsageError(
            f"{failure.filename or path}: cannot be written: {failure.strerror}",
            hint="name a folder in one that you may write to",
        ) from None
    except OSError as failure:
        raise SqlselError(
            f"{path}: cannot be written: {failure.strerror or failure}", hint="nothing was changed"
        ) from None


def _check(path: Path, target: Path, overwrite: bool) -> None:
    if target in (Path.cwd(), *Path.cwd().parents):
        raise UsageError(f"{path}: you are in it", hint="name a folder in it that is yet to be made")
    if target.exists() and not target.is_dir():
        raise UsageError(f"{path}: a file, not a folder", hint="name a folder that is yet to be made")
    if not target.is_dir() or not any(target.iterdir()):
        return
    strangers = _strangers(target)
    if strangers is None:
        raise UsageError(f"{path}: there is something in it already", hint="name a folder that is yet to be made")
    if not overwrite:
        raise UsageError(
            f"{path}: holds an earlier export", hint="use another name, or --overwrite (overwrite=True) to replace it"
        )
    if strangers:
        raise UsageError(
            f"{path}: holds files that no export made: {listing(strangers)}", hint="move them away, or use another name"
        )


def _strangers(folder: Path) -> list[str] | None:
    """The files in an export's folder that are not of it; None if it is no export's."""
    try:
        listed = set(json.loads((folder / MARK).read_text(encoding="utf-8"))["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return [name for name in _files(folder) if name not in listed]


def _files(folder: Path) -> list[str]:
    """All files below a folder but the mark, links included, sorted."""
    found = []
    for place, folders, names in os.walk(folder):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        found += [(Path(place) / name).relative_to(folder).as_posix() for name in (*names, *links)]
    return sorted(name for name in found if name != MARK)


def _mark(folder: Path, about: Mapping[str, Any]) -> None:
    text = json.dumps({**about, "files": _files(folder)}, ensure_ascii=False, indent=1)
    (folder / MARK).write_text(text + "\n", encoding="utf-8", errors="surrogateescape")


def _put(part: Path, target: Path) -> None:
    """Let a folder take the place of another."""
    if not target.exists():
        part.replace(target)
        return
    old = part.with_suffix(".old")
    target.replace(old)
    try:
        part.replace(target)
    except BaseException:
        old.replace(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
