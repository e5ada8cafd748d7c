"""SOURCE from stdin: ``-`` stands for a table that another program sends."""

from __future__ import annotations

import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlsel.errors import SqlselError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

STDIN = "-"
PARQUET = b"PAR1"
_LOOKED_AT = 4096


@contextmanager
def source_from(argument: str) -> Iterator[str]:
    """The path that SOURCE names; for ``-`` that of a file with what stdin holds, which goes with the context.

    Raises:
        UsageError: If stdin is empty.
    """
    if argument != STDIN:
        yield argument
        return
    with TemporaryDirectory(prefix="sqlsel-") as folder:
        stream = sys.stdin.buffer
        begin = stream.read(_LOOKED_AT)
        if not begin.strip():
            raise UsageError("stdin is empty", hint="send csv, json, jsonl or parquet, or name a file")
        if b"\0" in begin and not begin.startswith(PARQUET):
            raise UsageError("stdin is no table", hint="send csv, json or jsonl in UTF-8, or parquet")
        path = Path(folder) / f"stdin.{format_of_bytes(begin)}"
        with path.open("wb") as out:
            out.write(begin)
            shutil.copyfileobj(stream, out, 1 << 20)
        with _called_stdin(str(path)):
            yield str(path)


@contextmanager
def _called_stdin(path: str) -> Iterator[None]:
    """Errors about the file speak of stdin, since nobody knows the file."""
    try:
        yield
    except SqlselError as failure:
        failure.message = failure.message.replace(path, "<stdin>")
        raise


def format_of_bytes(begin: bytes) -> str:
    """What a table is written in, by its first bytes: ``parquet``, ``json`` (a list), ``jsonl`` or ``csv``."""
    if begin.startswith(PARQUET):
        return "parquet"
    first = begin.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return {b"[": "json", b"{": "jsonl"}.get(first, "csv")
