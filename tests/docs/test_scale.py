"""The page about scale: its table is what its command prints, but for the numbers; the links lead to pages."""

import re
import subprocess
import sys

from tests.cli.conftest import ROOT
from tests.docs.test_limits_and_embeddings import blocks

PAGE = ROOT / "docs" / "scale.md"


def jobs(text):
    """The commands of a table, each once, in order."""
    lines = [line.split("  ") for line in text.splitlines() if re.match(r" +[\d,]+  ", line)]
    return list(dict.fromkeys([part.strip() for part in line if part.strip()][1] for line in lines))


def test_the_command_prints_this_table():
    command = [sys.executable, "-m", "tests.benchmarks.scale", "--rows", "200", "--n", "5", "--width", "8"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    (_, table), *_ = blocks("scale")
    pairs = ["select: TYPICALITY", "select: COVERAGE"]
    assert [job for job in jobs(done.stdout) if job not in pairs] == jobs(table)
    assert set(pairs) < set(jobs(done.stdout))
    assert table.splitlines()[:2] == ["$ python -m tests.benchmarks.scale", done.stdout.splitlines()[0]]


def test_links_lead_to_pages():
    for link in re.findall(r"\]\(([^)#]+\.md)", PAGE.read_text(encoding="utf-8")):
        assert (PAGE.parent / link).is_file(), link
