"""Calls that take something out: reports of runs, images, tasks for a labelling tool."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from sqlsel.datasets.imagery import image_folders
from sqlsel.errors import UsageError
from sqlsel.lightly.sessions import dataset_name, tell_ignored
from sqlsel.lightly.tags import meant
from sqlsel.scheduling import kept_runs

if TYPE_CHECKING:
    from sqlsel.lightly.data import DockerRunData
    from sqlsel.lightly.sessions import Sessions

HTML = ".html"


class ArtifactCalls:
    """The part of the client that downloads."""

    _sessions: Sessions
    dataset_id: str

    def download_compute_worker_run_report_json(
        self,
        run: DockerRunData,
        output_path: str,
        timeout: int = 60,  # noqa: ARG002
    ) -> None:
        """Write the numbers of a run's report: asked and reached beside all candidates and a random selection.

        Raises:
            UsageError: If the run made no tag, or the file may not be written.
        """
        self._report(run, Path(output_path), "json")

    def download_compute_worker_run_report_v2_json(
        self,
        run: DockerRunData,
        output_path: str,
        timeout: int = 60,  # noqa: ARG002
    ) -> None:
        """The same."""
        self._report(run, Path(output_path), "json")

    def download_compute_worker_run_report_html(self, run: DockerRunData, output_path: str) -> None:
        """Write a run's report as one HTML file that works offline; this is beyond Lightly."""
        self._report(run, Path(output_path), "html")

    def download_compute_worker_run_report_pdf(
        self,
        run: DockerRunData,
        output_path: str,
        timeout: int = 60,  # noqa: ARG002
    ) -> None:
        """Write a run's report. Reports are HTML here, so ``report.pdf`` becomes ``report.html``, with a warning."""
        path = Path(output_path)
        if path.suffix.lower() != HTML:
            path = path.with_suffix(HTML)
            tell_ignored(f"reports are HTML here: written to {path}")
        self._report(run, path, "html")

    def download_compute_worker_run_log(
        self,
        run: DockerRunData,
        output_path: str,
        timeout: int = 60,  # noqa: ARG002
    ) -> None:
        """Write the states of a run with their times and messages, one a line."""
        from sqlsel.datasets.schedule import read_run

        with self._sessions.open() as db:
            states = read_run(db.engine, str(run.scheduled_id)).states
        lines = [f"{change.at:%Y-%m-%d %H:%M:%S} {change.state}: {change.message}" for change in states]
        Path(output_path).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def download_compute_worker_run_artifacts(
        self,
        run: DockerRunData,
        output_dir: str,
        timeout: int = 60,  # noqa: ARG002
    ) -> None:
        """Write what there is of a run into a folder: ``log.txt``, ``report.json`` and ``report.html``."""
        folder = Path(output_dir)
        folder.mkdir(parents=True, exist_ok=True)
        self.download_compute_worker_run_log(run, str(folder / "log.txt"))
        for format_name in ("json", "html"):
            self._report(run, folder / f"report.{format_name}", format_name)

    def _report(self, run: DockerRunData, path: Path, format_name: str) -> None:
        with self._sessions.open() as db:
            row = kept_runs(db.engine, run.dataset_id).get(run.id)
            if row is None or row.tag is None:
                raise UsageError(f"run {run.id} selected nothing, so there is no report", hint=f"it is {run.state}")
            db.report(run.dataset_id, row.tag, path, format=format_name)

    def export_filenames_and_read_urls_by_tag_name(self, tag_name: str) -> list[dict[str, str]]:
        """File names in a tag with the addresses of the files, where these are known."""
        with self._sessions.open() as db:
            name = dataset_name(db, self.dataset_id)
            folders = image_folders(db.engine, name)
            rows = db.dataset(name).to_arrow(meant(db, name, tag_name)).column("file_name").to_pylist()
        found = []
        for file_name in rows:
            place = next((folder / file_name for folder in folders if (folder / file_name).is_file()), Path(file_name))
            address = place.as_uri() if place.is_absolute() else file_name
            found.append({"fileName": file_name, "readUrl": address, "datasourceUrl": address})
        return found

    def export_filenames_and_read_urls_by_tag_id(self, tag_id: str) -> list[dict[str, str]]:
        """The same: a tag's id is its name."""
        return self.export_filenames_and_read_urls_by_tag_name(tag_id)

    def export_label_studio_tasks_by_tag_name(self, tag_name: str) -> list[dict[str, Any]]:
        """Tasks for Label Studio, one for each sample of a tag, with predictions as pre-annotations."""
        with self._sessions.open() as db, tempfile.TemporaryDirectory() as folder:
            name, path = dataset_name(db, self.dataset_id), Path(folder) / "tasks.json"
            db.export(name, meant(db, name, tag_name), "labelstudio", path)
            tasks: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        return tasks

    def export_label_studio_tasks_by_tag_id(self, tag_id: str) -> list[dict[str, Any]]:
        """The same: a tag's id is its name."""
        return self.export_label_studio_tasks_by_tag_name(tag_id)

    def download_dataset(
        self,
        output_dir: str,
        tag_name: str = "initial-tag",
        max_workers: int = 8,  # noqa: ARG002
        verbose: bool = True,  # noqa: ARG002
    ) -> None:
        """Copy the images of a tag into a folder."""
        with self._sessions.open() as db:
            name = dataset_name(db, self.dataset_id)
            db.export(name, meant(db, name, tag_name), "images", output_dir)

    def _not_made(self, *_: object, **__: object) -> NoReturn:
        raise UsageError("nothing is trained here, so there is no such artifact", hint="leave the call out")

    download_compute_worker_run_checkpoint = _not_made
    get_compute_worker_run_checkpoint_url = _not_made
    download_compute_worker_run_memory_log = _not_made

    def _in_the_log(self, *_: object, **__: object) -> NoReturn:
        raise UsageError(
            "there is no such file of a run here",
            hint="its log names images that cannot be read; a selection has its sequences one after the other",
        )

    download_compute_worker_run_corruptness_check_information = _in_the_log
    download_compute_worker_run_sequence_information = _in_the_log

    def _no_labelbox(self, *_: object, **__: object) -> NoReturn:
        raise UsageError(
            "tasks for Labelbox are not written",
            hint="export_filenames_and_read_urls_by_tag_name gives names and addresses, which Labelbox imports",
        )

    export_label_box_data_rows_by_tag_id = _no_labelbox
    export_label_box_data_rows_by_tag_name = _no_labelbox
    export_label_box_v4_data_rows_by_tag_id = _no_labelbox
    export_label_box_v4_data_rows_by_tag_name = _no_labelbox
