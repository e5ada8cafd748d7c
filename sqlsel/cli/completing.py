"""What a shell offers behind an option or argument: files, and the names that the database on the line holds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlsel.database import Database
    from sqlsel.facts import DatasetFacts

PROGRAM = "sqlsel"
VARIABLE = "_SQLSEL_COMPLETE"
"""The variable by which a shell asks what could stand next."""

FILES = ("DB", "FILE", "PATH", "SOURCE", "CONFIG")
FOLDER = "FOLDER"

_UNQUOTED = re.compile(r"[\w@%+=:,./-]+")


def with_completion(command: click.Command) -> click.Command:
    """The command, and its subcommands, with values completed by what their help calls them."""
    for parameter in command.params:
        if parameter.type is click.STRING:
            kind = kind_of(parameter)
            if kind is not None:
                parameter.type = Completed(kind)
    if isinstance(command, click.Group):
        for subcommand in command.commands.values():
            with_completion(subcommand)
    return command


def kind_of(parameter: click.Parameter) -> str | None:
    """What the values of an option or argument are: a kind of ``Completed``; None where a shell cannot help."""
    shown = (parameter.metavar or "").strip("[]")
    if shown.endswith(FILES):
        return "file"
    if shown == FOLDER:
        return "dir"
    if shown.startswith("TAG"):
        return "tag"
    if shown == "TASK":
        return "task"
    return parameter.name if shown == "NAME" and parameter.name in _NAMES else None


class Completed(click.types.StringParamType):
    """Text of a kind that a shell can complete.

    Args:
        kind: ``file`` and ``dir`` are left to the shell; ``dataset``, ``tag``, ``task`` and ``embedding`` are looked up
            in the database of the command line.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002
        """What begins with what is there. Nothing where the database cannot be read, and no name to be quoted."""
        if self.kind not in _NAMES:
            return [CompletionItem(incomplete, type=self.kind)]
        try:
            names = _known(ctx, self.kind)
        except Exception:  # noqa: BLE001 - there is nobody to tell while a line is typed
            return []
        return [CompletionItem(name) for name in names if name.startswith(incomplete) and _UNQUOTED.fullmatch(name)]


def _known(ctx: click.Context, kind: str) -> Iterable[str]:
    from sqlsel.cli.opening import open_existing

    database = _given(ctx, "database")
    # a folder would start a cluster
    if database is None or not Path(database).is_file():
        return ()
    with open_existing(database) as db:
        dataset = _given(ctx, "dataset")
        datasets = db.datasets()
        if kind == "dataset":
            return datasets
        among = [dataset] if dataset is not None else datasets
        return sorted({name for each in among for name in _NAMES[kind](db, each)})


def _given(ctx: click.Context | None, name: str) -> str | None:
    """The value of an option of the command, or of one around it."""
    while ctx is not None:
        if ctx.params.get(name) is not None:
            return str(ctx.params[name])
        ctx = ctx.parent
    return None


def _tags(db: Database, dataset: str) -> Iterable[str]:
    from sqlsel.config import DATAPOOL, INITIAL_TAG

    return (*_facts(db, dataset).tags, INITIAL_TAG, DATAPOOL)


def _facts(db: Database, dataset: str) -> DatasetFacts:
    from sqlsel.datasets.catalog import DatasetCatalog

    return DatasetCatalog(db.engine).facts(dataset)


_NAMES: dict[str, Callable[[Database, str], Iterable[str]]] = {
    "dataset": lambda _, dataset: [dataset],
    "tag": _tags,
    "task": lambda db, dataset: [*_facts(db, dataset).tasks],
    "embedding": lambda db, dataset: [*_facts(db, dataset).embeddings],
}
