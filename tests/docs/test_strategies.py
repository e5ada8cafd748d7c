"""The page about strategies: its pictures are what is chosen, its numbers what is counted, and none is missing."""

from __future__ import annotations

import re

import pytest

from sqlsel.config.kinds import STRATEGIES
from tests.docs.pictures import FOLDER, PICTURES, counts, picture
from tests.docs.test_limits_and_embeddings import ROOT, blocks

PAGE = (ROOT / "docs" / "strategies.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PICTURES)
def test_the_pictures_show_what_is_chosen(name):
    drawn = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert drawn == picture(name), "run `python -m tests.docs.pictures`"
    assert f"(pictures/{name}.svg)" in PAGE


def test_the_table_is_what_is_counted():
    ((_, shown),) = blocks("strategies")
    assert shown == f"$ python -m tests.docs.pictures\n{counts()}\n"


def test_every_strategy_has_its_formula_and_says_when_not_to_use_it():
    sections = re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    told = {title: text for title, text in sections if title in (*STRATEGIES, "RANDOM")}
    assert set(told) == {*STRATEGIES, "RANDOM"}
    for title, text in told.items():
        assert "**Value.**" in text or "**Rule.**" in text, title
        assert "**Not for**" in text, title
