"""Running the command line: in this process, and as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from sqlsel.cli import main
from tests.demo.made import copy_demo, made_demo

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


def sqlsel(*arguments: object, stdin: str | bytes | None = None) -> Outcome:
    """Run a command in this process."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin, prog_name="sqlsel")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Outcome(result.exit_code, result.stdout, result.stderr)


@pytest.fixture(scope="session")
def command(tmp_path_factory) -> dict[str, str]:
    """The environment of a process that finds this sqlsel as a command."""
    folder = tmp_path_factory.mktemp("bin")
    script = folder / "sqlsel"
    script.write_text(f"#!{sys.executable}\nimport sys\nfrom sqlsel.cli import main\nmain(prog_name='sqlsel')\n")
    script.chmod(0o755)
    paths = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    return {**os.environ, **paths, "COLUMNS": "80"}


@pytest.fixture
def shell(command):
    """Run a line in a shell."""

    def run(line: str, *, folder: Path, **options) -> Outcome:
        done = subprocess.run(line, shell=True, cwd=folder, env=command, capture_output=True, text=True, **options)
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def demo(tmp_path_factory, tmp_path, monkeypatch) -> Path:
    """The working directory: a copy of the demo."""
    monkeypatch.chdir(copy_demo(made_demo(tmp_path_factory), tmp_path))
    return tmp_path
