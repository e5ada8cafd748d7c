"""The whole path against the definition: from rows in a table to picks, for every strategy and their combinations."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sqlsel
from sqlsel.kernels import Balance, Coverage, Diversity, ObjectDiversity, Objects, Weights
from tests import pool as p
from tests.kernels import oracle

TARGET = {"sunny": 0.5, "rainy": 0.2}
CLASS_TARGET = {"bus": 0.6, "dog": 0.1}


def nan(value):
    return math.nan if value is None else value


def one_hot(pool, order):
    columns = list(TARGET)
    rows = np.zeros((len(order), len(columns) + 1))
    for place, i in enumerate(order):
        if pool.weather[i] is not None:
            rows[place, columns.index(pool.weather[i]) if pool.weather[i] in columns else -1] = 1
    return rows, np.array([*TARGET.values(), 1 - math.fsum(TARGET.values())])


def class_rows(vectors):
    bus, car, dog = (np.array([row[k] for row in vectors]) for k in range(3))
    return np.stack([bus, dog, car], axis=1), np.array([0.6, 0.1, 1 - math.fsum(CLASS_TARGET.values())])


def summed(pool, i):
    return [math.fsum([])] * 3 if not pool.objects[i] else np.sum([o["probabilities"] for o in pool.objects[i]], axis=0)


def entropy(probabilities):
    return -sum(x * math.log(x) for x in probabilities if x > 0) / math.log(len(probabilities))


def objects_of(pool, order):
    found = [[o["embedding"] for o in pool.objects[i] or []] for i in order]
    matrix = np.array([v for own in found for v in own], np.float32).reshape(-1, p.WIDTH)
    return Objects(matrix, np.concatenate([[0], np.cumsum([len(own) for own in found])]).astype(np.int64))


def strategy_of(kind, strength, **more):
    return {"type": kind, "strength": strength, **more}


def case(name, strength):
    """(config pair, function from pool and order to the oracle's objective, what makes a sample lack it)."""
    return {
        "diversity": (
            (p.EMBEDDINGS, strategy_of("DIVERSITY", strength)),
            lambda pool, order: Diversity("d", pool.vectors[order], strength),
            lambda pool, i: False,
        ),
        "apart": (
            (p.EMBEDDINGS, strategy_of("DIVERSITY", strength, stopping_condition_minimum_distance=0.9)),
            lambda pool, order: Diversity("d", pool.vectors[order], strength, 0.9),
            lambda pool, i: False,
        ),
        "object diversity": (
            (p.OBJECTS, strategy_of("DIVERSITY", strength)),
            lambda pool, order: ObjectDiversity("o", objects_of(pool, order), strength),
            lambda pool, i: pool.objects[i] is None,
        ),
        "typicality": (
            (p.EMBEDDINGS, strategy_of("TYPICALITY", strength, num_nearest_neighbors=5)),
            lambda pool, order: Weights("t", oracle.typicality(pool.vectors[order], 5), strength),
            lambda pool, i: False,
        ),
        "coverage": (
            (p.EMBEDDINGS, strategy_of("COVERAGE", strength)),
            lambda pool, order: Coverage("c", pool.vectors[order], strength),
            lambda pool, i: False,
        ),
        "counted coverage": (
            (p.EMBEDDINGS, strategy_of("COVERAGE", strength, weight=p.DOUBT)),
            lambda pool, order: Coverage(
                "c", pool.vectors[order], strength, weights=np.array([pool.score[i] for i in order])
            ),
            lambda pool, i: pool.score[i] is None,
        ),
        "object coverage": (
            (p.OBJECTS, strategy_of("COVERAGE", strength)),
            lambda pool, order: Coverage("o", objects_of(pool, order), strength),
            lambda pool, i: pool.objects[i] is None,
        ),
        "score": (
            (p.DOUBT, strategy_of("WEIGHTS", strength)),
            lambda pool, order: Weights("w", np.array([nan(pool.score[i]) for i in order]), strength),
            lambda pool, i: pool.score[i] is None,
        ),
        "computed score": (
            ({"type": "SCORES", "task": "scene", "score": "uncertainty_entropy"}, strategy_of("WEIGHTS", strength)),
            lambda pool, order: Weights("e", np.array([entropy(pool.probabilities[i]) for i in order]), strength),
            lambda pool, i: pool.probabilities[i] is None,
        ),
        "object score": (
            ({"type": "SCORES", "task": "things", "score": "uncertainty_margin"}, strategy_of("WEIGHTS", strength)),
            lambda pool, order: Weights(
                "m",
                np.array(
                    [
                        max(
                            (1 - (s[-1] - s[-2]) for s in (sorted(o["probabilities"]) for o in pool.objects[i])),
                            default=0.0,
                        )
                        for i in order
                    ]
                ),
                strength,
            ),
            lambda pool, i: pool.objects[i] is None,
        ),
        "metadata": (
            (p.BRIGHTNESS, strategy_of("WEIGHTS", strength)),
            lambda pool, order: Weights("b", np.array([nan(pool.brightness[i]) for i in order]), strength),
            lambda pool, i: pool.brightness[i] is None,
        ),
        "count": (
            (
                {"type": "PREDICTIONS", "task": "things", "name": "CATEGORY_COUNT", "categories": ["car", "bus"]},
                strategy_of("WEIGHTS", strength),
            ),
            lambda pool, order: Weights(
                "c",
                np.array([float(sum(o["category"] in ("car", "bus") for o in pool.objects[i])) for i in order]),
                strength,
            ),
            lambda pool, i: pool.objects[i] is None,
        ),
        "weather": (
            (p.WEATHER_KEY, strategy_of("BALANCE", strength, target=TARGET)),
            lambda pool, order: Balance("b", *one_hot(pool, order), strength),
            lambda pool, i: False,
        ),
        "scene": (
            (p.SCENE, strategy_of("BALANCE", strength, target=CLASS_TARGET)),
            lambda pool, order: Balance("s", *class_rows([pool.probabilities[i] for i in order]), strength),
            lambda pool, i: pool.probabilities[i] is None,
        ),
        "things": (
            (p.THINGS, strategy_of("BALANCE", strength, target=CLASS_TARGET)),
            lambda pool, order: Balance("t", *class_rows([summed(pool, i) for i in order]), strength),
            lambda pool, i: pool.objects[i] is None,
        ),
    }[name]


NAMES = [
    "diversity", "apart", "object diversity", "typicality", "score", "computed score", "object score", "metadata",
    "count", "weather", "scene", "things", "coverage", "counted coverage", "object coverage",
]  # fmt: skip


def expected(pool, cases, n, *, seed=0, preselected=()):
    """Ids of the picks by definition."""
    order = [i for i in pool.tie_order(seed) if i in preselected or not any(lacks(pool, i) for _, _, lacks in cases)]
    objectives = [make(pool, order) for _, make, _ in cases]
    chosen = np.array([i in preselected for i in order])
    rows, *_ = oracle.select(objectives, n, ~chosen, chosen)
    return [pool.ids[order[row]] for row in rows]


def selected(pool, cases, n, *, rows=None, **arguments):
    with sqlsel.connect() as db:
        db.ingest(pool.table(rows), dataset="pool", **p.MAPPING)
        return db.select(p.config(n, *(pair for pair, _, _ in cases)), dataset="pool", **arguments)


# what is decided in SQL for a category alone has an oracle of its own
ALONE = [name for name in NAMES if name != "weather"]


@pytest.mark.parametrize("strength", [1.0, -1.0, 0.5, 0.0])
@pytest.mark.parametrize("name", ALONE)
def test_each_strategy_alone(name, strength):
    pool = p.make_pool(60, 1, lacking=0.1)
    cases = [case(name, strength)]
    selection = selected(pool, cases, 15)
    assert selection.sample_ids == expected(pool, cases, 15)
    assert selection.file_names == [f"{name}.jpg" for name in selection.sample_ids]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    names=st.lists(st.sampled_from(NAMES), min_size=2, max_size=4, unique=True),
    strengths=st.lists(st.sampled_from([1.0, -1.0, 0.5, 2.0]), min_size=4, max_size=4),
    seed=st.sampled_from([0, 7, None]),
    data=st.integers(0, 1000),
    before=st.integers(0, 3),
)
def test_combinations(names, strengths, seed, data, before):
    pool = p.make_pool(40, data, lacking=0.1)
    cases = [case(name, strength) for name, strength in zip(names, strengths, strict=False)]
    complete = [i for i in range(40) if not any(lacks(pool, i) for _, _, lacks in cases)]
    earlier = complete[:before]
    selection = selected(pool, cases, 10, seed=seed, preselected=[pool.ids[i] for i in earlier] or None)
    assert selection.sample_ids == expected(pool, cases, 10, seed=seed, preselected=earlier)


def test_storage_order_and_ingest_in_parts_change_nothing():
    pool = p.make_pool(50, 3)
    cases = [case("diversity", 1.0), case("score", 1.0), case("things", 1.0)]
    shuffled = np.random.default_rng(0).permutation(50)
    whole = selected(pool, cases, 12)
    assert whole.to_arrow().equals(selected(pool, cases, 12, rows=shuffled).to_arrow())
    with sqlsel.connect() as db:
        for part in np.array_split(shuffled, 3):
            db.ingest(pool.table(part), dataset="pool", **p.MAPPING)
        again = db.select(p.config(12, *(pair for pair, _, _ in cases)), dataset="pool")
    assert whole.to_arrow().equals(again.to_arrow())


def test_a_prefix_is_the_selection_of_a_smaller_n():
    pool = p.make_pool(50, 4)
    cases = [case("diversity", 1.0), case("weather", 2.0), case("metadata", 0.5)]
    assert selected(pool, cases, 20).sample_ids[:9] == selected(pool, cases, 9).sample_ids


def test_similarity_to_a_tag_of_another_dataset():
    pool, queries = p.make_pool(40, 5), p.make_pool(6, 6)
    weights = oracle.similarity(pool.vectors[pool.tie_order()], queries.vectors[:2])
    with sqlsel.connect() as db:
        db.ingest(pool.table(), dataset="pool", **p.MAPPING)
        db.ingest(queries.table(), dataset="failures", **p.MAPPING)
        db.select(p.config(2, (p.EMBEDDINGS, p.DIVERSITY)), dataset="failures", tag="worst", seed=None)
        tagged = db.select(p.config(6, (p.EMBEDDINGS, p.DIVERSITY)), dataset="failures", seed=None).sample_ids[:2]
        query = {"type": "EMBEDDINGS", "dataset_id": "failures", "tag_name": "worst"}
        found = db.select(p.config(7, (query, {"type": "SIMILARITY"})), dataset="pool")
    rows = [queries.ids.index(name) for name in tagged]
    weights = oracle.similarity(pool.vectors[pool.tie_order()], queries.vectors[rows])
    best = sorted(range(40), key=lambda row: -weights[row])[:7]
    assert found.sample_ids == [pool.ids[pool.tie_order()[row]] for row in best]
    terms = [dict(row)["similarity:failures"] for row in found.to_arrow().column("terms").to_pylist()]
    np.testing.assert_allclose(terms, weights[best], rtol=1e-12)
