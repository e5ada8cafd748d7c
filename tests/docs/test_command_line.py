"""The page about the command line: everything on it runs, and prints what is shown."""

import logging
import re
import shutil

import pytest

import sqlsel as package
from tests.cli.conftest import command, demo, shell  # noqa: F401 - fixtures
from tests.cli.conftest import sqlsel as run_here
from tests.docs.test_limits_and_embeddings import ROOT, blocks, run, words

PAGE = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")


def told(text):
    """The words; bars and rules are as long as the numbers of this machine make them."""
    return words(re.sub(r"[█▏▎▍▌▋▊▉-]{2,}", "=", text))


def test_it_holds_what_it_shows(demo, shell):  # noqa: F811
    ran = 0
    for language, text in blocks("command-line"):
        if language == "sh":
            outcome = shell(f"set -e\n{text}", folder=demo)
            assert outcome.code == 0, f"{text}\n{outcome.err}"
        elif language == "console":
            line, _, shown = text.removeprefix("$ ").partition("\n")
            outcome = run(line)
            assert told(outcome.out + outcome.err) == told(shown), line
        elif language == "python":
            exec(compile(text, "docs/command-line.md", "exec"), {})
            logging.getLogger("sqlsel.sql").setLevel(logging.NOTSET)
        elif language == "text":
            assert all(f"        {line}\n" in (demo / "config.json").read_text() for line in text.splitlines())
        else:
            continue
        ran += 1
    assert ran == 10
    assert len((demo / "chosen.txt").read_text().splitlines()) == 20
    with package.connect("other.duckdb", read_only=True) as db:
        assert len(db.dataset("chosen")) == 100
    assert package.validate((demo / "starter.json").read_text()) == []


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_line_for_a_shell_works(shell, tmp_path):  # noqa: F811
    (line,) = [text.strip() for language, text in blocks("command-line") if language == "bash"]
    outcome = shell(f"{line}; complete -p sqlsel", folder=tmp_path, executable=shutil.which("bash"))
    assert outcome.out.endswith("-F _sqlsel_completion sqlsel\n"), outcome.err


def test_every_exit_code_and_format_is_on_the_page():
    for code in ("0", "1", "2", "130"):
        assert f"| {code} |" in PAGE
    formats = set(re.findall(r"--format \[([a-z|]+)\]", run_here("select", "--help").out)[0].split("|"))
    assert [name for name in formats if f"`{name}`" not in PAGE] == []
