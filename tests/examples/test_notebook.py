"""The example notebooks run, and their stored outputs are what comes out.

Numbers may differ: a classifier is fitted on the way, and its last digits are the machine's. Words may not.
"""

from __future__ import annotations

import subprocess
import sys

import nbformat
import pytest

from tests.examples.notebook import NOTEBOOKS
from tests.readme.test_readme import ROOT, plain


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """The notebooks with the outputs of a run."""
    pytest.importorskip("sklearn")
    folder = tmp_path_factory.mktemp("notebooks")
    command = [sys.executable, "-m", "tests.examples.notebook", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    return folder


def outputs(path):
    """By cell, the text of each output; of what is shown as HTML too, the tags in it."""
    found = []
    for number, cell in enumerate(nbformat.read(path, as_version=4).cells):
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            text = plain(output.get("text", data.get("text/plain", "")))
            # a slow machine shows a line of progress, and clears it
            if text or output.output_type != "stream":
                found.append((number, output.output_type, text, "text/html" in data))
    return found


def test_there_is_one():
    assert [path.name for path in NOTEBOOKS] == ["digits.ipynb"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_stored_outputs_are_what_comes_out(path, fresh):
    assert outputs(path) == outputs(fresh / path.name)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_shows_pictures_of_the_picks(path):
    cells = nbformat.read(path, as_version=4).cells
    shown = [cell for cell in cells if "digits.select(config" in cell.source]
    assert shown[0].outputs[0].data["text/html"].count("<img ") == 12
    assert [cell.execution_count for cell in cells if cell.cell_type == "code"] == list(
        range(1, 1 + sum(cell.cell_type == "code" for cell in cells))
    )


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_names_no_place_of_the_machine_it_ran_on(path):
    text = path.read_text(encoding="utf-8")
    assert str(ROOT) not in text
    assert "/tmp/" not in text
