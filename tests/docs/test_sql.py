"""The page about SQL: every block runs, and outputs are what comes out."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

import sqlsel as package
from sqlsel.functions.declared import FUNCTIONS
from tests.cli.conftest import demo, sqlsel  # noqa: F401 - a fixture
from tests.docs.test_limits_and_embeddings import ROOT, blocks, run
from tests.functions.test_shell import SHELL

TEXT = (ROOT / "docs" / "sql.md").read_text(encoding="utf-8")


def test_it_holds_what_it_shows(demo):  # noqa: F811
    (demo / "sql").symlink_to(ROOT / "sql")
    ran = 0
    for language, text in blocks("sql"):
        if language == "python":
            exec(compile(text, "docs/sql.md", "exec"), {})
        elif language == "sql":
            for query in text.strip().rstrip(";").split(";\n"):
                outcome = sqlsel("sql", query, "--db", "demo.duckdb", "--format", "csv")
                assert outcome.code == 0, f"{query}\n{outcome.err}"
                assert query.startswith("CREATE") or len(outcome.out.splitlines()) > 1, query
        elif language == "console":
            command, _, shown = text.removeprefix("$ ").partition("\n")
            outcome = run(command)
            assert outcome.out + outcome.err == shown
        elif language == "bash":
            shell(text)
        ran += 1
    assert ran == len(blocks("sql")) > 12


def shell(text):
    program, *arguments = shlex.split(text)
    assert program == "duckdb"
    if SHELL is None:
        pytest.skip("the shell is not installed: pip install duckdb-cli")
    told = subprocess.run(
        [SHELL, *arguments], capture_output=True, text=True, check=True, env={"HOME": str(Path.cwd())}
    )
    assert "digit_" in told.stdout or "│" in told.stdout


def test_what_the_page_says_of_the_demo(demo):  # noqa: F811
    with package.connect("demo.duckdb") as db:
        for query in [block for language, block in blocks("sql") if language == "sql"][:6]:
            for statement in query.strip().split(";\n"):
                db.sql(statement)
        assert db.sql("SELECT count(*) FROM main.round_1 JOIN main.round_2 USING (sample_id)").fetchall() == [(0,)]


def test_every_function_and_argument_is_on_the_page():
    missing = [name for name in FUNCTIONS if f"| `{name}` |" not in TEXT]
    arguments = {argument.name for function in FUNCTIONS.values() for argument in function.arguments}
    missing += [
        name for name in sorted(arguments - {"where"}) if f"`{name}`" not in TEXT and f"`{name} := " not in TEXT
    ]
    assert missing == []
    assert '`"where"`' in TEXT
