"""Text files line by line: which lines of a csv or jsonl file cannot be read, and the file without them."""

from __future__ import annotations

import csv
import gzip
import json
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TextIO

from sqlsel.errors import IngestError
from sqlsel.sources.files import file_format
from sqlsel.sources.lightly.faults import Faults
from sqlsel.sources.relations import open_relation
from sqlsel.sources.whole import lost_header
from sqlsel.words import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlsel.engines.base import Engine
    from sqlsel.errors import Problem
    from sqlsel.sources.options import ReadOptions
    from sqlsel.sources.relations import Relation

_DELIMITERS = ",;\t|"


@contextmanager
def open_lines(
    source: object, engine: Engine, options: ReadOptions, names: Sequence[str]
) -> Iterator[tuple[Relation, tuple[Problem, ...]]]:
    """A source as rows and columns, and notices: a csv or jsonl file without the lines that are bad, if there are any.

    A line of a csv is bad if it has not as many fields as the header, one of a jsonl file if it is no JSON object. Only
    files are looked into that the engine cannot read, or reads as one column or without header because of such lines.

    Args:
        source: Anything that ``open_relation`` opens; single csv and jsonl files may have bad lines.
        engine: The session.
        options: What to do about bad lines.
        names: Columns that hold names.

    Raises:
        UsageError: If there is no such source.
        IngestError: If it is broken; if lines are bad and may not be left out, or all are, with their numbers.
    """
    path = _text_file(source)
    with ExitStack() as stack:
        relation, failure = _tried(stack, source, engine, names)
        if relation is not None and (path is None or not _is_torn(path, relation.types)):
            yield relation, ()
            return
        faults = Faults(called=("line", "lines"))
        if path is not None:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="sqlsel-")))
            kept = _without_bad(path, folder, faults)
        if not faults.count and failure is not None:
            raise failure
        if faults.count and options.on_error == "fail":
            Faults(called=faults.called).check_with(faults, str(path))
        if faults.count:
            relation = replace(stack.enter_context(open_relation(kept, engine, names=names)), name=str(path))
        assert relation is not None
        yield relation, faults.skipped()


def _tried(
    stack: ExitStack, source: object, engine: Engine, names: Sequence[str]
) -> tuple[Relation | None, IngestError | None]:
    """The source opened, or why that failed."""
    try:
        return stack.enter_context(open_relation(source, engine, names=names)), None
    except IngestError as failure:
        return None, failure


def _is_torn(path: Path, types: dict[str, str]) -> bool:
    """Whether lines came out as one text or without the header, as they do where they have little in common."""
    name, *more = types
    if file_format(path) == "csv" and lost_header(_header(path), name):
        return True
    if more:
        return False
    return any(mark in name for mark in _DELIMITERS) if file_format(path) == "csv" else types == {"json": "JSON"}


def _text_file(source: object) -> Path | None:
    if not isinstance(source, str | Path) or not Path(source).is_file():
        return None
    path = Path(source)
    return path if path.suffix.lower() != ".zst" and file_format(path) in ("csv", "jsonl") else None


def _open(path: Path) -> TextIO:
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", errors="replace", newline="")
    return path.open(encoding="utf-8-sig", errors="replace", newline="")


def _rows(file: TextIO) -> Any:  # noqa: ANN401 - the type of csv readers has no public name
    """The rows of a csv; its delimiter is the one that the header has most of."""
    header = file.readline()
    file.seek(0)
    return csv.reader(file, delimiter=max(_DELIMITERS, key=header.count))


def _header(path: Path) -> list[str]:
    """The fields of the first line."""
    with _open(path) as file:
        return next(_rows(file), [])


def _without_bad(path: Path, folder: Path, faults: Faults) -> Path:
    """The file without its bad lines, which become faults.

    Raises:
        IngestError: If there are no others.
    """
    kind, number = file_format(path), 0
    kept = folder / f"good.{kind}"
    with kept.open("w", encoding="utf-8", newline="") as file:
        written = csv.writer(file)
        for row in _good(path, faults):
            number += 1
            if isinstance(row, str):
                file.write(row)
            else:
                written.writerow(row)
    if faults.count and number <= (kind == "csv"):
        raise IngestError(f"{path}: not one line can be read; nothing was stored", problems=tuple(faults.first))
    return kept


def _good(path: Path, faults: Faults) -> Iterator[list[str] | str]:
    """The rows of a csv, or the lines of a jsonl file, that can be read; the others become faults."""
    with _open(path) as file:
        if file_format(path) == "csv":
            yield from _good_rows(_rows(file), path.name, faults)
        else:
            yield from _good_lines(file, path.name, faults)


def _good_rows(rows: Any, name: str, faults: Faults) -> Iterator[list[str]]:  # noqa: ANN401 - as above
    width = None
    for row in rows:
        width = width or len(row)
        if len(row) == width:
            yield row
        elif row:
            faults.add(name, f"{len(row)} fields for {width} columns", f"{rows.line_num}")


def _good_lines(file: TextIO, name: str, faults: Faults) -> Iterator[str]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            is_object = isinstance(json.loads(line), dict)
        except (ValueError, RecursionError):
            is_object = False
        if is_object:
            yield line if line.endswith("\n") else f"{line}\n"
        else:
            faults.add(name, f"no JSON object: {shorten(line.strip())}", f"{number}")
