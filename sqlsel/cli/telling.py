"""--quiet and --verbose, which every command has, and what is said on stderr beside the data."""

from __future__ import annotations

import logging
import sys

import click

_QUIET = "sqlsel.quiet"
_VERBOSE = "sqlsel.verbose"
_SQL_LOG = "sqlsel.sql"


def say(text: str = "") -> None:
    """Print a line on stderr: what was done, and notes. Nothing where --quiet was given. Errors are raised instead."""
    if not is_quiet():
        click.echo(text, err=True)


def is_quiet() -> bool:
    """Whether --quiet was given to the command that runs, or to one around it."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(_QUIET))


def with_telling_options(command: click.Command) -> click.Command:
    """The command with --quiet and --verbose, and so are its subcommands, if it has any."""
    if not any(parameter.name == "quiet" for parameter in command.params):
        for decorate in (_quiet_option, _verbose_option):
            command = decorate(command)
    if isinstance(command, click.Group):
        for subcommand in command.commands.values():
            with_telling_options(subcommand)
    return command


def _be_quiet(context: click.Context, _option: click.Parameter, asked: bool) -> None:
    if asked:
        context.meta[_QUIET] = True


def _be_verbose(context: click.Context, _option: click.Parameter, times: int) -> None:
    # while a shell completes the line, nothing may be printed
    if not times or context.resilient_parsing or context.meta.get(_VERBOSE):
        return
    context.meta[_VERBOSE] = True
    log, handler = logging.getLogger(_SQL_LOG), _OnStderr()
    before = log.level
    log.addHandler(handler)
    log.setLevel(logging.DEBUG if times == 1 else 1)

    def end() -> None:
        log.removeHandler(handler)
        log.setLevel(before)

    context.find_root().call_on_close(end)


class _OnStderr(logging.Handler):
    """Prints statements beside a progress bar without breaking it."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one statement or comment."""
        text = record.getMessage()
        if "tqdm" not in sys.modules:
            click.echo(text, err=True)
            return
        from tqdm import tqdm

        with tqdm.external_write_mode(file=sys.stderr):
            click.echo(text, err=True)


_quiet_option = click.option(
    "-q",
    "--quiet",
    is_flag=True,
    expose_value=False,
    callback=_be_quiet,
    help="Say nothing on stderr but errors; draw no bars.",
)
_verbose_option = click.option(
    "-v",
    "--verbose",
    count=True,
    expose_value=False,
    callback=_be_verbose,
    help="Print the SQL that runs on stderr; -vv with look-ups of what there is.",
)
