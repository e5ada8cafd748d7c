"""Computed scores in the scores table: made by tags and on request, true to the predictions."""

from __future__ import annotations

import pytest
from sqlglot import parse_one

import sqlsel
from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.datasets.intake import Intake
from sqlsel.datasets.writing import store
from sqlsel.errors import DatabaseError, UsageError
from sqlsel.facts import TaskFacts
from tests.datasets.contents import everything, rows
from tests.scores.oracle import entropy, keep, margin

CLASSES = ("cat", "dog", "owl")
FIRST = {1: [{"probabilities": [0.5, 0.5, 0.0]}], 2: [{"probabilities": [1.0, 0.0, 0.0]}]}
LATER = {2: [{"probabilities": [0.25, 0.25, 0.5]}], 3: [{"probabilities": [0.6, 0.3, 0.1]}]}
CONFIG = {
    "n_samples": 1,
    "strategies": [
        {
            "input": {"type": "SCORES", "task": "t", "score": "uncertainty_entropy"},
            "strategy": {"type": "WEIGHTS"},
        }
    ],
}


@pytest.fixture
def kept(db):
    keep(db, "classification", FIRST, CLASSES)
    return db


def scores(db, name="uncertainty_entropy"):
    return {sample: value for sample, task, score, value in rows(db, "d", "scores") if (task, score) == ("t", name)}


def own_score(db, name, values):
    """Ingest a score of the user's own: by sample."""
    given = ", ".join(f"({sample}, CAST({value} AS DOUBLE))" for sample, value in values.items())
    query = f"SELECT i AS sample_id, 't' AS task, '{name}' AS score, v AS value FROM (VALUES {given}) AS g(i, v)"
    return store(db.engine, "d", Intake(scores=parse_one(query, read="duckdb"), tasks=(TaskFacts("t", None),)))


def test_all_scores_are_stored_on_request_and_told(kept):
    found = kept.compute_scores("d")
    assert [(each.task, each.score, each.samples) for each in found] == [
        ("t", "uncertainty_least_confidence", 2),
        ("t", "uncertainty_margin", 2),
        ("t", "uncertainty_entropy", 2),
    ]
    entropies = {1: pytest.approx(entropy([0.5, 0.5, 0.0])), 2: 0.0}
    assert scores(kept) == entropies
    assert (found[2].lowest, found[2].highest) == (0.0, entropies[1])
    assert found[2].mean == pytest.approx(entropy([0.5, 0.5, 0.0]) / 2)
    before = everything(kept)
    kept.compute_scores("d")
    assert everything(kept) == before


def test_a_tag_stores_the_scores_that_were_looked_at(kept):
    kept.select(CONFIG, dataset="d")
    assert scores(kept) == {}
    kept.select(CONFIG, dataset="d", tag="round-1")
    assert set(scores(kept)) == {1, 2}
    assert scores(kept, "uncertainty_margin") == {}
    kept.select(CONFIG, dataset="d", tag="round-2")
    assert len(rows(kept, "d", "scores")) == 2


def test_stored_scores_stay_computed_ones(kept):
    kept.compute_scores("d")
    facts = DatasetCatalog(kept.engine).facts("d")
    assert facts.tasks["t"].scores == ()
    assert "compute score uncertainty_entropy of task t from its predictions" in str(
        kept.explain(CONFIG, dataset="d")
    ).replace("\n    ", " ")


def test_new_predictions_compute_stored_scores_again(kept):
    kept.compute_scores("d", scores=["uncertainty_entropy"])
    keep(kept, "classification", LATER, CLASSES)
    vectors = {1: [0.5, 0.5, 0.0], 2: [0.25, 0.25, 0.5], 3: [0.6, 0.3, 0.1]}
    assert scores(kept) == pytest.approx({sample: entropy(p) for sample, p in vectors.items()}, abs=1e-9)
    assert scores(kept, "uncertainty_margin") == {}
    found = kept.select(CONFIG, dataset="d").sample_ids
    assert found == [2]


def test_a_selection_sees_predictions_that_were_changed_by_hand(kept):
    kept.compute_scores("d")
    kept.connection.execute("UPDATE d.predictions SET probabilities = [0.3, 0.3, 0.4] WHERE sample_id = 2")
    assert kept.select(CONFIG, dataset="d").sample_ids == [2]
    kept.compute_scores("d")
    assert scores(kept)[2] == pytest.approx(entropy([0.3, 0.3, 0.4]))


def test_scores_that_can_no_longer_be_computed_are_removed_with_a_notice(kept):
    kept.compute_scores("d", scores=["uncertainty_margin"])
    report = keep(kept, "classification", {1: [{}], 2: [{}]}, CLASSES)
    assert rows(kept, "d", "scores") == []
    (problem,) = report.problems
    assert (problem.where, problem.severity) == ("task 't'", "notice")
    assert problem.message.startswith("score uncertainty_margin can no longer be computed from the predictions")


def test_a_score_of_the_users_own_replaces_a_computed_one_and_stays(kept):
    kept.compute_scores("d")
    own_score(kept, "uncertainty_entropy", {2: 7.0})
    assert scores(kept) == {2: 7.0}
    assert kept.select(CONFIG, dataset="d").sample_ids == [2]
    assert "compute" not in str(kept.explain(CONFIG, dataset="d"))
    assert [each.score for each in kept.compute_scores("d")] == ["uncertainty_least_confidence", "uncertainty_margin"]
    keep(kept, "classification", LATER, CLASSES)
    assert scores(kept) == {2: 7.0}
    assert scores(kept, "uncertainty_margin")[2] == pytest.approx(margin([0.25, 0.25, 0.5]))


def test_names_that_do_not_exist(kept):
    own_score(kept, "novelty", {1: 1.0})
    with pytest.raises(UsageError, match=r"no task 'x' in dataset 'd'\nthere is: 't'"):
        kept.compute_scores("d", tasks=["x"])
    with pytest.raises(UsageError, match=r"no score 'uncertainty_entrop' .*\ndid you mean 'uncertainty_entropy'\?"):
        kept.compute_scores("d", scores=["uncertainty_entrop"])
    with pytest.raises(UsageError, match="score 'novelty' of task 't' was ingested"):
        kept.compute_scores("d", scores=["novelty"])
    with pytest.raises(UsageError, match="no dataset"):
        kept.compute_scores("e")


def test_a_dataset_without_predictions_has_nothing_to_compute(db):
    db.connection.execute("CREATE TABLE plain AS SELECT range AS sample_id FROM range(3)")
    db.ingest("plain", dataset="d")
    with pytest.raises(UsageError, match="there is no score to compute in dataset 'd'"):
        db.compute_scores("d")


def test_a_database_for_reading_computes_but_does_not_store(tmp_path):
    path = tmp_path / "curation.duckdb"
    with sqlsel.connect(path) as db:
        keep(db, "classification", FIRST, CLASSES)
        db.connection.execute("DROP TABLE sqlsel.computed_scores")  # as an earlier version made it
    with sqlsel.connect(path, read_only=True) as db:
        assert db.select(CONFIG, dataset="d").sample_ids == [1]
        with pytest.raises(DatabaseError, match="for reading only"):
            db.compute_scores("d")
    with sqlsel.connect(path) as db:
        db.select(CONFIG, dataset="d", tag="round-1")
        assert set(scores(db)) == {1, 2}
