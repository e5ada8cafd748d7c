"""The pages about datasets of views and about determinism: every block runs, and outputs are what comes out."""

from __future__ import annotations

import duckdb
import pytest

from tests.cli.conftest import demo, sqlsel  # noqa: F401 - a fixture
from tests.docs.test_limits_and_embeddings import blocks, run

PYTHON = [text for language, text in blocks("determinism") if language == "python"]


def test_the_blocks_about_views_run_one_after_the_other(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = []
    for language, text in blocks("views"):
        if language == "sql" and text.startswith("CREATE"):
            with duckdb.connect("lake.duckdb") as connection:
                connection.execute(text)
        elif language == "sql":
            with duckdb.connect("lake.duckdb", read_only=True) as connection:
                assert len(connection.execute(text).fetchall()) == 10
        elif language == "console":
            command, _, shown = text.removeprefix("$ ").partition("\n")
            outcome = run(command)
            assert outcome.out + outcome.err == shown
        elif language == "python":
            exec(compile(text, "docs/views.md", "exec"), {})
        ran.append(language)
    assert ran == ["sql", "console", "python", "sql", "console"]


@pytest.mark.parametrize("text", PYTHON, ids=[str(number) for number in range(len(PYTHON))])
def test_the_blocks_about_determinism_run(demo, text):  # noqa: F811
    exec(compile(text, "docs/determinism.md", "exec"), {})


def test_a_seed_of_none_takes_the_lowest_ids(demo):  # noqa: F811
    objective = '{"input": {"type": "SQL", "expression": "1"}, "strategy": {"type": "WEIGHTS"}}'
    config = f'{{"n_samples": 3, "strategies": [{objective}]}}'
    arguments = ("select", "-", "--db", "demo.duckdb", "--dataset", "digits", "--format", "filenames")
    names = sqlsel(*arguments, "--seed", "none", stdin=config).out.split()
    with duckdb.connect("demo.duckdb", read_only=True) as connection:
        lowest = connection.execute("SELECT file_name FROM digits.samples ORDER BY sample_id LIMIT 3").fetchall()
    assert [(name,) for name in names] == lowest
    assert sqlsel(*arguments, stdin=config).out.split() != names
