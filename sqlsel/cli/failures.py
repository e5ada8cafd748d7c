"""What the user is told when a command fails, and the exit code."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from sqlsel.errors import EngineError, SqlselError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DONE = 0
FAILED = 1
INTERRUPTED = 130
QUIET = -1
"""What a command returns whose reader closed the pipe."""

DEBUG = "SQLSEL_DEBUG"


class InterruptedCommandError(click.ClickException):
    """Ctrl-C. What was stored before is told; nothing was, unless the message says so."""

    exit_code = INTERRUPTED

    def __init__(self, message: str = "Interrupted; nothing was changed.") -> None:
        super().__init__(message)

    def show(self, file: object = None) -> None:  # noqa: ARG002
        """Print the message as one line, below the ^C of a terminal."""
        click.echo(f"\n{self.message}" if sys.stderr.isatty() else self.message, err=True)


@contextmanager
def after_storing(what: str) -> Iterator[None]:
    """Around what follows a commit: Ctrl-C inside says what was stored before."""
    try:
        yield
    except KeyboardInterrupt:
        raise InterruptedCommandError(f"Interrupted; {what}.") from None


def exit_code_of(run: Callable[[], object]) -> int:
    """Run a command line; print what failed on stderr, without a traceback unless ``SQLSEL_DEBUG`` is set.

    Returns:
        0 done, 1 the data or the run failed, 2 the command or the config is wrong, 130 interrupted.
    """
    _print_anything()
    try:
        outcome = run()
    except (click.Abort, KeyboardInterrupt):
        InterruptedCommandError().show()
        return INTERRUPTED
    except click.ClickException as failure:
        failure.show()
        return failure.exit_code
    except Exception as failure:  # noqa: BLE001 - nobody gets a traceback who did not ask for one
        return _tell(failure)
    if outcome == QUIET:
        _forget_stdout()
        return DONE
    return outcome if isinstance(outcome, int) else DONE


def _tell(failure: Exception) -> int:
    if os.environ.get(DEBUG):
        traceback.print_exception(failure)
    if isinstance(failure, EngineError):
        return _print(failure.message, failure.hint or f"run it again with {DEBUG}=1 to see the statement", FAILED)
    if isinstance(failure, SqlselError):
        return _print(str(failure), None, failure.exit_code)
    if isinstance(failure, OSError):
        _forget_stdout()
        return _print(f"{failure.filename or 'the output'}: {failure.strerror or failure}", None, FAILED)
    if isinstance(failure, MemoryError):
        return _print("out of memory", "close other programs, or select from fewer samples with --where", FAILED)
    text = " ".join(str(failure).split())
    advice = f"this is a defect of sqlsel; run it again with {DEBUG}=1 to see where, and report it"
    return _print(f"unexpected {type(failure).__name__}: {text}", advice, FAILED)


def _print(message: str, hint: str | None, code: int) -> int:
    click.echo(f"Error: {message}", err=True)
    if hint:
        click.echo(hint, err=True)
    return code


def _print_anything() -> None:
    """Let both streams print what the terminal's encoding lacks, and undecodable file names, with backslashes."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _forget_stdout() -> None:
    """Keep Python from complaining at exit that it cannot flush to a closed pipe."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return
