"""Every block of the README runs, in order, in one folder; what it shows as output is what comes out.

Numbers may differ in the output: a classifier is fitted on the way, and its last digits are the machine's. Words may
not.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import sqlsel
from sqlsel.config import SCORERS, Config, check_config
from sqlsel.config.kinds import INPUTS, STRATEGIES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
INSTALL = re.compile(r"python3 -m venv (\S+) && \S+/pip install --quiet (-e )?(\"\S+\") && ")


@dataclass
class Block:
    language: str
    text: str
    line: int

    def __str__(self):
        return f"{self.language}-{self.line}"


def blocks():
    found = re.finditer(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return [Block(match[1], match[2], README.count("\n", 0, match.start()) + 1) for match in found]


def of(language):
    return [block for block in blocks() if block.language == language]


def plain(output):
    """The words of an output: numbers are #, and so are runs of blanks and rules, whose width follows the numbers."""
    lines = [re.sub(r"[-\s]+", " ", re.sub(r"\d[\d.,]*", "#", line)).strip() for line in output.strip().splitlines()]
    return [line for line in lines if line]


def run(command, folder):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "80"}
    done = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, env=environment, timeout=300)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the README's first command has run."""
    pytest.importorskip("sklearn")
    found = tmp_path_factory.mktemp("readme")
    (found / "typo.json").write_text(
        '{\n    "n_samples": 100,\n    "strategies": [\n'
        '        {"input": {"type": "SCORES", "task": "digit_clasification", "score": "uncertainty_entropy"},\n'
        '         "strategy": {"type": "WEIGHT", "strenght": 2}}\n    ]\n}\n'
    )
    code, out, err = run("sqlsel demo", found)
    assert code == 0, err
    (found / "demo.txt").write_text(out)
    return found


def test_the_first_forty_lines_lead_to_a_run():
    first = of("bash")[0]
    assert first.line < 40
    assert first.text.rstrip().endswith("sqlsel demo")


def test_what_is_said_of_speed_is_what_the_table_shows():
    row = re.compile(r"^\| DIVERSITY, 1,000,000 . 128.*?\| ([\d.]+) \|.*?\| (\d+) \|$", re.MULTILINE)
    seconds, ratio = row.search(README).groups()
    first = " ".join(README.partition("```bash")[0].split())
    assert "1,000 far from each other out of a million in under two seconds" in first and float(seconds) < 2
    assert "more than 20 times as fast" in first and int(ratio) > 20


def test_the_table_of_wishes_has_every_input_and_strategy_and_no_field_that_is_none():
    table = README.partition("| I want to")[2].partition("\n\n")[0]
    words = set(re.findall(r"`\"?(\w+)\"?`", table))
    assert set(INPUTS) | set(STRATEGIES) <= words
    fields = {name for model in (*INPUTS.values(), *STRATEGIES.values(), Config) for name in model.model_fields}
    scores = {scorer.name for scorer in SCORERS}
    others = {"CATEGORY_COUNT", "CLASS_DISTRIBUTION", "sqlsel_near_duplicates"}
    assert words - set(INPUTS) - set(STRATEGIES) - fields - scores == others


def test_every_page_is_linked_and_every_link_leads_somewhere():
    links = {link.partition("#")[0] for link in re.findall(r"\]\((?!https?:)([^)]+)\)", README)}
    assert [link for link in links if not (ROOT / link).is_file()] == []
    assert [page.name for page in sorted((ROOT / "docs").glob("*.md")) if f"docs/{page.name}" not in links] == []


def test_every_link_between_pages_leads_somewhere():
    for page in [*(ROOT / "docs").glob("*.md"), ROOT / "examples" / "README.md", ROOT / "CHANGELOG.md"]:
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_demo_prints_what_the_readme_shows(folder):
    printed = plain((folder / "demo.txt").read_text())
    shown = [line for line in plain(of("text")[0].text) if line != "…"]
    assert len(shown) > 10
    rest = iter(printed)
    assert [line for line in shown if line not in rest] == []


def test_the_page_on_the_demo_shows_all_that_it_prints(folder):
    page = (ROOT / "docs" / "demo.md").read_text(encoding="utf-8")
    shown = plain(re.search(r"^```text\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)[1])
    printed = plain((folder / "demo.txt").read_text())
    # reasons for missed targets depend on the numbers
    assert [line for line in shown if not line.startswith("missed")][:5] == printed[:5]
    assert shown[-1] == printed[-1]
    assert {line for line in shown if ":" not in line and "#" not in line} <= set(printed)
    with sqlsel.connect(folder / "demo.duckdb", read_only=True) as db:
        assert [name for name in db.datasets() if f"| `{name}` |" not in page] == []


def test_the_test_command_is_what_ci_calls():
    command = of("bash")[1].text.strip()
    assert INSTALL.match(command)
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_ingest_and_select_work_on_a_folder_of_ones_own(folder):
    (folder / "photos").mkdir()
    for image in sorted((folder / "demo-files" / "digits").glob("*.png"))[:20]:
        shutil.copy(image, folder / "photos")
    shutil.copy(folder / "demo-files" / "digits" / "embeddings.parquet", folder)
    (folder / "config.json").write_text(
        '{"n_samples": 5, "strategies": [{"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}}]}'
    )
    for command in of("bash")[2].text.strip().splitlines():
        code, _, err = run(command, folder)
        assert code == 0, f"{command}\n{err}"
    with sqlsel.connect(folder / "curation.duckdb", read_only=True) as db:
        assert db.tags("photos")[0].selected == 5


@pytest.mark.parametrize("block", of("console"), ids=str)
def test_consoles_print_what_is_shown(block, folder):
    command, _, shown = block.text.removeprefix("$ ").partition("\n")
    _, out, err = run(command, folder)
    assert plain(out + err) == plain(shown)


@pytest.mark.parametrize("block", of("json"), ids=str)
def test_configs_are_right(block):
    assert check_config(block.text) == ()


@pytest.mark.parametrize("block", of("python"), ids=str)
def test_python_runs(block, folder):
    code, _, err = run(f"{sys.executable} - <<'END'\n{block.text}\nEND", folder)
    assert code == 0, err


@pytest.mark.parametrize("block", of("sql"), ids=str)
def test_sql_runs_and_finds_rows(block, folder):
    query = block.text.strip().rstrip(";").replace('"', '\\"')
    code, out, err = run(f'sqlsel sql "{query}" --db demo.duckdb --format csv', folder)
    assert code == 0, err
    assert len(out.splitlines()) > 1
