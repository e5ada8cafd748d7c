"""Help texts: every command has worked examples, and they work."""

from __future__ import annotations

import shlex
import subprocess
import sys

import click
import pytest

from sqlsel.cli import COMMANDS, main
from tests.cli.conftest import ROOT, sqlsel

HEAVY = {"duckdb", "numpy", "pyarrow", "pydantic", "sqlglot", "tqdm", "sklearn", "PIL", "hypothesis"}


def help_of(*command: str) -> str:
    outcome = sqlsel(*command, "--help")
    assert outcome.code == 0
    return outcome.out


def examples_of(text: str) -> list[str]:
    """The commands below ``Examples:``, each on one line."""
    _, _, below = text.partition("Examples:\n")
    lines = [line.strip() for line in below.replace("\\\n", " ").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def test_the_commands_are_listed_in_the_order_of_use():
    listed = help_of().partition("Commands:\n")[2].partition("\n\n")[0]
    assert [line.split()[0] for line in listed.splitlines()] == list(COMMANDS)


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_fits_and_ends_with_examples(name):
    text = help_of(*name.split())
    assert max(len(line) for line in text.splitlines()) <= 80
    assert examples_of(text)
    assert "..." not in text.partition("Commands:")[2], "a short help is cut off"


ON_SPARK = {"link"}
"""Commands whose examples are tried in tests/spark, where there is a session."""


@pytest.mark.parametrize("name", ["", *(name for name in COMMANDS if name not in ON_SPARK)])
def test_the_examples_work(name, demo, shell):
    for line in examples_of(help_of(*name.split())):
        if line.startswith("sqlsel demo") and name != "demo":
            # an example of its own, and seconds long
            continue
        if line.startswith("sqlsel demo") and (demo / "demo-files").is_symlink():
            (demo / "demo-files").unlink()
        if {"|", ">", ">>", "<"} & set(shlex.split(line)):
            outcome = shell(line, folder=demo)
        else:
            program, *arguments = shlex.split(line)
            assert program == "sqlsel"
            outcome = sqlsel(*arguments)
        assert outcome.code == 0, f"{line}\n{outcome.err}"


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_option_is_explained(name):
    found = main.get_command(click.Context(main), name)
    assert found is not None
    for option in found.params:
        assert isinstance(option, click.Argument) or option.help, option.name


@pytest.mark.parametrize("arguments", ["--help", "--version", "select --help", "nonsense"])
def test_nothing_heavy_is_imported_for_help(arguments):
    code = f"""
import sys
from sqlsel.cli import main
try:
    main({arguments.split()!r}, prog_name="sqlsel")
except SystemExit:
    print(*sorted(sys.modules), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stderr.split()}
    assert "sqlsel" in loaded
    assert not loaded & HEAVY


def test_a_command_that_does_not_exist():
    outcome = sqlsel("selct")
    assert outcome.code == 2
    assert "No such command 'selct'" in outcome.err
    assert outcome.out == ""
