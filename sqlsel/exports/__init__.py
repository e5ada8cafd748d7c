"""Writers: one for each format that ranked rows can leave in."""

from __future__ import annotations

from sqlsel.exports.formats import FORMATS, Format, format_of, write_rows
from sqlsel.exports.tags import export_tag

__all__ = ["FORMATS", "Format", "export_tag", "format_of", "write_rows"]
