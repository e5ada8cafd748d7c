"""The names of a model's classes: given, said by the model, or those of the task."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from sqlsel.errors import UsageError
from sqlsel.vision.asked import PRETAGGING
from sqlsel.vision.model_input import parsed
from sqlsel.words import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PRETAGGING_CLASSES = ("bicycle", "bus", "car", "motorcycle", "person", "train", "truck")
"""What Lightly's own pretagging model finds."""

# What stands where a list of names has a gap, as that of COCO has; the number tells them apart.
_NO_CLASS = frozenset({"N/A", "n/a", "NA", "-", "?"})
_KEYS = ("names", "classes", "class_names", "labels", "id2label")


def read_class_names(given: str | Path | Sequence[str] | None) -> tuple[str, ...] | None:
    """Class names as the user gives them: a list, ``a,b,c``, or a text file with one a line.

    Raises:
        UsageError: If a name is empty or stands twice, or the file is no text.
    """
    if given is None:
        return None
    if isinstance(given, str | Path):
        names = _from_file(Path(given)) if _is_file(given) else next(csv.reader([str(given)], skipinitialspace=True))
    else:
        names = list(given)
    return check_class_names([name.strip() for name in names], "classes")


def said_class_names(properties: Mapping[str, str]) -> tuple[str, ...] | None:
    """Class names out of a model's metadata properties: a list, or a mapping of numbers from 0; None without any."""
    for key in _KEYS:
        value = parsed(properties.get(key))
        if isinstance(value, dict):
            numbered = {int(number): str(name) for number, name in value.items() if str(number).isdecimal()}
            if numbered and sorted(numbered) == list(range(len(value))):
                return check_class_names([numbered[number] for number in sorted(numbered)], f"property {key!r}")
        if isinstance(value, list | tuple) and value:
            return check_class_names([str(name) for name in value], f"property {key!r}")
    return None


def usual_class_names(task: str, number: int | None) -> tuple[str, ...] | None:
    """Lightly's seven classes for its pretagging task, if the model has seven; None otherwise."""
    return PRETAGGING_CLASSES if task == PRETAGGING and number == len(PRETAGGING_CLASSES) else None


def check_class_names(names: Sequence[str], where: str) -> tuple[str, ...]:
    """The names, if they are all different and none is empty."""
    if not names or not all(names):
        raise UsageError(f"{where}: an empty class name", hint="give each class a name: --classes cat,dog")
    names = [f"{name} {number}" if name in _NO_CLASS else name for number, name in enumerate(names)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(f"{where}: names that stand for two classes: {quoted(twice)}")
    return tuple(names)


def _is_file(given: str | Path) -> bool:
    try:
        return Path(given).is_file()
    except (OSError, ValueError):  # too long for a path, or no path at all
        return False


def _from_file(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise UsageError(f"{path}: this is no text in UTF-8", hint="write one class name a line") from None
    return [line for line in lines if line.strip()]
