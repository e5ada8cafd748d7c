"""What is offered for the end of a line: commands, options, files, and the names that a database holds."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from sqlsel.cli import main
from sqlsel.cli.completing import VARIABLE
from tests.cli.conftest import sqlsel


def offered(line, shell="bash"):
    """What a shell is told could stand at the end of a line."""
    asked = {VARIABLE: f"{shell}_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(line.split()))}
    result = CliRunner().invoke(main, [], env=asked, prog_name="sqlsel")
    assert result.stderr == ""
    return [tuple(each.split(",", 1)) for each in result.stdout.splitlines() if each]


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
        ("sqlsel select --db=demo.duckdb --dataset=s", plain("sheets")),
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
        ("sqlsel lin", plain("link")),
        ("sqlsel link --embeddings ", [("file", "")]),
        ("sqlsel completion ", plain("bash", "zsh", "fish")),
    ],
)
def test_what_could_stand_next(demo, line, expected):
    assert offered(line) == expected


@pytest.mark.parametrize("name", ["all of it", "now;then"])
def test_names_that_a_shell_would_take_apart_are_left_out(demo, name):
    on_digits = ("--db", "demo.duckdb", "--dataset", "digits")
    assert sqlsel("tags", "union", "initial-tag", "round-1", "--tag", name, *on_digits).code == 0
    assert ("plain", "round-1") in offered("sqlsel export --db demo.duckdb --dataset digits --tag ")
    assert offered(f"sqlsel export --db demo.duckdb --dataset digits --tag {name[0]}") == []
