"""--quiet and --verbose on every command, and the bars of a terminal."""

from __future__ import annotations

import io
import logging
import time

import click
import pytest

from sqlsel.cli import COMMANDS, main
from sqlsel.cli.progress import progress_bars
from tests.cli.conftest import sqlsel

CONFIG = "demo-files/round-1/config.json"
ON_DIGITS = ("--db", "demo.duckdb", "--dataset", "digits")


def all_commands():
    for name in COMMANDS:
        found = main.get_command(click.Context(main), name)
        yield name, found
        if isinstance(found, click.Group):
            yield from ((f"{name} {sub}", command) for sub, command in found.commands.items())


@pytest.mark.parametrize(("name", "command"), [("", main), *all_commands()], ids=lambda value: str(value)[:20])
def test_every_command_has_them(name, command):
    flags = [flag for parameter in command.params for flag in parameter.opts]
    for flag in ("-q", "--quiet", "-v", "--verbose"):
        assert flags.count(flag) == 1


@pytest.mark.parametrize("line", [("-q", "select"), ("select", "--quiet")])
def test_quiet_leaves_the_data(demo, line):
    loud = sqlsel("select", CONFIG, *ON_DIGITS, "--format", "csv")
    quiet = sqlsel(*line, CONFIG, *ON_DIGITS, "--format", "csv")
    assert loud.err.startswith("Selected 100 of")
    assert (quiet.out, quiet.err) == (loud.out, "")


def test_quiet_leaves_errors(demo):
    outcome = sqlsel("select", CONFIG, "--db", "demo.duckdb", "--dataset", "digts", "-q")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == "Error: no dataset 'digts'\ndid you mean 'digits'? there is: 'digits', 'misread', 'sheets'\n"


def test_verbose_prints_the_sql_that_runs(demo):
    plain = sqlsel("select", CONFIG, *ON_DIGITS, "--format", "csv")
    outcome = sqlsel("select", CONFIG, *ON_DIGITS, "--format", "csv", "--verbose")
    assert outcome.out == plain.out
    explained = sqlsel("explain", CONFIG, *ON_DIGITS, "--sql").out
    statements = [part.partition("\n")[2] for part in f"\n{explained}".split("\n-- ")[1:]]
    assert statements
    for statement in statements:
        assert statement.strip() in outcome.err
    assert "\n-- " in outcome.err
    assert " ms\n" in outcome.err
    assert "information_schema" not in outcome.err
    assert "information_schema" in sqlsel("select", CONFIG, *ON_DIGITS, "-vv").err
    assert plain.err.splitlines()[0] in outcome.err


def test_verbose_ends_with_its_command(demo):
    log = logging.getLogger("sqlsel.sql")
    before = log.level, list(log.handlers)
    assert "SELECT" in sqlsel("tags", *ON_DIGITS, "-v").err
    assert (log.level, list(log.handlers)) == before
    assert "SELECT" not in sqlsel("tags", *ON_DIGITS).err


def test_verbose_and_quiet_together_print_the_sql_alone(demo):
    err = sqlsel("select", CONFIG, *ON_DIGITS, "-qv", "--format", "filenames").err
    assert "SELECT" in err
    assert "Selected" not in err


def terminal(monkeypatch, *, is_one=True):
    """A stderr that says it is a terminal, and keeps what is drawn on it."""
    stream = io.StringIO()
    stream.isatty = lambda: is_one
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setattr("sqlsel.cli.progress._TICK", 0.01)
    return stream


def wait_for(text, drawn):
    until = time.monotonic() + 10
    while text not in drawn.getvalue() and time.monotonic() < until:
        time.sleep(0.01)


@pytest.mark.parametrize("width", [40, 80])
def test_a_bar_shows_how_far_how_fast_and_how_long(monkeypatch, width):
    drawn = terminal(monkeypatch)
    monkeypatch.setenv("COLUMNS", str(width))
    with progress_bars() as progress:
        progress("images", 0, 5000)
        progress("images", 2500, 5000)
        wait_for(" 50% ", drawn)
        progress("commit", 0, None)
    frames = drawn.getvalue().split("\r")
    assert max(map(len, frames)) <= width
    assert any(frame.startswith("images:  50% ") and "/s " in frame and frame.endswith(" left") for frame in frames)
    assert any("5,000" in frame for frame in frames) == (width == 80)
    assert any(frame.startswith("commit: 00:00") for frame in frames)
    assert frames[-1].strip() == ""


def test_one_long_statement_moves_its_bar(monkeypatch):
    drawn = terminal(monkeypatch)

    class Engine:
        def share_done(self):
            return 0.42

    class Database:
        engine = Engine()

    monkeypatch.setenv("COLUMNS", "80")
    with progress_bars(Database()) as progress:
        progress("samples", 0, 1000)
        wait_for(" 42% ", drawn)
    assert "420/1,000" in drawn.getvalue()


def test_no_bar_for_a_file_or_a_quiet_command(monkeypatch):
    terminal(monkeypatch)
    with click.Context(main) as context:
        context.meta["sqlsel.quiet"] = True
        with progress_bars() as progress:
            assert progress is None
    terminal(monkeypatch, is_one=False)
    with progress_bars() as progress:
        assert progress is None
