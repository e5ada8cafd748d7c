"""What is told of COVERAGE: in the plan, in the summary, and where its weights cannot be used."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

import sqlsel
from sqlsel.kernels import threads
from tests import pool as p


@pytest.fixture(scope="module")
def db():
    with sqlsel.connect() as made:
        made.ingest(p.make_pool(80, 1).table(), dataset="pool", **p.MAPPING)
        yield made


def covering(**fields):
    return (p.EMBEDDINGS, {"type": "COVERAGE", **fields})


def reached(selection):
    return selection.summary()["objectives"][0]["reached"]


def test_a_reference_is_told_with_the_error_of_the_mean(db):
    whole = reached(db.select(p.config(8, covering()), dataset="pool"))
    part = db.select(p.config(8, covering(reference_samples=40)), dataset="pool")
    found = reached(part)
    assert whole["reference"] == {"samples": 80, "of": 80, "standard_error": 0.0}
    assert {**found["reference"], "standard_error": None} == {"samples": 40, "of": 80, "standard_error": None}
    assert 0 < found["reference"]["standard_error"] < 0.1
    assert abs(found["mean_cosine"] - whole["mean_cosine"]) < 5 * found["reference"]["standard_error"]
    assert "(of 40 of 80 samples; the mean is off by" in " ".join(str(part).split())


def test_the_error_is_about_the_spread_of_the_means_of_many_references(db):
    cosines, errors = [], []
    for seed in range(12):
        found = reached(db.select(p.config(1, covering(reference_samples=40)), dataset="pool", seed=seed))
        whole = reached(db.select(p.config(1, covering()), dataset="pool", seed=seed))
        cosines.append(found["mean_cosine"] - whole["mean_cosine"])
        errors.append(found["reference"]["standard_error"])
    assert 0.5 < np.std(cosines) / np.mean(errors) < 2


def test_null_takes_all_and_a_larger_number_too(db):
    ids = [
        db.select(p.config(9, covering(reference_samples=number)), dataset="pool").sample_ids
        for number in (None, 80, 99)
    ]
    assert ids[0] == ids[1] == ids[2]


def test_it_is_nearer_than_a_random_selection_and_the_full_summary_compares(db):
    selection = db.select(p.config(10, covering(), (p.EMBEDDINGS, p.DIVERSITY)), dataset="pool")
    found = selection.summary(full=True)["objectives"][0]
    assert found["reached"]["mean_cosine"] > found["reached"]["random"]["mean_cosine"]
    assert found["alone"]["mean_cosine"] >= found["reached"]["mean_cosine"]
    assert -1 <= found["random"]["worst_cosine"] <= found["random"]["mean_cosine"] <= 1


def test_the_plan_names_what_is_counted(db):
    text = " ".join(str(db.explain(p.config(5, covering(weight=p.DOUBT)), dataset="pool")).split())
    assert "every sample near a chosen one, by embeddings, counted by score" in text
    assert "looking at 20,000 of them at most" in text
    assert "leave out candidates that lack: embeddings, score" in text
    without = str(db.explain(p.config(5, covering(reference_samples=None)), dataset="pool"))
    assert "looking at" not in without


def test_negative_weights_are_refused():
    frame = {"embedding": np.eye(3, dtype=np.float32).tolist(), "delta": [1.0, -1.0, 2.0]}
    weight = {"type": "METADATA", "key": "delta"}
    with pytest.raises(sqlsel.SelectionError, match="coverage: a weight is negative"):
        sqlsel.select(pd.DataFrame(frame), p.config(1, covering(weight=weight)), embedding="embedding")


def test_a_weight_that_the_data_lacks_is_told(db):
    for weight, message in (
        ({"type": "METADATA", "key": "brightness"}, "did you mean 'light.brightness'"),
        ({"type": "METADATA", "key": "weather"}, "holds text, which has no size: COVERAGE needs numbers"),
        ({"type": "SCORES", "task": "scene", "score": "novelty"}, "there is no score"),
    ):
        problems = sqlsel.validate(p.config(1, covering(weight=weight)), db, "pool")
        assert any(message in problem.message for problem in problems), problems


@pytest.mark.parametrize(
    "beside", [[], [(p.EMBEDDINGS, {"type": "DIVERSITY", "strength": 0.5})]], ids=["alone", "beside"]
)
@pytest.mark.parametrize("reference", [None, 50])
def test_storage_order_and_threads_change_nothing_among_copies(reference, beside):
    rng = np.random.default_rng(4)
    vectors = np.repeat(rng.standard_normal((60, 6)).astype(np.float32), 3, axis=0)
    frame = pd.DataFrame({"sample_id": np.arange(180), "embedding": list(vectors)})
    config = p.config(70, covering(reference_samples=reference), *beside)
    found = []
    for count, order in (
        (1, np.arange(180)),
        (1, rng.permutation(180)),
        (2, rng.permutation(180)),
        (4, np.arange(180)),
    ):
        with threadpool_limits(count), mock.patch.object(threads, "WORTH_A_THREAD", 1):
            found.append(sqlsel.select(frame.iloc[order], config, id="sample_id", embedding="embedding"))
    assert all(
        each.to_arrow().drop(["terms", "gain"]).equals(found[0].to_arrow().drop(["terms", "gain"])) for each in found
    )
    gains = [each.to_arrow().column("gain").to_numpy() for each in found]
    np.testing.assert_allclose(gains, [gains[0]] * 4, rtol=1e-9, atol=1e-12)
    if reference is None:
        # of three copies the first covers the other two, and those come last
        assert len({row // 3 for row in found[0].sample_ids[:60]}) == 60
