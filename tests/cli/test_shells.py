"""bash, zsh and fish as they are: what a tab makes of a line."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.cli.conftest import sqlsel
from tests.cli.typing_shells import shell_that_completes
from tests.demo.made import copy_demo, made_demo

SHELLS = ["bash", "zsh", "fish"]
ON_DIGITS = "--db demo.duckdb --dataset digits"
ONE = [
    ("sqlsel sel", "sqlsel select "),
    ("sqlsel select --pre", "sqlsel select --preselected "),
    ("sqlsel select c.json --missing e", "sqlsel select c.json --missing error "),
    ("sqlsel info --db demo.d", "sqlsel info --db demo.duckdb "),
    ("sqlsel info --db=demo.d", "sqlsel info --db=demo.duckdb "),
    ("sqlsel embed --images demo-f", "sqlsel embed --images demo-files/"),
    ("sqlsel select --db demo.duckdb --dataset s", "sqlsel select --db demo.duckdb --dataset sheets "),
    ("sqlsel select --db=demo.duckdb --dataset=s", "sqlsel select --db=demo.duckdb --dataset=sheets "),
    (f"sqlsel export {ON_DIGITS} --tag r", f"sqlsel export {ON_DIGITS} --tag round-1 "),
    (f"sqlsel export {ON_DIGITS} --tag fold:1", f"sqlsel export {ON_DIGITS} --tag fold:1 "),
]
SEVERAL = [
    ("sqlsel add-", {"add-embedding", "add-object-embeddings"}),
    ("sqlsel select c.json --format ", {"table", "csv", "json", "jsonl", "filenames"}),
    ("sqlsel select --db demo.duckdb --dataset ", {"digits", "misread", "sheets"}),
    (f"sqlsel compare {ON_DIGITS} round-1 ", {"round-1", "fold:1", "initial-tag", "datapool"}),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("shells")
    copy_demo(made_demo(tmp_path_factory), found)
    on_digits = ("--db", found / "demo.duckdb", "--dataset", "digits")
    assert sqlsel("tags", "union", "initial-tag", "round-1", "--tag", "fold:1", *on_digits).code == 0
    return found


@pytest.fixture(scope="module", params=SHELLS)
def typed(request, folder, command):
    with shell_that_completes(request.param, folder=folder, environment=command) as shell:
        yield shell.typed


@pytest.mark.parametrize(("line", "completed"), ONE)
def test_the_only_word_that_fits_is_put_in(typed, line, completed):
    assert typed(line) == (completed, set())


@pytest.mark.parametrize(("line", "words"), SEVERAL)
def test_several_words_that_fit_are_listed(typed, line, words):
    assert typed(line) == (line, words)


@pytest.mark.parametrize("line", ["sqlsel select --dataset ", "sqlsel info --db nothing", "sqlsel nonsense"])
def test_a_line_that_nothing_fits_stays(typed, line):
    assert typed(line) == (line, set())


@pytest.mark.parametrize("name", SHELLS)
def test_each_shell_gets_its_script(name):
    outcome = sqlsel("completion", name)
    assert (outcome.code, outcome.err) == (0, "")
    assert f"_SQLSEL_COMPLETE={name}_complete" in outcome.out
    assert "%(" not in outcome.out
    if program := shutil.which(name):
        checked = subprocess.run([program, "-n"], input=outcome.out, text=True, capture_output=True)
        assert (checked.returncode, checked.stderr) == (0, "")
