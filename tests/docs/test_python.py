"""The page about Python: its blocks run, and it has every builder."""

from __future__ import annotations

import inspect
import re

import pytest

import sqlsel
from sqlsel.config import building
from tests.cli.conftest import demo  # noqa: F401 - a fixture
from tests.docs.test_limits_and_embeddings import ROOT, blocks

PYTHON = [text for language, text in blocks("python") if language == "python"]
PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", PYTHON, ids=[str(number) for number in range(len(PYTHON))])
def test_its_blocks_run(demo, text):  # noqa: F811
    exec(compile(text, "docs/python.md", "exec"), {})


def test_every_builder_is_listed_with_arguments_that_it_has():
    shown = dict(re.findall(r"^\| `sqlsel\.(\w+)\(([^)]*)\)`", PAGE, re.MULTILINE))
    for name in building.__all__:
        assert f"sqlsel.{name}" in PAGE, name
    objectives = ("diversity", "coverage", "typicality", "similarity", "weights", "threshold", "balance", "random")
    for name in objectives:
        listed = re.findall(r"\w+", shown[name].replace(" or ", ", "))
        parameters = set(inspect.signature(getattr(sqlsel, name)).parameters)
        assert parameters - {"score"} == set(listed), name
