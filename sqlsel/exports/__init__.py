"""Writers: one for each format that ranked rows, images and annotations can leave in."""

from __future__ import annotations

from sqlsel.exports.exporting import EXPORTS, ExportFormat, export_tag
from sqlsel.exports.formats import FORMATS, Format, format_of, write_rows
from sqlsel.exports.report import ExportReport

__all__ = ["EXPORTS", "FORMATS", "ExportFormat", "ExportReport", "Format", "export_tag", "format_of", "write_rows"]
