"""What shells offer: commands, options, files, and the names that a database holds."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.cli.conftest import sqlsel


def offered(shell, folder, line):
    """What bash is told could stand at the end of a line."""
    words = len(line.split()) - (not line.endswith(" "))
    outcome = shell(f'_SQLSEL_COMPLETE=bash_complete COMP_WORDS="{line}" COMP_CWORD={words} sqlsel', folder=folder)
    assert outcome.err == ""
    return [tuple(each.split(",", 1)) for each in outcome.out.splitlines() if each]


def plain(*names):
    return [("plain", name) for name in names]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("sqlsel sel", plain("select")),
        ("sqlsel add-", plain("add-embedding", "add-object-embeddings")),
        ("sqlsel select --pre", plain("--preselected")),
        ("sqlsel select c.json --format ", plain("table", "csv", "json", "jsonl", "filenames")),
        ("sqlsel select --db demo.duckdb --dataset ", plain("digits", "misread", "sheets")),
        ("sqlsel select --db demo.duckdb --dataset s", plain("sheets")),
        ("sqlsel export --db demo.duckdb --dataset digits --tag r", plain("round-1")),
        ("sqlsel compare --db demo.duckdb --dataset digits round-1 ", plain("datapool", "initial-tag", "round-1")),
        ("sqlsel tags --db demo.duckdb --dataset digits union i", plain("initial-tag")),
        ("sqlsel score --db demo.duckdb --dataset sheets --task d", plain("digit_detection")),
        ("sqlsel curve --db demo.duckdb --dataset digits --embedding ", plain("default")),
        ("sqlsel select -v --db demo.duckdb --dataset d", plain("digits")),
        ("sqlsel select --dataset ", []),
        ("sqlsel select --db none.duckdb --dataset ", []),
        ("sqlsel select --db demo-files --dataset ", []),
        ("sqlsel select --db demo.duckdb --dataset nothing --preselected ", []),
        ("sqlsel select con", [("file", "con")]),
        ("sqlsel info --db ", [("file", "")]),
        ("sqlsel embed --images ", [("dir", "")]),
        ("sqlsel completion ", plain("bash", "zsh", "fish")),
    ],
)
def test_what_could_stand_next(demo, shell, line, expected):
    assert offered(shell, demo, line) == expected


def test_names_with_blanks_are_left_out(demo, shell):
    on_digits = ("--db", "demo.duckdb", "--dataset", "digits")
    assert sqlsel("tags", "union", "initial-tag", "round-1", "--tag", "all of it", *on_digits).code == 0
    assert ("plain", "round-1") in offered(shell, demo, "sqlsel export --db demo.duckdb --dataset digits --tag ")
    assert offered(shell, demo, "sqlsel export --db demo.duckdb --dataset digits --tag a") == []


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(name):
    outcome = sqlsel("completion", name)
    assert (outcome.code, outcome.err) == (0, "")
    assert f"_SQLSEL_COMPLETE={name}_complete" in outcome.out
    assert "%(" not in outcome.out
    if program := shutil.which(name):
        checked = subprocess.run([program, "-n"], input=outcome.out, text=True, capture_output=True)
        assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_by_it(demo, shell):
    line = (
        'eval "$(sqlsel completion bash)"; complete -p sqlsel >&2; '
        "COMP_WORDS=(sqlsel select c.json --db demo.duckdb --dataset d); COMP_CWORD=6; "
        '_sqlsel_completion sqlsel; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    outcome = shell(line, folder=demo, executable=shutil.which("bash"))
    assert outcome.out == "digits\n"
    assert "-F _sqlsel_completion sqlsel" in outcome.err


@pytest.mark.parametrize("name", ["zsh", "fish"])
def test_the_other_shells_are_answered_in_their_words(demo, shell, name):
    words = 'COMP_WORDS="sqlsel select --db demo.duckdb --dataset d" COMP_CWORD='
    last = "d" if name == "fish" else "5"
    outcome = shell(f"_SQLSEL_COMPLETE={name}_complete {words}{last} sqlsel", folder=demo)
    assert "digits" in outcome.out.split()[0 if name == "fish" else 1]
