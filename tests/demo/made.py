"""One demo for all tests, also of several processes side by side: it takes seconds to make."""

from __future__ import annotations

import fcntl
import os
import shutil
from typing import TYPE_CHECKING

from sqlsel.demo import make_demo

if TYPE_CHECKING:
    from pathlib import Path

_MADE: list[Path] = []


def made_demo(tmp_path_factory) -> Path:
    """The folder with ``demo.duckdb`` and ``demo-files``; tests must not write to it."""
    if not _MADE:
        own = tmp_path_factory.getbasetemp()
        # workers of one run have folders side by side
        shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
        _MADE.append(_made_once(shared / "demo"))
    return _MADE[0]


def _made_once(folder: Path) -> Path:
    """The demo in a folder, made by whoever comes first; the others wait."""
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # the demo keeps the path of its images, so it is made where it stays
        if not (done := folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make_demo(folder)
            done.touch()
    return folder


def copy_demo(made: Path, folder: Path) -> Path:
    """A folder that tests may write to: a copy of the database beside links to the files."""
    shutil.copy(made / "demo.duckdb", folder / "demo.duckdb")
    (folder / "demo-files").symlink_to(made / "demo-files")
    return folder
