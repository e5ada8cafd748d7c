"""The commands of the pages about rounds, queries and sequences work, in their order."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import demo, sqlsel  # noqa: F401 - a fixture

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", ["rounds", "queries", "sequences"])
def test_its_commands_work(demo, page):  # noqa: F811
    (demo / "examples").symlink_to(ROOT / "examples")
    text = (ROOT / "docs" / f"{page}.md").read_text()
    lines = [line for block in BLOCK.findall(text) for line in block.replace("\\\n", " ").splitlines()]
    assert lines
    for line in lines:
        program, *arguments = shlex.split(line)
        assert program == "sqlsel"
        outcome = sqlsel(*arguments)
        assert outcome.code == 0, f"{line}\n{outcome.err}"
