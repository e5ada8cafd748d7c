"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sqlsel.errors import SqlselError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def replacing(path: str | Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of ``path`` once everything is written.

    Until then it stands beside ``path`` under another name, and when an exception leaves the context it is removed and
    ``path`` is as it was. What is no regular file (``/dev/null``, a pipe) is written directly.

    Raises:
        UsageError: If there is no such folder, or it is a folder, or may not be written.
        SqlselError: If writing fails, as on a full disk.
    """
    target = Path(path)
    if target.is_dir():
        raise UsageError(f"{path}: a folder, not a file", hint="name a file in it")
    try:
        if target.exists() and not target.is_file():
            with target.open("wb") as out:
                yield out
            return
        with _beside(target.resolve()) as out:
            yield out
    except BrokenPipeError:
        raise
    except (FileNotFoundError, NotADirectoryError, PermissionError) as failure:
        raise UsageError(
            f"{path}: cannot be written: {failure.strerror}", hint="name a file in a folder that you may write"
        ) from None
    except OSError as failure:
        raise SqlselError(
            f"{path}: cannot be written: {failure.strerror or failure}", hint="nothing was changed"
        ) from None


@contextmanager
def _beside(target: Path) -> Iterator[BinaryIO]:
    part = target.with_name(f".{target.name[:200]}.{os.getpid()}.part")
    try:
        with part.open("wb") as out:
            yield out
        if target.exists():
            shutil.copymode(target, part)
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
