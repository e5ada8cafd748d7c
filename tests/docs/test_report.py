"""The page about reports: commands run, outputs are what comes out, and every number of it is the code's."""

from __future__ import annotations

import pytest

from sqlsel.report import THUMBNAILS, maps, objectives, points, pool, thumbnails
from sqlsel.selection import drawing
from tests.cli.conftest import command, demo, shell  # noqa: F401 - fixtures
from tests.docs.test_limits_and_embeddings import ROOT, blocks, words

PAGE = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")


def test_it_holds_what_it_shows(demo, shell):  # noqa: F811
    for language, text in blocks("report"):
        if language == "sh":
            outcome = shell(f"set -e\n{text}", folder=demo)
            assert outcome.code == 0, f"{text}\n{outcome.err}"
            if "for missed in" in text:
                assert "bold" in outcome.out
        elif language == "console":
            line, _, shown = text.removeprefix("$ ").partition("\n")
            outcome = shell(line, folder=demo)
            assert words(outcome.out + outcome.err) == words(shown)
        elif language == "python":
            exec(compile(text, "docs/report.md", "exec"), {})
    assert (demo / "report.html").stat().st_size > 1_000_000


@pytest.mark.parametrize(
    "bound",
    [
        f"the first {pool.MOST_PICKS:,} picks",
        f"{points.SHOWN:,} of the others",
        f"{pool.MOST:,} candidates",
        f"more than {pool.MOST_BYTES // 4 // pool.MOST:,} dimensions",
        f"{drawing.SAMPLE:,} candidates",
        f"{THUMBNAILS:,} by default",
        f"{thumbnails.MOST_BYTES / 1e6:g} MB at most",
        f"up to {maps.UMAP_AUTOMATIC:,} points",
    ],
)
def test_the_bounds_are_those_of_the_code(bound):
    assert bound in " ".join(PAGE.split())
    assert objectives.MOST_NEIGHBOURS <= drawing.SAMPLE
