"""One demo for all tests of a process: it takes seconds to make."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from sqlsel.demo import make_demo

if TYPE_CHECKING:
    from pathlib import Path

_MADE: list[Path] = []


def made_demo(tmp_path_factory) -> Path:
    """The folder with ``demo.duckdb`` and ``demo-files``; tests must not write to it."""
    if not _MADE:
        folder = tmp_path_factory.mktemp("demo")
        make_demo(folder)
        _MADE.append(folder)
    return _MADE[0]


def copy_demo(made: Path, folder: Path) -> Path:
    """A folder that tests may write to: a copy of the database beside links to the files."""
    shutil.copy(made / "demo.duckdb", folder / "demo.duckdb")
    (folder / "demo-files").symlink_to(made / "demo-files")
    return folder
