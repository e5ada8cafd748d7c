"""A tag in any format: which writer, to what file, folder or stream, all of it or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, get_args

from sqlsel.errors import UsageError
from sqlsel.exports.formats import FORMATS, Format, write_rows
from sqlsel.exports.options import ExportOptions
from sqlsel.exports.replacing import replacing
from sqlsel.exports.report import ExportReport
from sqlsel.words import did_you_mean, listing

if TYPE_CHECKING:
    from typing import TypeGuard

    from sqlsel.engines.base import Engine
    from sqlsel.exports.job import Job, Outcome

FileFormat = Literal["coco", "labelstudio", "labelstudio-config", "cvat"]
FolderFormat = Literal["yolo", "images"]
ExportFormat = Format | FileFormat | FolderFormat

FILES: tuple[FileFormat, ...] = get_args(FileFormat)
FOLDERS: tuple[FolderFormat, ...] = get_args(FolderFormat)
EXPORTS: tuple[ExportFormat, ...] = (*FORMATS, "coco", "yolo", "labelstudio", "labelstudio-config", "cvat", "images")
"""Every format that a tag can be written in, in the order of the help."""

_PROVENANCE = ("parquet",)


def export_tag(
    engine: Engine,
    dataset: str,
    tag: str,
    format_name: str,
    target: str | Path | BinaryIO,
    options: ExportOptions | None = None,
) -> ExportReport:
    """Write a tag; a file or folder appears whole or, when anything fails, not at all.

    Args:
        engine: The session to read through.
        dataset: The dataset.
        tag: One of its tags, or ``initial-tag`` for every sample.
        format_name: The format.
        target: A path, which is replaced when all is written (a folder only where the options say so), or an open
            stream, where the format is a file.
        options: What the format leaves open.

    Raises:
        UsageError: If there is no such dataset, tag or format, an option has no meaning there, samples lack what the
            format needs, or the target may not be written.
        SelectionError: If there is nothing to write.
        SqlselError: If writing fails, as on a full disk; the target is then as it was.
    """
    options = options or ExportOptions()
    _check_format(format_name)
    options.check(format_name)
    path = Path(target) if isinstance(target, str | Path) else None
    if _is_folder(format_name):
        if path is None:
            raise UsageError(f"{format_name} is a folder", hint="name one: -o FOLDER")
        return _to_folder(engine, dataset, tag, format_name, path, options)
    if isinstance(target, str | Path):
        _check_exists(engine, dataset, tag)
        with replacing(target) as out:
            return _to_stream(engine, dataset, tag, format_name, out, options, Path(target))
    return _to_stream(engine, dataset, tag, format_name, target, options)


def _to_stream(
    engine: Engine,
    dataset: str,
    tag: str,
    format_name: str,
    out: BinaryIO,
    options: ExportOptions,
    path: Path | None = None,
) -> ExportReport:
    if _is_rows(format_name):
        from sqlsel.exports.provenance import provenance, schema_metadata
        from sqlsel.exports.tags import tag_rows

        rows = tag_rows(engine, dataset, tag, exclude_preselected=options.exclude_preselected)
        if format_name in _PROVENANCE:
            rows = rows.with_metadata(schema_metadata(provenance(engine, dataset, tag)))
        return ExportReport(write_rows(rows, format_name, out), format_name, path)
    count, problems = _write_file(_job(engine, dataset, tag, options, path), format_name, out)
    return ExportReport(count, format_name, path, problems)


def _to_folder(
    engine: Engine, dataset: str, tag: str, format_name: FolderFormat, path: Path, options: ExportOptions
) -> ExportReport:
    from sqlsel.exports.folders import whole_folder
    from sqlsel.exports.image_folders import write_images, write_yolo
    from sqlsel.exports.plain import plain
    from sqlsel.exports.provenance import provenance

    job = _job(engine, dataset, tag, options, path)
    about = {"format": format_name, **plain(provenance(engine, dataset, tag))}
    with whole_folder(path, about, overwrite=options.overwrite) as folder:
        write = write_yolo if format_name == "yolo" else write_images
        count, problems = write(job, folder)
    return ExportReport(count, format_name, path, problems)


def _write_file(job: Job, format_name: str, out: BinaryIO) -> Outcome:
    from sqlsel.exports import annotation_files

    match format_name:
        case "coco":
            return annotation_files.write_coco(job, out)
        case "labelstudio":
            return annotation_files.write_label_studio(job, out)
        case "labelstudio-config":
            return annotation_files.write_label_studio_config(job, out)
        case _:
            return annotation_files.write_cvat(job, out)


def _job(engine: Engine, dataset: str, tag: str, options: ExportOptions, path: Path | None) -> Job:
    from sqlsel.exports.chosen import chosen_images
    from sqlsel.exports.job import Job

    chosen = chosen_images(engine, dataset, tag, exclude_preselected=options.exclude_preselected)
    return Job(engine, chosen, options, path)


def _check_exists(engine: Engine, dataset: str, tag: str) -> None:
    from sqlsel.datasets.catalog import DatasetCatalog
    from sqlsel.datasets.tags import check_tag

    DatasetCatalog(engine).check_dataset(dataset)
    check_tag(engine, dataset, tag)


def _check_format(name: str) -> None:
    if name not in EXPORTS:
        raise UsageError(f"no format {name!r}{did_you_mean(name, EXPORTS)}", hint=f"there is: {listing(EXPORTS)}")


def _is_rows(name: str) -> TypeGuard[Format]:
    return name in FORMATS


def _is_folder(name: str) -> TypeGuard[FolderFormat]:
    return name in FOLDERS
