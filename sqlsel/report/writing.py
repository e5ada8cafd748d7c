"""A report as a file: one page of HTML, or JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from sqlsel.exports.replacing import replacing
from sqlsel.report.building import build_report
from sqlsel.report.maps import check_projection
from sqlsel.report.page import check_page_libraries, page_html

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlsel.engines.base import Engine
    from sqlsel.report.subject import ReportOptions, Subject
    from sqlsel.selection.outcome import Progress


def check_report(options: ReportOptions) -> None:
    """Raise UsageError if a library is missing that the report needs."""
    if options.format_name == "html":
        check_page_libraries()
    check_projection(options.projection)


def write_report(
    engine: Engine, subject: Subject, target: str | Path | BinaryIO, options: ReportOptions, progress: Progress
) -> Path:
    """Write a report.

    Args:
        engine: A session of its own; where there is a plan, prepared as for the run.
        subject: The selection.
        target: A path, which is replaced when all is written, or an open stream.
        options: How it is made.
        progress: Told of the stages.

    Returns:
        The path; of a stream its name.

    Raises:
        UsageError: If a library is missing, or the file may not be written.
        SqlselError: If writing fails, as on a full disk; the file is then as it was.
    """
    check_report(options)
    report = build_report(engine, subject, options, progress)
    if options.format_name == "json":
        text = _as_json(report.told)
    else:
        text = page_html(engine, subject, report, options, progress)
    # file names may hold bytes that are no text
    data = text.encode("utf-8", "backslashreplace")
    if not isinstance(target, str | Path):
        target.write(data)
        return Path(str(getattr(target, "name", "-")))
    with replacing(target) as out:
        out.write(data)
    return Path(target)


def _as_json(told: Mapping[str, Any]) -> str:
    """JSON with a line for each key: a report has many numbers, and each on its own line would be most of it."""
    lines = (
        f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False, allow_nan=False)}" for name, value in told.items()
    )
    return "{\n" + ",\n".join(lines) + "\n}\n"
