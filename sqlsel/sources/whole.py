"""Whether a text file is whole and has its header: readers of engines do not ask, and make do with the rest."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from sqlsel.errors import IngestError

if TYPE_CHECKING:
    from pathlib import Path

_PEEK = 65_536
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ENDS = {b"[": b"]", b"{": b"}"}


def check_json(path: Path) -> None:
    """Refuse JSON that is cut off, and a list of anything but objects. Cost: two looks at the file, whatever its size.

    Raises:
        IngestError: If the file does not end as it begins, its list begins with something else than an object, or it
            has a byte order mark, of which engines make one row of all.
    """
    with path.open("rb") as file:
        begin = file.read(_PEEK).lstrip()
        file.seek(max(0, path.stat().st_size - _PEEK))
        end = file.read().rstrip()
    if begin.startswith(_MARKS):
        raise IngestError(f"{path}: begins with a byte order mark", hint="save it as UTF-8 without one")
    first = begin[:1]
    if first in _ENDS and not end.endswith(_ENDS[first]):
        what = "list" if first == b"[" else "object"
        raise IngestError(f"{path}: the file ends in the middle of its {what}", hint="write it again")
    inside = begin[1:].lstrip()[:1]
    if first == b"[" and inside not in (b"{", b"]"):
        raise IngestError(
            f"{path}: should be a list of objects, one a sample, not of {_called(inside)}",
            hint='such as [{"file_name": "a.jpg", "weather": "sunny"}]',
        )


def lost_header(header: list[str], column: str) -> bool:
    """Whether the engine passed over the first line of a csv, as it does where most lines have other fields.

    Lines of one field, and comments, are no headers.

    Args:
        header: The fields of the first line.
        column: The first column that the engine found.
    """
    names = [name.strip() for name in header]
    return len(names) > 1 and names[0] != "" and not names[0].startswith("#") and names[0] != column


def _called(inside: bytes) -> str:
    return {b"[": "lists", b'"': "texts"}.get(inside, "numbers or words")
