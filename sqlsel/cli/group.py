"""The group of all commands: imports each where it is called, and turns every outcome into an exit code."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from sqlsel.cli.completing import VARIABLE, with_completion
from sqlsel.cli.failures import QUIET, InterruptedCommandError, exit_code_of
from sqlsel.cli.telling import with_telling_options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


GARBAGE_AFTER = 300_000


class CommandGroup(click.Group):
    """A group whose commands live in modules of their own.

    Each gets --quiet and --verbose, and values that shells complete.

    Args:
        commands_in: By command name, the module below ``sqlsel.cli.commands``; its variable of the same name (``sql``)
            is the command.
        arguments: What ``click.Group`` takes.
    """

    def __init__(self, *, commands_in: Mapping[str, str], **arguments: Any) -> None:  # noqa: ANN401
        super().__init__(**arguments)
        self._commands_in = commands_in
        with_telling_options(self)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names in the order they are used."""
        return list(self._commands_in)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command, imported; None if there is none of that name."""
        if cmd_name not in self._commands_in:
            return None
        module = import_module(f"sqlsel.cli.commands.{self._commands_in[cmd_name]}")
        found = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        assert isinstance(found, click.Command)
        return with_completion(with_telling_options(found))

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        """Run the command. A reader that has closed its end of the pipe has seen enough."""
        try:
            outcome = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            return QUIET
        except KeyboardInterrupt:
            # click would print an empty line of its own
            raise InterruptedCommandError from None
        return outcome

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Run the command line and, in standalone mode, end the process with its exit code."""

        def run() -> object:
            return super(CommandGroup, self).main(
                args, prog_name, complete_var or VARIABLE, standalone_mode=False, **extra
            )

        if (complete_var or VARIABLE) in os.environ:
            import_module("sqlsel.cli.shells").use_shells()
        if not standalone_mode:
            return run()
        # imports make many objects that all stay: looking for garbage among them takes a tenth of their time
        gc.set_threshold(GARBAGE_AFTER)
        # nor is there a reason to look through all of them once more when the process ends
        atexit.register(gc.freeze)
        sys.exit(exit_code_of(run))
