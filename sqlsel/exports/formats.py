"""The formats that rows can be written in. Nothing heavy is imported before something is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, assert_never, get_args

from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from sqlsel.exports.rows import Rows

Format = Literal["filenames", "csv", "json", "jsonl", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)

_SUFFIXES: dict[str, Format] = {
    ".txt": "filenames",
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}


def format_of(path: str | Path) -> Format:
    """The format a file name stands for: ``.csv``, ``.json``, ``.jsonl``, ``.parquet``, or ``.txt`` for file names.

    Raises:
        UsageError: If the suffix stands for none.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _SUFFIXES:
        raise UsageError(f"{path}: its name does not say which format to write", hint=f"name one: {', '.join(FORMATS)}")
    return _SUFFIXES[suffix]


def write_rows(rows: Rows, format_name: Format, out: BinaryIO) -> int:
    """Write rows in one format; text is UTF-8, and a line ends in a line feed.

    Args:
        rows: The rows; they are streamed, so that memory does not grow with their number.
        format_name: The format.
        out: Where to; it stays open.

    Returns:
        The number of rows.

    Raises:
        UsageError: If the rows cannot be written in this format.
    """
    match format_name:
        case "filenames":
            from sqlsel.exports.filename_list import write_filenames as write
        case "csv":
            from sqlsel.exports.csv_file import write_csv as write
        case "json":
            from sqlsel.exports.json_file import write_json as write
        case "jsonl":
            from sqlsel.exports.json_file import write_jsonl as write
        case "parquet":
            from sqlsel.exports.parquet_file import write_parquet as write
        case _:
            assert_never(format_name)
    return write(rows, out)
