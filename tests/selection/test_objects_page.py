"""The page about objects: its commands run in their order, its configs are right, its SQL finds rows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from sqlsel.config import check_config
from tests.cli.conftest import demo, sqlsel  # noqa: F401 - a fixture

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "objects.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_its_commands_and_its_sql_work_in_their_order(demo):  # noqa: F811
    (demo / "examples").symlink_to(ROOT / "examples")
    (demo / "tiles.json").write_text(blocks("json")[-1])
    pages = re.findall(r"^```(sh|sql)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert len(pages) > 5
    for language, text in pages:
        if language == "sql":
            outcome = sqlsel("sql", text.strip().rstrip(";"), "--db", "demo.duckdb", "--format", "csv")
            assert outcome.code == 0, outcome.err
            assert len(outcome.out.splitlines()) == 1 + 30
            continue
        for line in text.splitlines():
            program, *arguments = shlex.split(line)
            assert program == "sqlsel"
            outcome = sqlsel(*arguments)
            assert outcome.code == 0, f"{line}\n{outcome.err}"
    tags = sqlsel("tags", "--db", "demo.duckdb", "--dataset", "sheets", "--format", "csv").out
    assert "sheets,digits-1," in tags
    assert tags.splitlines()[0] == "dataset,tag,selected,preselected,objects"


@pytest.mark.parametrize("text", blocks("json"))
def test_its_configs_are_right(text):
    assert check_config(text) == ()


def test_its_config_is_the_example():
    from sqlsel.config import read_config

    example = ROOT / "examples" / "configs" / "select_objects.json"
    assert read_config(blocks("json")[1])[0] == read_config(example)[0]
