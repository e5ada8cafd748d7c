"""sqlsel score: what it stores and prints, and what it refuses."""

from __future__ import annotations

import json

import sqlsel as package
from tests.cli.conftest import sqlsel

DIGITS = ("--db", "demo.duckdb", "--dataset", "digits")
UNCERTAINTIES = ["uncertainty_least_confidence", "uncertainty_margin", "uncertainty_entropy"]


def stored():
    with package.connect("demo.duckdb", read_only=True) as db:
        return db.engine.rows("SELECT score, count(*) FROM digits.scores GROUP BY score ORDER BY score")


def test_all_scores_are_stored_and_told(demo):
    outcome = sqlsel("score", *DIGITS, "--format", "json")
    assert outcome.code == 0
    assert outcome.err == "stored in digits.scores: 3 scores\n"
    told = json.loads(outcome.out)
    assert [row["score"] for row in told] == UNCERTAINTIES
    assert all(row["samples"] == 1000 and 0 <= row["lowest"] <= row["mean"] <= row["highest"] <= 1 for row in told)
    assert stored() == [(name, 1000) for name in sorted(UNCERTAINTIES)]


def test_some_scores(demo):
    with package.connect("demo.duckdb") as db:
        db.connection.execute("DELETE FROM digits.scores")
        db.connection.execute("DELETE FROM sqlsel.computed_scores")
    outcome = sqlsel("score", *DIGITS, "--task", "digit_classification", "--score", "uncertainty_margin")
    assert (outcome.code, outcome.err) == (0, "stored in digits.scores: 1 score\n")
    assert "uncertainty_margin" in outcome.out
    assert stored() == [("uncertainty_margin", 1000)]


def test_names_that_do_not_exist(demo):
    for arguments, parts in (
        (("--score", "object_frequency"), ("no score 'object_frequency' to compute", "there is: 'uncertainty_least")),
        (("--task", "digit_clasification"), ("no task 'digit_clasification'", "did you mean 'digit_classification'")),
    ):
        outcome = sqlsel("score", *DIGITS, *arguments)
        assert (outcome.code, outcome.out) == (2, "")
        assert all(part in outcome.err for part in parts)
