"""What a report is about: a selection, with the plan that made it where that is known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from sqlsel.errors import UsageError
from sqlsel.plan import explain_plan
from sqlsel.selection.ranked import ids_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pyarrow as pa

    from sqlsel.facts import DatasetFacts
    from sqlsel.plan.model import Plan

Projection = Literal["auto", "pca", "umap"]
PROJECTIONS: tuple[Projection, ...] = get_args(Projection)
THUMBNAILS = 1_000

ReportFormat = Literal["html", "json"]
REPORT_FORMATS: tuple[ReportFormat, ...] = get_args(ReportFormat)

_SUFFIXES: dict[str, ReportFormat] = {".html": "html", ".htm": "html", ".json": "json"}


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """How a report is made.

    Attributes:
        format_name: ``html``, or ``json``, which is without images.
        projection: The map of the embeddings: ``pca``, ``umap``, or ``auto`` for UMAP beside PCA where it is installed.
        thumbnails: The most images that the page shows small at the pointer; 0 leaves all images out.
    """

    format_name: ReportFormat = "html"
    projection: Projection = "auto"
    thumbnails: int = THUMBNAILS

    def __post_init__(self) -> None:
        if self.format_name not in REPORT_FORMATS:
            raise UsageError(f"no report format {self.format_name!r}", hint=f"there is: {', '.join(REPORT_FORMATS)}")
        if self.projection not in PROJECTIONS:
            raise UsageError(f"no projection {self.projection!r}", hint=f"there is: {', '.join(PROJECTIONS)}")
        if self.thumbnails < 0:
            raise UsageError(f"thumbnails {self.thumbnails}: less than none", hint="0 leaves all images out")


def options_of(path: str | Path, *, format_name: str | None, projection: str, thumbnails: int) -> ReportOptions:
    """The options of a call; without a format that of the file's name, ``.html`` or ``.json``.

    Raises:
        UsageError: If there is no such format or projection, or the name stands for no format.
    """
    named = _SUFFIXES.get(Path(path).suffix.lower())
    if format_name is None and named is None:
        raise UsageError(
            f"{path}: its name does not say which kind of report to write",
            hint="call it report.html or report.json, or name the format: html, json",
        )
    return ReportOptions(cast("ReportFormat", format_name or named), cast("Projection", projection), thumbnails)


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A selection to report on.

    Attributes:
        facts: What the dataset holds, as the plan sees it.
        picks: The ids of the picks, ``file_name``, ``rank`` (1 first), ``gain`` and ``terms``, by rank.
        earlier: The ids of the preselected.
        tag: The tag that holds them; None where nothing was stored.
        ranked: Whether the order of the picks means anything.
        summary: What the run told of itself; None where no run is known.
        plan: The plan, made anew; None where there is none, or it cannot be made any more.
        plan_text: The plan as ``explain`` prints it.
        run: The record of the run: ``run_id``, ``started_at``, ``finished_at``, ``version``.
        no_plan: Why there is no plan, as a sentence.
    """

    facts: DatasetFacts
    picks: pa.Table
    earlier: pa.Table
    tag: str | None = None
    ranked: bool = True
    summary: Mapping[str, Any] | None = None
    plan: Plan | None = None
    plan_text: str | None = None
    run: Mapping[str, Any] | None = None
    no_plan: str | None = None

    @property
    def kind(self) -> str:
        """What one of the picks is: ``sample`` or ``object``."""
        return "sample" if self.facts.objects_of is None else "object"

    @property
    def seed(self) -> int:
        """The seed of what is drawn for the report."""
        known = None if self.summary is None else self.summary["seed"]
        return int(known or 0)


def of_run(
    plan: Plan, ranked: pa.Table, earlier: pa.Table | None, summary: Mapping[str, Any], started: datetime
) -> Subject:
    """The subject that a run has just made, whether or not it was kept under a tag.

    Args:
        plan: The plan that ran.
        ranked: The ranked table.
        earlier: The ids of the preselected.
        summary: What the run tells of itself, with ``tag``, ``run_id`` and ``version``.
        started: When it began.
    """
    return Subject(
        facts=plan.facts,
        picks=ranked,
        earlier=ids_of(ranked).slice(0, 0) if earlier is None else earlier,
        tag=summary["tag"],
        summary=summary,
        plan=plan,
        plan_text=explain_plan(plan),
        run={"run_id": summary["run_id"], "version": summary["version"], "started_at": moment_text(started)},
    )


def moment_text(moment: datetime | None) -> str | None:
    """A time in UTC, as ISO 8601 with seconds."""
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"
