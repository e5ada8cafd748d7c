"""The file of labels that a dataset was read from, found again or given."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlsel.datasets.label_files import LabelFile, label_files
from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlsel.engines.base import Engine
    from sqlsel.exports.options import ExportOptions

_SUFFIXES = {"COCO": (".json",), "YOLO": (".yaml", ".yml")}


def label_source(engine: Engine, dataset: str, form: str, options: ExportOptions) -> LabelFile | None:
    """The file that a part is taken of: the given one, else the ingested one; None if there was none of the format.

    Args:
        engine: The session to read through.
        dataset: The dataset.
        form: ``COCO`` or ``YOLO``.
        options: The file, if it is given, and the task.

    Raises:
        UsageError: If the file is not there, or several were ingested.
    """
    known = [one for one in label_files(engine, dataset) if one.format == form]
    if options.source is not None:
        return _given(options.source, form, known, options)
    known = [one for one in known if options.task in (None, one.task)]
    if not known:
        return None
    if len(known) > 1:
        raise UsageError(
            f"dataset {dataset!r} was read from several files of {form}: {', '.join(str(one.file) for one in known)}",
            hint="say of which one you want a part: --source FILE (source=... in Python)",
        )
    if not known[0].file.is_file():
        raise UsageError(
            f"{known[0].file}: the {form} file that dataset {dataset!r} was read from is not there any more",
            hint="say where it is: --source FILE (source=... in Python)",
        )
    return known[0]


def _given(source: Path, form: str, known: list[LabelFile], options: ExportOptions) -> LabelFile:
    """A file that is given; what is known of it, if it is one that was ingested."""
    if not source.is_file():
        raise UsageError(f"{source}: no such file", hint=f"name a file of {form}: {', '.join(_SUFFIXES[form])}")
    if source.suffix.lower() not in _SUFFIXES[form]:
        raise UsageError(f"{source}: no file of {form}", hint=f"name one: {', '.join(_SUFFIXES[form])}")
    for one in known:
        if one.file == source.resolve():
            return LabelFile(one.task, form, source, options.annotations or one.annotations, one.prefix)
    return LabelFile(options.task or "", form, source, options.annotations)


def read_text(file: Path) -> str:
    """What a file of labels holds.

    Raises:
        UsageError: If it cannot be read, or is no text.
    """
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{file}: no text in UTF-8", hint="name the file of labels itself") from None
    except OSError as failure:
        raise UsageError(f"{file}: cannot be read: {failure.strerror}", hint="say where it is with --source") from None


def not_readable(file: Path, failure: Exception) -> UsageError:
    """The error about a file that is no such JSON."""
    if isinstance(failure, json.JSONDecodeError):
        return UsageError(f"{file}:{failure.lineno}:{failure.colno}: this is no JSON: {failure.msg}", hint="correct it")
    return UsageError(f"{file}: cannot be read as COCO: {failure}", hint="name the file with images and annotations")
