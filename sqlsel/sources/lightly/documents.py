"""JSON files of a datasource: read, and checked for what all of them have in common."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from sqlsel.sources.lightly.faults import BadFileError
from sqlsel.sources.lightly.walking import is_text, stem

if TYPE_CHECKING:
    from pathlib import Path

_DECODER = json.JSONDecoder()
_CHUNK = 32_768


def read_document(path: str | Path) -> Any:  # noqa: ANN401 - whatever the JSON holds
    """What a JSON file holds.

    Raises:
        BadFileError: If it cannot be read or is no JSON, with line and column.
    """
    try:
        return _parse(_content(path))
    except FileNotFoundError:
        raise BadFileError("there is no such file") from None
    except OSError as failure:
        raise BadFileError(f"cannot be read: {failure.strerror}") from None
    except json.JSONDecodeError as failure:
        if not failure.doc.strip():
            raise BadFileError("the file is empty; write it again, or remove it") from None
        raise BadFileError(f"this is no JSON: {failure.msg}", f"{failure.lineno}:{failure.colno}") from None
    except UnicodeDecodeError:
        raise BadFileError("this is no JSON: the text is not UTF-8") from None
    except RecursionError:
        raise BadFileError("this JSON cannot be read: lists or objects are nested too deeply in it") from None
    except ValueError as failure:
        raise BadFileError(f"this JSON cannot be read: {failure}") from None


def _content(path: str | Path) -> bytes:
    """What a file holds, in half the time that file objects take for small files."""
    file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        content = os.read(file, _CHUNK)
        if len(content) < _CHUNK:
            return content
        parts = [content]
        while content := os.read(file, _CHUNK):
            parts.append(content)
        return b"".join(parts)
    finally:
        os.close(file)


def _parse(content: bytes) -> Any:  # noqa: ANN401 - whatever the JSON holds
    """The JSON in UTF-8 without detours; every other encoding and every fault as json.loads takes them."""
    try:
        text = content.decode()
        document, end = _DECODER.raw_decode(text)
    except ValueError:
        return json.loads(content)
    return document if end == len(text) or text[end:].isspace() else json.loads(content)


def require_object(document: object) -> dict[str, Any]:
    """The document if it is a JSON object."""
    if not isinstance(document, dict):
        raise BadFileError(f"should be a JSON object, not {kind(document)}")
    return document


def stated_file_name(document: dict[str, Any], place: str) -> str | None:
    """The image that a document says it is about; None if it leaves that to its own place.

    Args:
        document: The document.
        place: Its path without ``.json``, relative to the task or metadata folder.

    Raises:
        BadFileError: If the document names an image that another place belongs to.
    """
    name = document.get("file_name")
    if name is None:
        return None
    if not isinstance(name, str) or not name or not is_text(name):
        raise BadFileError(f"should be a text, not {kind(name)}", "file_name")
    if stem(name) != place:
        raise BadFileError(
            f"{name!r} belongs to {stem(name)}.json; move the file, or correct or drop file_name", "file_name"
        )
    return name


def kind(value: object) -> str:
    """What a JSON value is, in JSON's words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    text = repr(value)
    return f"the {'text' if isinstance(value, str) else 'number'} {text if len(text) <= 40 else text[:37] + '...'}"
