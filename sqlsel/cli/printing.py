"""Rows on stdout or in a file: a table for people, the other formats for programs."""

from __future__ import annotations

import shutil
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

from sqlsel.exports.formats import Format, format_of, write_rows
from sqlsel.exports.replacing import replacing
from sqlsel.tables import cut_end, table_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlsel.exports.rows import Rows

TABLE = "table"
ROWS_SHOWN = 10


@contextmanager
def destination(output: str | None) -> Iterator[BinaryIO]:
    """The file to write, which takes the place of an old one when all went well, or stdout."""
    if output is not None and output != "-":
        with replacing(output) as out:
            yield out
        return
    sys.stdout.flush()
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


def is_stdout(output: str | None) -> bool:
    """Whether -o leads to stdout."""
    return output is None or output == "-"


def chosen_format(format_name: str | None, output: str | None) -> str:
    """The format that was named, else what the file is called after, else a table."""
    if format_name is not None:
        return format_name
    return TABLE if output is None or output == "-" else format_of(output)


def write(rows: Rows, format_name: str, out: BinaryIO, *, limit: int | None = None) -> int:
    """Write rows in any format.

    Args:
        rows: The rows.
        format_name: ``table``, or a format of the exports.
        out: Where to.
        limit: How many rows a table shows; it then says how many more there are. The other formats are complete.

    Returns:
        The number of rows.
    """
    if format_name != TABLE:
        return write_rows(rows, cast("Format", format_name), out)
    shown, count = rows.head(limit)
    cells = [list(record.values()) for record in shown]
    write_table(rows.schema.names, cells, out, more=more_rows(count - len(shown)))
    return count


def write_table(headers: Sequence[str], rows: Sequence[Sequence[object]], out: BinaryIO, *, more: str = "") -> None:
    """Write a table that fits the terminal, and a line about the rows that it does not show."""
    lines = table_lines(headers, rows, terminal_width())
    if more:
        lines.append(cut_end(more, terminal_width()))
    write_text("\n".join(lines), out)


class Result(Protocol):
    """What can be printed as a table, as rows, or whole."""

    def text(self, width: int) -> str:
        """As lines of so many columns."""

    def rows(self) -> list[dict[str, Any]]:
        """As rows of plain values."""

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values."""


def write_result(found: Result, format_name: str | None, output: str | None) -> None:
    """Write a result in the format that was named, or that the file is called after: json whole, csv and jsonl rows."""
    import pyarrow as pa

    from sqlsel.exports.plain import json_text
    from sqlsel.exports.rows import Rows

    written_as = chosen_format(format_name, output)
    with destination(output) as out:
        if written_as == TABLE:
            write_text(found.text(terminal_width()), out)
        elif written_as == "json":
            write_text(json_text(found.to_dict(), indent=2), out)
        else:
            write(Rows.of(pa.Table.from_pylist(found.rows())), written_as, out)


def write_text(text: str, out: BinaryIO) -> None:
    """Write lines for people, and a line break; with backslashes for what the terminal's encoding lacks."""
    encoding = (sys.stdout.encoding if out is sys.stdout.buffer else None) or "utf-8"
    out.write(f"{text}\n".encode(encoding, "backslashreplace"))


def more_rows(count: int) -> str:
    """The line about rows that a table does not show; empty if it shows all."""
    return f"… {count:,} more; --format csv prints all, -o FILE writes them" if count else ""


def terminal_width() -> int:
    """Columns of the terminal; 80 where there is none."""
    return shutil.get_terminal_size().columns
