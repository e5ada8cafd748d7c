"""Scores computed from the predictions of each kind of task, against numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sqlsel
from sqlsel.config import computed_scores
from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.plan.scores import score_relation
from tests.scores.oracle import UNCERTAINTIES, doubt, keep, object_frequency, vectors

CLASSES = ("cat", "dog", "owl")
REDUCED = {"object-detection": max, "instance-segmentation": np.mean, "semantic-segmentation": np.mean}


def computed(db, score):
    """By sample, the score of the task ``t`` in dataset ``d``."""
    facts = DatasetCatalog(db.engine).facts("d")
    assert score in computed_scores(facts.tasks["t"])
    rows = db.engine.rows(score_relation(facts, facts.tasks["t"], score))
    assert len(dict(rows)) == len(rows)
    return dict(rows)


def samples_of(one, least=0, most=4):
    """Samples with ids 0, 1, ... and lists of objects, of which at least one has an object."""
    lists = st.lists(st.lists(one, min_size=least, max_size=most), min_size=1, max_size=12)
    return lists.filter(any).map(lambda found: dict(enumerate(found)))


@settings(max_examples=10, deadline=None)
@given(samples=samples_of(vectors(3).map(lambda p: {"probabilities": p}), least=1, most=1))
def test_uncertainties_of_classifications(samples):
    with sqlsel.connect() as db:
        keep(db, "classification", samples, CLASSES)
        for name, formula in UNCERTAINTIES.items():
            expected = {sample: formula(one["probabilities"]) for sample, (one,) in samples.items()}
            assert computed(db, name) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("task_type", REDUCED)
@settings(max_examples=10, deadline=None)
@given(samples=samples_of(vectors(3).map(lambda p: {"probabilities": p})))
def test_uncertainties_over_objects_and_segments(task_type, samples):
    with sqlsel.connect() as db:
        keep(db, task_type, samples, CLASSES)
        for name, formula in UNCERTAINTIES.items():
            expected = {
                sample: REDUCED[task_type]([formula(one["probabilities"]) for one in objects]) if objects else 0.0
                for sample, objects in samples.items()
            }
            assert computed(db, name) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=10, deadline=None)
@given(samples=samples_of(st.sampled_from(CLASSES).map(lambda name: {"category": name}), most=6))
def test_object_frequency(samples):
    expected = object_frequency({name: [one["category"] for one in found] for name, found in samples.items()})
    with sqlsel.connect() as db:
        keep(db, "object-detection", samples, CLASSES)
        found = computed(db, "object_frequency")
    assert found == pytest.approx(expected, abs=1e-9)
    assert all(0.9 <= value <= 1 for value in found.values())


def test_object_frequency_is_1_where_all_samples_are_alike(db):
    keep(db, "object-detection", {1: [{"category": "cat"}], 2: [{"category": "dog"}]}, CLASSES)
    assert computed(db, "object_frequency") == {1: 1.0, 2: 1.0}


@pytest.mark.parametrize(
    ("task_type", "score", "field"),
    [
        ("object-detection", "objectness_least_confidence", "score"),
        ("instance-segmentation", "objectness_least_confidence", "score"),
        ("keypoint-detection", "mean_uncertainty", "keypoint_confidence"),
    ],
)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_doubt_of_objects(task_type, score, field, data):
    samples = data.draw(samples_of(st.floats(0, 1).map(lambda value: {field: value})))
    with sqlsel.connect() as db:
        keep(db, task_type, samples, CLASSES)
        found = computed(db, score)
    expected = {name: doubt([one[field] for one in objects]) for name, objects in samples.items()}
    assert found == pytest.approx(expected, abs=1e-9)


def test_an_object_without_a_confidence_leaves_its_sample_without_the_score(db):
    keep(db, "object-detection", {1: [{"score": 0.5}, {"score": None}], 2: [{"score": 0.25}], 3: []}, CLASSES)
    assert computed(db, "objectness_least_confidence") == {1: None, 2: 0.75, 3: 0.0}


def test_single_objects_have_scores_of_their_own(db):
    confidences = [0.9, 0.2, 0.5]
    objects = [{"keypoint_confidence": value, "score": 1 - value} for value in confidences]
    keep(db, "keypoint-detection", {1: objects[:2], 2: objects[2:], 3: []}, CLASSES)
    for score, expected in (("mean_uncertainty", [0.8, 0.5, 0.1]), ("objectness_least_confidence", [0.9, 0.5, 0.2])):
        strategies = [
            {"input": {"type": "SCORES", "task": "t", "score": score}, "strategy": {"type": "WEIGHTS"}},
        ]
        config = {"n_samples": 3, "select_objects_of": "t", "strategies": strategies}
        assert db.select(config, dataset="d").to_arrow().column("gain").to_pylist() == pytest.approx(expected)
