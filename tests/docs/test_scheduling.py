"""The page about scheduling: its blocks run, one after the other, and every option that has a meaning is on it."""

from __future__ import annotations

import shutil
import warnings

import pytest

from sqlsel.scheduling.worker_config import _KINDS
from tests.cli.conftest import demo, sqlsel  # noqa: F401 - a fixture
from tests.docs.test_limits_and_embeddings import ROOT, blocks, run


def test_its_blocks_run(demo, monkeypatch, capsys):  # noqa: F811
    pytest.importorskip("plotly")
    shutil.copy("demo.duckdb", "sqlsel.duckdb")
    monkeypatch.delenv("SQLSEL_DB", raising=False)
    for language, text in blocks("scheduling"):
        if language == "python":
            with warnings.catch_warnings(action="error"):
                names = {}
                exec(compile(text, "docs/scheduling.md", "exec"), names)
                names["client"].wait()
        elif language == "sh":
            for line in text.splitlines():
                assert run(line).code == 0, line
        elif language == "sql":
            outcome = sqlsel("sql", text.strip().rstrip(";"), "--db", "sqlsel.duckdb", "--format", "csv")
            assert "COMPLETED" in outcome.out, outcome.err
    printed = capsys.readouterr().out
    assert "the run is COMPLETED: selected 20 samples as tag run-1" in printed
    assert len([line for line in printed.splitlines() if line.endswith(".png")]) == 100


def test_every_option_with_a_meaning_is_listed():
    page = (ROOT / "docs" / "scheduling.md").read_text(encoding="utf-8")
    assert [key for key in _KINDS if f"`{key}`" not in page] == []
