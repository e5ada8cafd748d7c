"""Reports on selections: numbers from SQL and kernels, told as one dict, shown as one page."""

from __future__ import annotations

from sqlsel.report.subject import (
    PROJECTIONS,
    REPORT_FORMATS,
    THUMBNAILS,
    ReportOptions,
    Subject,
    of_run,
    options_of,
)

__all__ = ["PROJECTIONS", "REPORT_FORMATS", "THUMBNAILS", "ReportOptions", "Subject", "of_run", "options_of"]
