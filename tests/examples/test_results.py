"""What each example config chooses, checked against plain numpy on the demo's data."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest


@pytest.fixture
def column(demo):
    """A query's two columns as a dict."""
    return lambda query: dict(demo.engine.rows(query))


@pytest.fixture
def vectors(column):
    """The embeddings of a dataset by sample."""

    def read(dataset):
        found = column(f"SELECT sample_id, embedding FROM {dataset}.embeddings")
        return {name: np.array(vector, dtype=np.float64) for name, vector in found.items()}

    return read


def entropies(probabilities):
    p = np.array(probabilities)
    return -np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0).sum(axis=-1) / np.log(p.shape[-1])


@pytest.fixture
def doubt(column):
    """Entropy of the classifier's answer, by digit."""
    found = column("SELECT sample_id, probabilities FROM digits.predictions")
    return {name: float(entropies(probabilities)) for name, probabilities in found.items()}


def terms(selection):
    return [dict(row) for row in selection.to_arrow().column("terms").to_pylist()]


def test_visual_diversity_takes_the_farthest_each_time(select, vectors):
    selection, found = select("visual_diversity"), vectors("digits")
    names, matrix = list(found), np.stack(list(found.values()))
    nearest = np.linalg.norm(matrix - found[selection.sample_ids[0]], axis=1)
    for name, term in zip(selection.sample_ids[1:], terms(selection)[1:], strict=True):
        distance = nearest[names.index(name)]
        assert distance == pytest.approx(nearest.max(), abs=1e-12)
        assert term["diversity"] == pytest.approx(distance)
        nearest = np.minimum(nearest, np.linalg.norm(matrix - found[name], axis=1))


def test_coverage_takes_what_brings_all_digits_nearest(select, vectors):
    selection, found = select("coverage"), vectors("digits")
    names, matrix = list(found), np.stack(list(found.values()))
    cosines = np.maximum(matrix @ matrix.T, 0)
    cover = np.zeros(len(names))
    for name, term in zip(selection.sample_ids, terms(selection), strict=True):
        rises = np.maximum(cosines - cover, 0).sum(axis=1)
        assert rises[names.index(name)] == pytest.approx(rises.max(), rel=1e-6)
        assert term["coverage"] == pytest.approx(rises.max(), rel=1e-6)
        cover = np.maximum(cover, cosines[names.index(name)])
    reached = selection.summary()["objectives"][0]["reached"]
    assert reached["mean_cosine"] == pytest.approx(cover.mean(), rel=1e-5)
    assert reached["mean_cosine"] > reached["random"]["mean_cosine"]
    assert reached["reference"] == {"samples": 1000, "of": 1000, "standard_error": 0.0}


def test_active_learning_takes_the_least_certain(select, doubt):
    selection = select("active_learning")
    best = sorted(doubt.values(), reverse=True)[:100]
    assert [doubt[name] for name in selection.sample_ids] == pytest.approx(best)
    assert selection.to_arrow().column("gain").to_pylist() == pytest.approx(best)


def smallest_distance(found, names):
    matrix = np.stack([found[name] for name in names])
    distances = np.linalg.norm(matrix[:, None] - matrix[None], axis=-1)
    return distances[np.triu_indices(len(names), 1)].min()


def test_both_together_lie_between_each_alone(select, vectors, doubt):
    found = vectors("digits")
    both, diverse, doubtful = (
        select(name) for name in ("diversity_and_active_learning", "visual_diversity", "active_learning")
    )
    spread = [smallest_distance(found, each.sample_ids) for each in (doubtful, both, diverse)]
    mean = [np.mean([doubt[name] for name in each.sample_ids]) for each in (diverse, both, doubtful)]
    assert spread == sorted(spread)
    assert mean == sorted(mean)
    assert both.summary()["objectives"][0]["reached"]["smallest_distance"] == pytest.approx(spread[1])


def test_a_threshold_holds_and_the_seed_decides_the_rest(select, column):
    sharpness = column("SELECT sample_id, metadata.lightly.sharpness FROM digits.samples")
    selection = select("metadata_threshold")
    passing = [name for name, value in sharpness.items() if value > 20]
    order = sorted(passing, key=lambda name: (hashlib.md5(f"{name}:0".encode()).hexdigest(), name))
    assert selection.sample_ids == order[:100]
    assert selection.summary()["left_out"]["thresholds"][0]["removed"] == 1000 - len(passing)


def test_objects_come_near_the_target(select, demo):
    rows = demo.engine.rows(
        "SELECT sample_id, probabilities FROM sheets.predictions WHERE task = 'digit_detection' AND object_index >= 0"
    )
    chosen = set(select("object_balance").sample_ids)

    def off_by(names):
        shares = np.sum([probabilities for name, probabilities in rows if name in names], axis=0)
        shares /= shares.sum()
        listed = np.array([shares[8], shares[9], shares[0], shares[1:8].sum()])
        return np.abs(listed - [0.2, 0.2, 0.02, 0.58]).sum()

    assert off_by(chosen) < 0.05 < off_by({name for name, _ in rows})


def test_metadata_is_balanced_to_the_sample(select, column):
    ink = column("SELECT sample_id, metadata.ink.amount FROM digits.samples")
    found = [ink[name] for name in select("metadata_balance").sample_ids]
    assert {amount: found.count(amount) for amount in set(found)} == {"light": 30, "bold": 20, "normal": 50}


def test_the_most_similar_are_the_nearest_to_a_query(select, vectors):
    queries, found = np.stack(list(vectors("misread").values())), vectors("digits")
    distance = {name: np.linalg.norm(queries - vector, axis=1).min() for name, vector in found.items()}
    selection = select("similarity_search")
    assert [distance[name] for name in selection.sample_ids] == pytest.approx(sorted(distance.values())[:50])
    mean = np.mean(list(distance.values()))
    assert terms(selection)[0]["similarity:misread"] == pytest.approx(np.exp(-min(distance.values()) / mean))


def test_sheets_with_different_digits(select, demo):
    objects = {}
    for name, vector in demo.engine.rows('SELECT sample_id, embedding FROM sheets."object_embeddings/digit_detection"'):
        objects.setdefault(name, []).append(vector)

    def spread(names):
        """Mean distance of objects to the nearest one on another sheet."""
        matrix, owner = (
            np.concatenate([objects[name] for name in names]),
            np.repeat(names, [len(objects[n]) for n in names]),
        )
        distances = np.linalg.norm(matrix[:, None] - matrix[None], axis=-1)
        return np.where(owner[:, None] == owner[None], np.inf, distances).min(axis=1).mean()

    chosen = select("object_diversity").sample_ids
    others = [sorted(objects)[start : start + 20] for start in range(0, 80, 20)]
    assert all(name in objects for name in chosen)
    assert spread(chosen) > max(spread(names) for names in others)


def test_a_minimum_distance_holds_and_nothing_more_fits(select, vectors):
    found, selection = vectors("digits"), select("minimum_distance")
    chosen = np.stack([found[name] for name in selection.sample_ids])
    assert smallest_distance(found, selection.sample_ids) >= 0.7
    left = [vector for name, vector in found.items() if name not in set(selection.sample_ids)]
    assert max(np.linalg.norm(chosen - vector, axis=1).min() for vector in left) < 0.7
    assert selection.summary()["stop"]["reason"] == "minimum_distance"


def test_several_tasks_are_heeded_together(select, demo, column):
    chosen = set(select("several_tasks").sample_ids)
    counts = column(
        "SELECT sample_id, count(object_index) FROM sheets.predictions WHERE task = 'digit_detection' GROUP BY ALL"
    )
    papers = column("SELECT sample_id, category FROM sheets.predictions WHERE task = 'paper_classification'")
    assert min(counts[name] for name in chosen) >= 1
    share = np.mean([papers[name] == "dark" for name in chosen])
    assert share > 2 * np.mean([paper == "dark" for paper in papers.values()])


def test_typical_digits_have_near_neighbours(select, vectors):
    found = vectors("digits")
    matrix = np.stack(list(found.values()))
    distances = np.sort(np.linalg.norm(matrix[:, None] - matrix[None], axis=-1), axis=1)[:, 1:21]
    typicality = dict(zip(found, np.exp(-distances / distances.mean()).mean(axis=1), strict=True))
    selection = select("typicality_and_diversity")
    assert [term["typicality"] for term in terms(selection)] == pytest.approx(
        [typicality[n] for n in selection.sample_ids]
    )
    assert np.mean([typicality[name] for name in selection.sample_ids]) > np.mean(list(typicality.values()))


def test_a_budget_of_objects_is_kept(select, column):
    counts = column(
        "SELECT sample_id, count(object_index) FROM sheets.predictions WHERE task = 'digit_detection' GROUP BY ALL"
    )
    total = sum(counts[name] for name in select("annotation_budget").sample_ids)
    assert 95 <= total <= 100


def test_random_is_the_same_for_the_same_seed_alone(select):
    first = select("random_sample")
    assert len(first) == 100
    assert select("random_sample", seed=7).sample_ids == first.sample_ids
    shares = [term["weights:random"] for term in terms(first)]
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] > 0.85


def test_a_limit_lets_in_so_many_of_each_digit_and_the_least_sure_of_them(select, doubt, column):
    digits = column("SELECT sample_id, metadata.digit FROM digits.samples")
    best = [sorted((doubt[name] for name in doubt if digits[name] == digit), reverse=True)[:5] for digit in range(10)]
    chosen = select("limit_per_digit").sample_ids
    assert [doubt[name] for name in chosen] == pytest.approx(np.sort(np.concatenate(best))[::-1])


def test_several_limits_hold_together(select, column):
    digits = column("SELECT sample_id, metadata.digit FROM digits.samples")
    slants = column("SELECT sample_id, metadata.slant.direction FROM digits.samples")
    chosen = select("limits").sample_ids
    for values, most in ((digits, 8), (slants, 25)):
        counts = [sum(values[other] == values[name] for other in chosen) for name in chosen]
        assert max(counts) == most


def test_limits_on_predicted_and_on_real_digits_hold_together(select, column):
    digits = column("SELECT sample_id, metadata.digit FROM digits.samples")
    predicted = column("SELECT sample_id, category FROM digits.predictions WHERE task = 'digit_classification'")
    chosen = select("limit_per_predicted_class").sample_ids
    assert {name for name in chosen if predicted[name] != str(digits[name])}
    assert max([predicted[other] for other in chosen].count(predicted[name]) for name in chosen) <= 8
    assert max([digits[other] for other in chosen].count(digits[name]) for name in chosen) == 6


def test_expressions_of_ones_own(select, demo, doubt):
    rows = {
        name: (contrast, contrast * np.log(1 + sharpness), digit in (6, 8, 9))
        for name, contrast, sharpness, digit in demo.engine.rows(
            "SELECT sample_id, metadata.lightly.contrast, metadata.lightly.sharpness, metadata.digit "
            "FROM digits.samples"
        )
    }
    selection = select("own_input")
    assert all(doubt[name] * rows[name][0] > 0.1 for name in selection.sample_ids)
    assert sum(rows[name][2] for name in selection.sample_ids) == 50
    weights = [term["weights:lightly.contrast * ln(1 + lightly.sharpness)"] for term in terms(selection)]
    assert weights == pytest.approx([rows[name][1] for name in selection.sample_ids])


def test_single_digits_of_every_class_and_few_of_one_sheet(select, demo):
    selection = select("select_objects")
    predictions = {
        (sheet, place): (category, probabilities)
        for sheet, place, category, probabilities in demo.engine.rows(
            "SELECT sample_id, object_index, category, probabilities FROM sheets.predictions "
            "WHERE task = 'digit_detection' AND object_index >= 0"
        )
    }
    chosen = [predictions[pair] for pair in selection.objects]
    assert len(set(selection.objects)) == 30
    assert max(selection.sample_ids.count(sheet) for sheet in selection.sample_ids) == 2
    assert {category for category, _ in chosen} == set("0123456789")
    found = [term["weights:digit_detection/uncertainty_entropy"] for term in terms(selection)]
    assert found == pytest.approx([float(entropies(probabilities)) for _, probabilities in chosen])
    assert np.mean(found) > np.mean([float(entropies(probabilities)) for _, probabilities in predictions.values()])
