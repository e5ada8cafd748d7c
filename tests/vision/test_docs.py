"""The pages on images: their commands run, in order, and what they show as configs are configs."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from sqlsel.config import check_config
from tests.demo.made import copy_demo, made_demo
from tests.vision.pictures import noise

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page, language):
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path, tmp_path_factory):
    """Photos, a detector of seven classes and the demo."""
    pytest.importorskip("sklearn")
    copy_demo(made_demo(tmp_path_factory), tmp_path)
    noise(tmp_path / "photos", 12)
    return tmp_path


def detector(folder):
    from tests.vision.models import constant

    output = np.zeros((1, 11, 30), dtype=np.float32)
    output[0, :4, 0] = output[0, :4, 1] = (20, 30, 10, 10)
    output[0, 6, 0] = output[0, 8, 1] = 0.8
    constant(folder / "detector.onnx", {"output0": output})


@pytest.mark.parametrize("page", ["embeddings.md", "pretagging.md"])
def test_the_commands_of_a_page_run(page, folder, shell):
    if page == "pretagging.md":
        detector(folder)
    (config,) = blocks(page, "json")
    assert check_config(config) == ()
    (folder / "config.json").write_text(config)
    for block in blocks(page, "sh"):
        for line in block.strip().splitlines():
            outcome = shell(line, folder=folder)
            assert outcome.code == 0, f"{line}\n{outcome.err}"
    for block in blocks(page, "python"):
        outcome = shell(f"{sys.executable} - <<'END'\n{block}\nEND", folder=folder)
        assert outcome.code == 0, outcome.err


def test_the_numbers_on_neighbours_are_those_that_come_out(clothing, shell, tmp_path):
    """The whole table, but for the last digits of what depends on how Pillow was built."""
    (shown,) = [block for block in blocks("embeddings.md", "text") if "benchmarks" in block]
    outcome = shell(f"{sys.executable} -m tests.benchmarks.neighbours {clothing}", folder=tmp_path)
    assert outcome.code == 0, outcome.err
    printed, expected = (
        [re.split(r"\s{2,}(?=\d)", line.strip()) for line in text.strip().splitlines()]
        for text in (outcome.out, shown.partition("\n")[2])
    )
    assert [line[0] for line in printed] == [line[0] for line in expected]
    for (_, *mine), (what, *told) in zip(printed, expected, strict=True):
        for got, wanted in zip(mine, told, strict=True):
            assert float(got.rstrip("%")) == pytest.approx(float(wanted.rstrip("%")), abs=1.5), what
