"""Getting at a config: a mapping, JSON text, or the path of a file."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from sqlsel.config.document import Document
from sqlsel.config.models import Config
from sqlsel.config.plain import Foreign, read_mapping
from sqlsel.config.reader import Reading, read_json
from sqlsel.config.tokens import GAP
from sqlsel.words import nearest, shorten, show

LARGEST_FILE = 100_000_000
LONGEST_NAME = 300

Source = Mapping[str, Any] | str | PathLike[str] | Config

_NOTHING = Reading(None, 0, (), complete=False)
_OTHER_FORMATS = {".yaml": "YAML", ".yml": "YAML", ".toml": "TOML"}
_AN_OBJECT = 'a config is a JSON object: {"n_samples": 100, "strategies": [...]}'


def open_source(source: object) -> Document:
    """The config behind a source; what is wrong with it so far is in the document, nothing is raised.

    A text is JSON if it starts with ``{`` or has several lines; else it is the path of a file.
    """
    if isinstance(source, Config):
        source = source.to_dict()
    if isinstance(source, Mapping):
        return _document("config", read_mapping(source), None)
    if isinstance(source, str) and _is_json(source):
        return _read_text("config", source)
    if isinstance(source, str | PathLike):
        return _open_file(fspath(source))
    kind = show(source) if isinstance(source, list | tuple) else str(Foreign(source))
    return _refused("config", f"a config is a mapping, JSON text or the path of a file, not {kind}")


def _is_json(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n").startswith("{") or "\n" in text or "\r" in text or not text.strip()


def _refused(name: str, message: str) -> Document:
    return Document(name, None, _NOTHING, refusal=message)


def _open_file(source: str | bytes) -> Document:
    name = shorten(source if isinstance(source, str) else source.decode(errors="replace"), LONGEST_NAME)
    try:
        path = Path(source if isinstance(source, str) else source.decode())
        if path.is_dir():
            return _refused(name, f"{name!r} is a directory; name the config file in it{_config_in(path)}")
        if path.stat().st_size > LARGEST_FILE:
            return _refused(name, f"{name!r} has {path.stat().st_size} bytes; no config is that large")
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return _refused(name, f"there is no file {name!r}{_meant(source)}")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return _refused(name, f"{name!r} cannot be read: {reason}")
    return _decode(name, content)


def _config_in(folder: Path) -> str:
    files = sorted(child.name for child in folder.glob("*.json"))
    return f", such as {files[0]!r}" if files else ""


def _meant(source: str | bytes) -> str:
    text = source if isinstance(source, str) else ""
    if text.lstrip().startswith(("[", '"', "'", "#", "//")):
        return f"; if it is meant as JSON text, {_AN_OBJECT}"
    path = Path(text)
    files = tuple(sorted(child.name for child in path.parent.iterdir())) if path.parent.is_dir() else ()
    close = nearest(path.name, files)
    return f"; did you mean {str(path.with_name(close))!r}?" if close else "; check the path"


def _decode(name: str, content: bytes) -> Document:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _refused(name, f"{name!r} is in UTF-16; save it in UTF-8")
    try:
        return _read_text(name, content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = f"byte 0x{content[error.start]:02x} in line {line}"
        return _refused(name, f"{name!r} is no text in UTF-8 ({byte}); save the config in UTF-8")


def _read_text(name: str, text: str) -> Document:
    text = text.removeprefix("\ufeff")
    gap = GAP.match(text)
    if gap is not None and gap.end() == len(text):
        return _refused(name, f"the config is empty; {_AN_OBJECT}")
    return _document(name, read_json(text), text)


def _document(name: str, reading: Reading, text: str | None) -> Document:
    other_format = _OTHER_FORMATS.get(Path(name).suffix.lower())
    if not reading.complete and other_format is not None:
        return _refused(name, f"{other_format} is not read; write the config in JSON")
    if reading.complete and not isinstance(reading.value, dict):
        return _refused(name, f"the config is {show(reading.value)}; {_AN_OBJECT}")
    return Document(name, reading.value if reading.complete else None, reading, text)
