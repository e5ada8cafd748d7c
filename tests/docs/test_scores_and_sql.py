"""The pages about scores and SQL inputs: commands run, outputs are what comes out, configs are right."""

from __future__ import annotations

from pathlib import Path

import pytest

import sqlsel as package
from sqlsel.config import SCORERS, check_config
from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.expressions import FUNCTIONS, TYPES
from tests.cli.conftest import demo, sqlsel  # noqa: F401 - a fixture
from tests.docs.test_limits_and_embeddings import ROOT, blocks, run, words


@pytest.mark.parametrize("page", ["scores", "sql-input"])
def test_it_holds_what_it_shows(demo, page):  # noqa: F811
    (demo / "examples").symlink_to(ROOT / "examples")
    for language, text in blocks(page):
        if language == "sh":
            for line in text.replace("\\\n", " ").splitlines():
                outcome = run(line)
                assert outcome.code == 0, f"{line}\n{outcome.err}"
        elif language == "console":
            command, _, shown = text.removeprefix("$ ").partition("\n")
            outcome = run(command)
            assert words(outcome.out + outcome.err) == words(shown)
        elif language == "json":
            with package.connect("demo.duckdb", read_only=True) as db:
                assert check_config(text, catalog=DatasetCatalog(db.engine), dataset="digits") == ()
                assert len(db.select(text, dataset="digits").sample_ids) == 100
        elif language == "sql":
            outcome = sqlsel("sql", text.strip().rstrip(";"), "--db", "demo.duckdb", "--format", "csv")
            assert outcome.code == 0, outcome.err
            assert len(outcome.out.splitlines()) > 1
        elif language == "python":
            exec(compile(text, f"docs/{page}.md", "exec"), {})


def page_text(page):
    return Path(ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")


def test_all_that_is_allowed_is_listed():
    text = page_text("sql-input")
    assert [name for name in FUNCTIONS if f"`{name}`" not in text and f"`{name}(" not in text] == []
    assert [name for name in TYPES if f"`{name}`" not in text] == []


def test_all_scores_are_listed():
    assert [scorer.name for scorer in SCORERS if f"| `{scorer.name}` |" not in page_text("scores")] == []
