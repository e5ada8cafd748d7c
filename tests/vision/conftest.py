"""The shell of the command line's tests."""

from tests.cli.conftest import command, shell

__all__ = ["command", "shell"]
