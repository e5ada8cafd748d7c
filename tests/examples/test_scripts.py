"""The commands of the examples' README and the Python examples."""

from __future__ import annotations

import importlib.util
import re
import runpy
import shlex

import pytest
from click.testing import CliRunner

from sqlsel.cli import main
from tests.demo.made import copy_demo, made_demo
from tests.examples.conftest import EXAMPLES

BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
LINES = [line for block in BLOCK.findall((EXAMPLES / "README.md").read_text()) for line in block.splitlines()]
SCRIPTS = sorted((EXAMPLES / "python").glob("*.py"))
# what labels are worth takes long to find out: that is run at the end, for fewer of them
SHORT = [script for script in SCRIPTS if script.stem != "which_strategy"]


@pytest.fixture
def folder(tmp_path_factory, tmp_path, monkeypatch):
    """A folder with the demo and the examples in it."""
    copy_demo(made_demo(tmp_path_factory), tmp_path)
    (tmp_path / "examples").symlink_to(EXAMPLES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def accuracies(text):
    """The table that the example prints: by way of choosing, the accuracy in percent after each round."""
    rows = re.findall(r"^(random|diversity|diversity, typicality, uncertainty) {2,}(.+%)$", text, re.MULTILINE)
    return {way: [float(number) for number in re.findall(r"([0-9.]+)% \u00b1", row)] for way, row in rows}


def check_rounds(printed):
    """The documentation shows what comes out, but for what another linear algebra changes."""
    shown, found = accuracies((EXAMPLES.parent / "docs" / "rounds.md").read_text()), accuracies(printed)
    assert list(found) == list(shown) == ["random", "diversity", "diversity, typicality, uncertainty"]
    for way, numbers in found.items():
        assert len(numbers) == 3
        assert all(abs(one - other) < 3 for one, other in zip(numbers, shown[way], strict=True)), way
    assert all(one > other for one, other in zip(found["diversity"], found["random"], strict=True))


def test_the_readme_has_commands():
    assert LINES[0] == "sqlsel demo"
    assert {f"python examples/python/{script.name}" for script in SCRIPTS} <= set(LINES)


@pytest.mark.parametrize("line", [line for line in LINES if line.startswith("sqlsel select")])
def test_the_commands_of_the_readme_work(folder, line):
    outcome = CliRunner().invoke(main, shlex.split(line)[1:], prog_name="sqlsel")
    assert outcome.exit_code == 0, outcome.stderr
    assert outcome.stdout.splitlines()[2].split()[0] == "1"


@pytest.mark.parametrize("script", SHORT, ids=lambda path: path.stem)
def test_the_scripts_work(folder, script, capsys):
    runpy.run_path(str(script), run_name="__main__")
    printed = capsys.readouterr().out
    assert printed
    if script.stem == "active_learning_rounds":
        check_rounds(printed)
    if script.stem == "first_selection":
        assert len((folder / "to_label.txt").read_text().splitlines()) == 20


def strategy_table(text):
    """By way to choose, the accuracy in percent for each number of labels."""
    rows = re.findall(r"^(random|[A-Z]+(?: \+ \w+)?) {2,}(.+%)$", text, re.MULTILINE)
    return {way: [float(number) for number in re.findall(r"([0-9.]+)% \u00b1", row)] for way, row in rows}


def test_labels_chosen_by_coverage_are_worth_what_the_documentation_says(monkeypatch, capsys):
    spec = importlib.util.spec_from_file_location("which_strategy", EXAMPLES / "python" / "which_strategy.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    monkeypatch.setattr(script, "SPLITS", 2)
    monkeypatch.setattr(script, "BUDGETS", (30, 120))
    script.main()
    found = strategy_table(capsys.readouterr().out)
    page = (EXAMPLES.parent / "docs" / "which-strategy.md").read_text()
    shown = strategy_table(page.partition("Photographs")[0])
    assert list(found) == list(shown) == [*script.WAYS, script.UNSURE]
    assert found["COVERAGE"][0] > found["DIVERSITY"][0] > found["random"][0]
    for way, (few, many) in found.items():
        # two splits of five, and fewer labels to choose from: the spread of the table
        assert abs(few - shown[way][0]) < 12
        assert abs(many - shown[way][2]) < 4
