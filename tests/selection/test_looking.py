"""What measures say of rows that are not all read: the same as if they were."""

from __future__ import annotations

import json

import pytest

import sqlsel
from sqlsel.selection import drawing
from tests import pool as p
from tests.selection.test_out_of_memory import small  # noqa: F401 - a fixture
from tests.selection.test_scattered import declared, in_pieces  # noqa: F401 - a fixture

ALONE = [
    "apart",
    "dense enough",
    "dense objects",
    "even weather",
    "objects",
    "objects near",
    "score",
    "scenes as they are",
    "similarity",
]
TOGETHER = [
    ["diversity", "score"],
    ["dense enough", "similarity"],
    ["range", "weather as it is"],
    ["objects", "weather"],
]
SAMPLE = 25


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """A small sample, so that most of the rows are not looked at."""
    monkeypatch.setattr(drawing, "SAMPLE", SAMPLE)


def told(db, config, **asked):
    """All that measures what a selection is worth."""
    summary = db.select(config, dataset="pool", **asked).summary(full=True)
    found = {name: summary.get(name) for name in ("objectives", "coverage", "sample")}
    found["compare"] = db.compare("first", "other", dataset="pool").to_dict()
    found["curves"] = [
        db.curve(tag="first", dataset="pool", embedding="default").to_dict(),
        db.curve(config, dataset="pool", embedding="default", **asked).to_dict(),
    ]
    return json.loads(json.dumps(found))


def almost(value):
    """The same but for the last digits of what runs in pieces add up without rounding."""
    if isinstance(value, dict):
        return {key: almost(each) for key, each in value.items()}
    if isinstance(value, list):
        return [almost(each) for each in value]
    return pytest.approx(value, rel=1e-12, abs=1e-12) if isinstance(value, float) else value


@pytest.mark.parametrize(
    ("names", "where"),
    [
        *(([name], "pieces") for name in ALONE),
        *((names, where) for names in TOGETHER for where in ("pieces", "blocks")),
    ],
    ids=lambda value: value if isinstance(value, str) else "+".join(value),
)
def test_measures_are_those_of_all_rows(names, where, small, in_pieces):  # noqa: F811
    config = declared(12, names, [1.0, 0.5])
    with sqlsel.connect() as db:
        db.ingest(p.make_pool(90, 4, lacking=0.1).table(), dataset="pool", **p.MAPPING)
        db.select(config, dataset="pool", tag="first", preselected=["s003", "s017", "s020"])
        db.select(p.config(8, (p.EMBEDDINGS, p.DIVERSITY)), dataset="pool", tag="other")
        here = told(db, config, preselected=["s003", "s017"])
        (in_pieces if where == "pieces" else small)()
        there = told(db, config, preselected=["s003", "s017"])
    assert there == almost(here)


@pytest.mark.parametrize("rows", [200, 400, 800])
def test_what_comes_to_the_driver_does_not_grow_with_the_rows(rows, in_pieces):  # noqa: F811
    with sqlsel.connect() as db:
        db.ingest(p.make_pool(rows, 4).table(), dataset="pool", **p.MAPPING)
        made = in_pieces()
        selection = db.select(declared(12, ["diversity", "dense"], [1.0, 1.0]), dataset="pool", tag="first")
        del made[:]
        assert selection.summary(full=True)["sample"] == {"candidates": SAMPLE, "of": rows}
        db.curve(tag="first", dataset="pool")
        assert len(made) == 2
        assert max(each.most for each in made) < 100_000
