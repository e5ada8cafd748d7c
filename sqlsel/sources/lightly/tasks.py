"""The tasks of a datasource: ``tasks.json`` and each task's ``schema.json``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, get_args

from sqlsel.facts import TaskType
from sqlsel.sources.lightly.documents import kind, read_document, require_object
from sqlsel.sources.lightly.faults import BadFileError
from sqlsel.sources.lightly.walking import is_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlsel.sources.lightly.faults import Faults

PREDICTIONS = ".lightly/predictions"
SCHEMA = "schema.json"
_TASKS = "tasks.json"
_TASK_TYPES: dict[str, TaskType] = {name: name for name in get_args(TaskType)}


@dataclass(frozen=True, slots=True)
class Task:
    """One task that a datasource has predictions for.

    Attributes:
        name: The task's name, which is that of its folder.
        task_type: Kind of its predictions.
        categories: Names by id, in the order of the schema, which is that of the probabilities. Ids may have gaps.
    """

    name: str
    task_type: TaskType
    categories: dict[int, str]

    @property
    def is_segmentation(self) -> bool:
        """Whether its predictions are masks."""
        return self.task_type in ("instance-segmentation", "semantic-segmentation")

    @property
    def folder(self) -> str:
        """Where its predictions are, relative to the datasource."""
        return f"{PREDICTIONS}/{self.name}"


def read_tasks(root: Path, faults: Faults) -> tuple[Task, ...]:
    """The tasks that ``tasks.json`` lists; none where the datasource has no predictions.

    Task types are accepted in hyphens and lower case, and as Lightly's API spells them (``OBJECT_DETECTION``).

    Args:
        root: The datasource.
        faults: Takes what is wrong with the list or a schema.
    """
    folder = root / PREDICTIONS
    if not folder.is_dir() or not any(folder.iterdir()):
        return ()
    file = f"{PREDICTIONS}/{_TASKS}"
    try:
        names = _task_names(read_document(root / file) if (root / file).exists() else _no_list(folder))
    except BadFileError as fault:
        faults.add_bad(file, fault)
        return ()
    return tuple(_read_all(root, names, faults))


def unlisted_tasks(root: Path, tasks: tuple[Task, ...]) -> list[str]:
    """Folders with a schema that ``tasks.json`` does not list."""
    listed = {PurePosixPath(task.name).parts[0] for task in tasks}
    folders = (root / PREDICTIONS).glob(f"*/{SCHEMA}")
    return sorted(path.parent.name for path in folders if path.parent.name not in listed)


def _read_all(root: Path, names: list[str], faults: Faults) -> Iterator[Task]:
    for name in names:
        folder = f"{PREDICTIONS}/{name}"
        if not (root / folder / SCHEMA).exists():
            lacking = f"{name}/{SCHEMA}" if (root / folder).is_dir() else f"folder {name}"
            message = f"lists the task {name!r}, but there is no {lacking}; add it, or take the task off the list"
            faults.add(f"{PREDICTIONS}/{_TASKS}", message)
            continue
        try:
            yield _read_task(name, read_document(root / folder / SCHEMA))
        except BadFileError as fault:
            faults.add_bad(f"{folder}/{SCHEMA}", fault)


def _no_list(folder: Path) -> list[str]:
    found = sorted(path.parent.name for path in folder.glob(f"*/{SCHEMA}"))
    listed = f", such as {found!r}".replace("'", '"') if found else ""
    raise BadFileError(f"there is no such file; it has to hold the list of the task names{listed}")


def _task_names(document: object) -> list[str]:
    if not isinstance(document, list):
        raise BadFileError(f"should be a list of task names, not {kind(document)}")
    for index, name in enumerate(document):
        if not isinstance(name, str) or not name or not is_text(name):
            raise BadFileError(f"should be a task name, not {kind(name)}", f"[{index}]")
        parts = PurePosixPath(name)
        if parts.is_absolute() or ".." in parts.parts or str(parts) != name or "\\" in name:
            raise BadFileError(f"{name!r} is no name of a folder beside this file", f"[{index}]")
        if name in document[:index]:
            raise BadFileError(f"lists the task {name!r} twice", f"[{index}]")
    return document


def _read_task(name: str, document: object) -> Task:
    schema = require_object(document)
    stated = schema.get("task_type")
    task_type = _TASK_TYPES.get(stated.lower().replace("_", "-")) if isinstance(stated, str) else None
    if task_type is None:
        allowed = ", ".join(_TASK_TYPES)
        raise BadFileError(f"should be one of {allowed}, not {kind(stated)}", "task_type")
    categories = schema.get("categories")
    if not isinstance(categories, list) or not categories:
        found = "an empty list" if categories == [] else kind(categories)
        raise BadFileError(f"should be a list of at least one {{id, name}}, not {found}", "categories")
    names: dict[int, str] = {}
    for index, category in enumerate(categories):
        number, text = _category(category, f"categories[{index}]")
        if number in names:
            raise BadFileError(f"the id {number} is given twice", f"categories[{index}].id")
        if text in names.values():
            raise BadFileError(f"the name {text!r} is given twice", f"categories[{index}].name")
        names[number] = text
    return Task(name, task_type, names)


def _category(category: Any, place: str) -> tuple[int, str]:  # noqa: ANN401 - whatever the JSON holds
    if not isinstance(category, dict):
        raise BadFileError(f"should be an object with id and name, not {kind(category)}", place)
    number, name = category.get("id"), category.get("name")
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise BadFileError(f"should be a whole number from 0 on, not {kind(number)}", f"{place}.id")
    if not isinstance(name, str) or not name or not is_text(name):
        raise BadFileError(f"should be a text that is not empty, not {kind(name)}", f"{place}.name")
    return number, name
