"""One run, from the folder of its images to the tag."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.config import EmbeddingsInput, read_config
from sqlsel.datasets.datasources import datasource
from sqlsel.datasets.imagery import maker_of
from sqlsel.datasets.tables import SAMPLES, dataset_table
from sqlsel.datasets.tags import DATAPOOL, tag_names
from sqlsel.errors import UsageError
from sqlsel.facts import DEFAULT_EMBEDDING
from sqlsel.scheduling.worker_config import WorkerOptions, read_worker_config
from sqlsel.selecting import Asked, select
from sqlsel.vision.embedders import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlsel.database import Database
    from sqlsel.datasets.schedule import ScheduledRun
    from sqlsel.facts import DatasetFacts
    from sqlsel.scheduling.states import State
    from sqlsel.selection import Selection

PRETAGGING = "lightly_pretagging"
MODEL = "SQLSEL_PRETAGGING_MODEL"
"""The variable that names the detector of pretagging."""


@dataclass(frozen=True, slots=True)
class Job:
    """A run on a session of its own.

    Attributes:
        db: The session.
        run: What was asked.
        options: The worker config, as it was understood.
        tell: Told of each state.
    """

    db: Database
    run: ScheduledRun
    options: WorkerOptions
    tell: Callable[[State, str], None]


def run_job(db: Database, run: ScheduledRun, run_id: str, tell: Callable[[State, str], None]) -> Selection:
    """Do what a run asks: read the images, look at them where that is asked, select, and keep it as a tag.

    Args:
        db: A session of the run's own.
        run: The run.
        run_id: The name that its selection is kept under.
        tell: Told of each state as it begins.

    Raises:
        SqlselError: If anything of it fails, in words for the user.
    """
    job = Job(db, run, read_worker_config(run.worker_config, run.lightly_config)[0], tell)
    _load(job)
    _embed(job)
    _pretag(job)
    tag = next_tag(tag_names(db.engine, run.dataset))
    tell("SAMPLING", "selecting samples")
    asked = Asked(
        selection_config(run.selection_config, job.options),
        run.dataset,
        preselected=DATAPOOL if job.options.use_datapool else None,
        seed=job.options.seed,
        candidates=_relevant(job),
        since=DATAPOOL if job.options.only_new else None,
    )
    return select(db.engine, asked, tag=tag, run_id=run_id, progress=_saving(tell))


def selection_config(config: Any, options: WorkerOptions) -> dict[str, Any]:  # noqa: ANN401
    """The selection config with what the worker config says of it."""
    length = options.selected_sequence_length
    return {**config, **({} if length is None else {"selected_sequence_length": length})}


def next_tag(names: tuple[str, ...]) -> str:
    """A name for the tag of the next run: ``run-1``, ``run-2`` and so on."""
    return next(name for number in range(1, len(names) + 2) if (name := f"run-{number}") not in names)


def _load(job: Job) -> None:
    """Read the folder of the dataset, if it has one; what was read before is there already."""
    folder = datasource(job.db.engine, job.run.dataset, "INPUT")
    if folder is None:
        return
    job.tell("LOADING_DATASET", f"reading {folder}")
    measuring: list[str] = []

    def progress(stage: str, _done: int, _total: int | None) -> None:
        if stage == "images" and not measuring:
            measuring.append(stage)
            job.tell("COMPUTING_METADATA", "looking at the images")

    options = job.options
    report = job.db.ingest(
        folder,
        dataset=job.run.dataset,
        normalize=options.normalize,
        embeddings=options.embeddings,
        on_error="skip",
        progress=progress,
    )
    notices = "".join(f"\nnote: {problem}" for problem in report.problems)
    job.tell("LOADING_DATASET", f"{report.added:,} samples are new, {report.updated:,} were there{notices}")


def _embed(job: Job) -> None:
    """Compute vectors where the config looks at those of images that have none, as new images have none at first."""
    facts = _facts(job)
    inputs = [objective.input for objective in read_config(job.run.selection_config)[0].strategies]
    wanted = any(isinstance(found, EmbeddingsInput) and found.task is None for found in inputs)
    if not wanted or datasource(job.db.engine, job.run.dataset, "INPUT") is None:
        return
    makers = {name: maker_of(job.db.engine, job.run.dataset, found.table) for name, found in facts.embeddings.items()}
    ours = [name for name, maker in makers.items() if maker is not None and maker["model"] == BUILT_IN]
    for name in ours if makers else [DEFAULT_EMBEDDING]:
        job.tell("EMBEDDING", "computing embeddings of the images")
        job.db.embed(job.run.dataset, name=name)


def _pretag(job: Job) -> None:
    """Find objects, unless predictions of the task are there; with their vectors where the config looks at them."""
    if not job.options.pretagging:
        return
    facts, model = _facts(job), os.environ.get(MODEL)
    known = facts.tasks.get(PRETAGGING)
    if model is None and known is not None and known.has_predictions:
        return
    if model is None:
        raise UsageError(
            f"pretagging: dataset {job.run.dataset!r} has no predictions of {PRETAGGING}, and no model is named",
            hint=f"set {MODEL} to an ONNX detector, or run `sqlsel pretag --model FILE` first",
        )
    job.tell("PRETAGGING", f"finding objects with {Path(model).name}")
    job.db.pretag(job.run.dataset, model, crops=_looks_at_crops(job))


def _looks_at_crops(job: Job) -> bool:
    inputs = [objective.input for objective in read_config(job.run.selection_config)[0].strategies]
    return any(isinstance(found, EmbeddingsInput) and found.task == PRETAGGING for found in inputs)


def _facts(job: Job) -> DatasetFacts:
    return job.db.dataset(job.run.dataset).facts


def _relevant(job: Job) -> list[Any] | None:
    """Ids of the samples whose file names are listed in the file of relevant ones."""
    if job.options.relevant_filenames_file is None:
        return None
    folders = [datasource(job.db.engine, job.run.dataset, purpose) for purpose in ("LIGHTLY", "INPUT")]
    path = relevant_file(job.options.relevant_filenames_file, [Path(folder) for folder in folders if folder])
    listed = {line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()}
    samples = dataset_table(job.db.engine.catalog, job.run.dataset, SAMPLES)
    columns = (sql.column("sample_id"), sql.column("file_name"))
    rows = job.db.engine.rows(exp.select(*columns).from_(samples).order_by(sql.ascending(sql.column("sample_id"))))
    found = [sample_id for sample_id, name in rows if name in listed]
    if not found:
        raise UsageError(
            f"{path}: none of these are file names of dataset {job.run.dataset!r}", hint="correct the list"
        )
    return found


def relevant_file(name: str, folders: list[Path]) -> Path:
    """The list of relevant file names: in a folder of the datasource, or by its own path.

    Raises:
        UsageError: If it is nowhere.
    """
    places = [*(folder / name for folder in folders), *(folder / ".lightly" / name for folder in folders), Path(name)]
    for path in places:
        if path.is_file():
            return path
    raise UsageError(f"relevant_filenames_file {name!r}: there is no such file", hint="put it beside the images")


def _saving(tell: Callable[[State, str], None]) -> Callable[[str, int, int | None], None]:
    """Progress of a selection, as states; the stages of one are short, so only their names are told."""
    told: set[str] = set()

    def progress(stage: str, _done: int, _total: int | None) -> None:
        if stage not in told:
            told.add(stage)
            tell("SAMPLING", stage)

    return progress
