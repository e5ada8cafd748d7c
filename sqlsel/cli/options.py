"""Options that several commands have, by the same names everywhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

config_argument = click.argument("config", metavar="CONFIG")
"""CONFIG: a file, ``-`` for stdin, or JSON text."""


def database_option(*, required: bool = True, text: str = "The DuckDB file that `sqlsel ingest` made.") -> Decorator:
    """--db DB, the path of a file."""
    return click.option("--db", "database", metavar="DB", required=required, callback=_file, help=text)


def _file(_context: click.Context, _option: click.Parameter, path: str | None) -> str | None:
    if path is not None and (not path.strip() or path.startswith(":memory:")):
        raise UsageError(
            f"--db {path!r}: what is stored there would be lost at once", hint="name a file: curation.duckdb"
        )
    return path


def dataset_option(*, required: bool = True, text: str = "The dataset in it.") -> Decorator:
    """--dataset NAME."""
    return click.option("--dataset", metavar="NAME", required=required, help=text)


def output_option(text: str = "Write to a file, which is replaced once all is written; - is stdout.") -> Decorator:
    """-o FILE."""
    return click.option("-o", "--output", metavar="FILE", help=text)


def format_option(*formats: str, default: str | None = None, text: str, metavar: str | None = None) -> Decorator:
    """--format; with a ``metavar`` the help names the formats in its text alone."""
    kind = click.Choice(formats)
    return click.option("--format", "format_name", type=kind, default=default, metavar=metavar, help=text)


_MEMORY_LIMIT = "sqlsel.memory_limit"


def _keep_limit(context: click.Context, _option: click.Parameter, limit: str | None) -> None:
    context.meta[_MEMORY_LIMIT] = limit


memory_limit_option = click.option(
    "--memory-limit",
    metavar="SIZE",
    expose_value=False,
    callback=_keep_limit,
    help="Use no more memory than this: 2GB, 500MiB. What does not fit is read from a temporary file beside DB. "
    "By default 80 % of the machine's.",
)


def chosen_memory_limit() -> str | None:
    """What ``--memory-limit`` says to the command that runs; None where it has no such option."""
    context = click.get_current_context(silent=True)
    return None if context is None else context.meta.get(_MEMORY_LIMIT)


preselected_option = click.option(
    "--preselected",
    metavar="TAG",
    help="Tag of samples that were picked before; they count as chosen. "
    "The tag datapool has those of all selections with a tag.",
)
missing_option = click.option(
    "--missing",
    type=click.Choice(["omit", "error"]),
    default="omit",
    show_default=True,
    help="What to do with samples that lack an input: leave them out, or refuse to run.",
)
where_option = click.option(
    "--where", metavar="SQL", help='A condition that candidates have to meet: "metadata.size.width > 300".'
)


candidates_option = click.option("--candidates", metavar="TAG", help="Choose only among the samples of this tag.")
since_option = click.option(
    "--since",
    metavar="TAG|TIME",
    help="Choose only among samples added after TAG was selected, or after TIME: 2026-01-31T18:30 (UTC). "
    "The tag datapool is the latest selection.",
)
attach_option = click.option(
    "--attach",
    metavar="[NAME=]FILE",
    multiple=True,
    help="Another database, whose datasets CONFIG can name as NAME.dataset for queries; by default FILE's own name.",
)
exclude_preselected_option = click.option(
    "--exclude-preselected", is_flag=True, help="Leave out samples that were picked before."
)
exact_option = click.option(
    "--exact", is_flag=True, help="Measure against all samples, not against 50,000 of them where there are more."
)

_BEYOND = 2**63


class Seed(click.ParamType[int | None]):
    """A whole number, or ``none``."""

    name = "seed"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:  # noqa: ANN401
        """The seed; None for ``none``."""
        if value is None or isinstance(value, int):
            return value
        if str(value).lower() == "none":
            return None
        try:
            seed = int(value)
        except ValueError:
            self.fail(f"{value!r} is neither a whole number nor 'none'", param, ctx)
        if not -_BEYOND <= seed < _BEYOND:
            self.fail(f"{value} does not fit in 64 bits", param, ctx)
        return seed


seed_option = click.option(
    "--seed",
    type=Seed(),
    default="0",
    show_default=True,
    metavar="N|none",
    help="Breaks ties; 'none' breaks them by the lowest sample_id.",
)


def config_source(argument: str) -> str:
    """What CONFIG names, as the config reader takes it: the text of stdin for ``-``, else the argument itself."""
    # a line break at the end tells the reader that this is JSON text and no path
    return f"{stdin_text()}\n" if argument == "-" else argument


def stdin_text() -> str:
    """What stdin holds.

    Raises:
        UsageError: If it is no text.
    """
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        raise UsageError(f"stdin is no text in UTF-8 (byte {failure.start + 1})", hint="send it in UTF-8") from None
