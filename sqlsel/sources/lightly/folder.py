"""A folder as an intake: everything in it is read and checked, then handed over as queries."""

from __future__ import annotations

import errno
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlsel.datasets.intake import Intake
from sqlsel.datasets.staging import sparingly
from sqlsel.errors import DatabaseError, IngestError, Problem, UsageError
from sqlsel.facts import DEFAULT_EMBEDDING
from sqlsel.sources.images import IMAGE_SUFFIXES, can_measure
from sqlsel.sources.lightly import notices
from sqlsel.sources.lightly.checks import check_names, check_places, stray_files
from sqlsel.sources.lightly.contents import Contents
from sqlsel.sources.lightly.duplicates import leave_out_duplicates
from sqlsel.sources.lightly.faults import Faults
from sqlsel.sources.lightly.keys import metadata_keys, read_keys
from sqlsel.sources.lightly.metadata import spool_metadata
from sqlsel.sources.lightly.names import spool_images, spool_stated
from sqlsel.sources.lightly.predictions import prediction_schema, spool_labels, spool_predictions
from sqlsel.sources.lightly.readings import spool_readings
from sqlsel.sources.lightly.spool import Spool, without_collecting
from sqlsel.sources.lightly.stages import stage
from sqlsel.sources.lightly.task_facts import task_facts
from sqlsel.sources.lightly.tasks import read_tasks
from sqlsel.sources.lightly.vectors import EMBEDDINGS, object_vectors, read_vectors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlsel.engines.base import Engine
    from sqlsel.sources.labels.model import Labels
    from sqlsel.sources.lightly.tasks import Task
    from sqlsel.sources.options import ReadOptions


@contextmanager
def read_folder(
    path: Path, engine: Engine, options: ReadOptions, labels: Labels | None = None, told: tuple[Problem, ...] = ()
) -> Iterator[Intake]:
    """A folder of images, or a Lightly datasource, as an intake.

    Read are, each where it is there: images in the folder and all folders below it, ``.lightly/predictions``,
    ``.lightly/metadata``, ``embeddings.parquet`` (or ``options.embeddings_file``) and ``object_embeddings.parquet``.
    Files and folders whose names begin with a dot are passed over. The samples are the images, and where there are
    none, whatever predictions, metadata and embeddings are about. ``sample_id`` and ``file_name`` are the path relative
    to the folder, with forward slashes. Columns of the embeddings file beside names and vectors become metadata. What
    is measured on the images becomes the struct ``lightly`` there, see ``sqlsel.sources.images.measures``. Measuring is
    on wherever Pillow is installed and there are images; ``options.measure`` switches it off.

    Everything is read and checked before the context is entered, into temporary files, so memory does not grow with the
    number of files, and all files that cannot be used are told at once. With ``options.on_error`` skip, prediction and
    metadata files that cannot be used are left out with notices, and so are labels; not all of a task's, though.

    Args:
        path: The folder, or a file of labels.
        engine: The session that the intake's queries run on.
        options: The vectors' file and columns, whether images are measured, and who is told of the progress.
        labels: Labels of the images, read beside what is in the folder of the images.
        told: Notices about the source.

    Raises:
        UsageError: If the options name a file or a column that is not there, or columns that only a table has.
        IngestError: If there is nothing to read, or files that cannot be used: their number and the first ten of them.
        DatabaseError: If there is no room for the temporary files.
    """
    if options.predictions or options.scores or options.classes:
        raise UsageError(
            f"{path}: predictions, scores and classes name columns of a table, and this is none",
            hint="leave them out; the predictions of a folder are in .lightly/predictions, labels name their classes",
        )
    with ExitStack() as stack:

        def attempt() -> Intake:
            temporary = Path(stack.enter_context(TemporaryDirectory(prefix="sqlsel-")))
            reader = _Reader(str(path), _root(path, labels, temporary), engine, options, temporary, stack, labels)
            reader.told += told
            return reader.intake()

        try:
            intake = sparingly(engine, attempt, one_thread=True)
        except OSError as failure:
            if failure.errno != errno.ENOSPC:
                raise IngestError(f"{failure.filename or path}: {failure.strerror or failure}") from failure
            raise DatabaseError("there is no room for temporary files", hint="free some, or set TMPDIR") from None
        yield intake


@dataclass(slots=True)
class _Reader:
    """One folder on its way.

    Attributes:
        name: What messages call it.
        root: The folder.
        engine: The session.
        options: See ``read_folder``.
        temporary: Where the parquet files go.
        stack: Holds what has to stay open.
        labels: Labels of the images, if any.
        faults: What makes the folder unusable.
        bad: Files that cannot be used, and can be left out.
        told: Notices.
        images: Number of images.
    """

    name: str
    root: Path
    engine: Engine
    options: ReadOptions
    temporary: Path
    stack: ExitStack
    labels: Labels | None = None
    faults: Faults = field(default_factory=Faults)
    bad: Faults = field(default_factory=Faults)
    told: list[Problem] = field(default_factory=list)
    images: int = 0

    def intake(self) -> Intake:
        """Everything in the folder, checked."""
        tasks = read_tasks(self.root, self.faults)
        contents = self._files(tasks)
        found = spool_images(self.root, contents.names, self.faults)
        self.images = found.images
        samples = found.images or spool_stated(contents)
        check_places(contents, self.faults)
        if not found.images:
            check_names(contents, self.faults)
        if self.options.on_error == "skip":
            self.faults.check(self.name)
        else:
            self.faults.check_with(self.bad, self.name)
        if not samples:
            raise _nothing(self.root)
        self.told += [*notices.about_videos(found, frames=not found.images), *stray_files(contents)]
        self.told += self.bad.skipped()
        if found.images and self.options.measure:
            contents = self._measured(contents, found.images)
        return self._put_together(contents, tasks)

    def _files(self, tasks: tuple[Task, ...]) -> Contents:
        """Predictions, metadata and vectors; the names are yet to be written."""
        tree = read_keys(self.root, self.faults)
        predictions, metadata = (self.temporary / f"{name}.parquet" for name in ("predictions", "metadata"))
        progress = self.options.progress
        predicted = bool(tasks or self.labels)
        files = self._spool_predictions(tasks, predictions) if predicted else {}
        self.told += notices.about_tasks(self.root, tasks, files)
        if tree:
            seen = spool_metadata(self.root, tree, metadata, self.bad, stage(progress, "metadata"))
            self.told += notices.about_metadata(seen)
        vectors = self.stack.enter_context(read_vectors(self.root, self.engine, self.options))
        self.told += vectors.problems if vectors else ()
        return Contents(
            self.engine,
            names=self.temporary / "names.parquet",
            predictions=predictions if predicted else None,
            labels=self.labels.task.name if self.labels else None,
            metadata=metadata if tree else None,
            tree=tree,
            videos=bool(tree) and seen.videos > 0,
            vectors=vectors,
            objects=self.stack.enter_context(object_vectors(self.root, self.engine)),
        )

    def _spool_predictions(self, tasks: tuple[Task, ...], path: Path) -> dict[str, int]:
        """Write the predictions of the tasks and the labels; gives the number of files by task."""
        tell = stage(self.options.progress, "predictions")
        with Spool(path, prediction_schema()) as spool:
            with without_collecting():
                files = {task.name: spool_predictions(self.root, task, spool, self.bad, tell) for task in tasks}
            if self.labels is not None:
                if self.labels.task.name in files:
                    raise _twice(self.name, self.labels.task.name)
                files[self.labels.task.name] = spool_labels(self.labels, spool, self.bad, self.temporary, tell)
        spoilt = [task for task, number in files.items() if 0 < number == self.bad.by_task[task]]
        if spoilt and self.options.on_error == "skip":
            message = f"{self.name}: not one prediction of task {spoilt[0]!r} can be used; nothing was stored"
            raise IngestError(message, problems=tuple(self.bad.first), hint="correct them, or ingest without the task")
        return files

    def _measured(self, contents: Contents, images: int) -> Contents:
        """The contents with what is measured on the images."""
        if not can_measure():
            self.told.append(notices.about_pillow())
            return contents
        readings = self.temporary / "readings.parquet"
        progress = stage(self.options.progress, "images", images)
        measured = spool_readings(self.root, contents.names, readings, self.engine, progress)
        if not measured.usable:
            examples = tuple(Problem(where=str(self.root), message=example) for example in measured.examples)
            raise IngestError(f"{self.root}: none of the {images:,} images can be decoded", problems=examples)
        if not self.options.keep_duplicates:
            distinct = self.temporary / "distinct.parquet"
            readings = leave_out_duplicates(readings, distinct, self.engine, self.options.dataset, measured)
        self.told += notices.about_images(measured)
        return replace(contents, readings=readings)

    def _put_together(self, contents: Contents, tasks: tuple[Task, ...]) -> Intake:
        facts = task_facts(contents, (*tasks, *([self.labels.task] if self.labels else [])))
        self.told += notices.about_columns(contents)
        embeddings = contents.embeddings()
        return Intake(
            samples=contents.samples(),
            embedding=embeddings.pop(DEFAULT_EMBEDDING, None),
            embeddings=embeddings,
            object_embeddings=contents.objects,
            predictions=contents.predicted(),
            tasks=facts,
            keys=metadata_keys(contents.tree or {}),
            images=self.root if self.images else None,
            labels=None if self.labels is None else self.labels.source,
            problems=tuple(self.told),
            normalize=self.options.normalize,
            many_files=True,
        )


def _root(path: Path, labels: Labels | None, temporary: Path) -> Path:
    """The folder that is read; an empty one where labels have no images."""
    if labels is None:
        return path
    if labels.root is not None:
        return labels.root
    (temporary / "nothing").mkdir()
    return temporary / "nothing"


def _twice(name: str, task: str) -> IngestError:
    return IngestError(
        f"{name}: the labels and predictions in .lightly are both of task {task!r}",
        hint="name the labels' task with --task NAME (task=... in Python)",
    )


def _nothing(root: Path) -> IngestError:
    suffixes = ", ".join(sorted(IMAGE_SUFFIXES))
    return IngestError(
        f"{root}: there is nothing to read in this folder",
        hint=f"it should hold images ({suffixes}), .lightly/predictions, .lightly/metadata or {EMBEDDINGS}",
    )
