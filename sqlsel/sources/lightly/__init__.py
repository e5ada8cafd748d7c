"""Reader of folders: a Lightly datasource, or images alone."""

from __future__ import annotations

from sqlsel.sources.lightly.folder import read_folder

__all__ = ["read_folder"]
