"""Whole samples chosen by the embeddings of their objects, against the definition, from the table to the picks."""

from __future__ import annotations

import numpy as np
import pytest

import sqlsel
from sqlsel.kernels import Coverage, ObjectDiversity, Objects, ObjectWeights
from tests import pool as p
from tests.kernels import oracle

QUERIES = p.make_pool(5, 99)


@pytest.fixture(scope="module")
def pools():
    """A database with pools where some images have no objects, some no prediction, and with queries."""
    made = {seed: p.make_pool(45, seed, lacking=0.15) for seed in (1, 2)}
    with sqlsel.connect() as db:
        for seed, pool in made.items():
            assert [] in pool.objects
            assert None in pool.objects
            db.ingest(pool.table(), dataset=f"pool{seed}", **p.MAPPING)
        db.ingest(QUERIES.table(), dataset="queries", **p.MAPPING)
        yield db, made


def objects_of(pool, order):
    found = [[each["embedding"] for each in pool.objects[i] or []] for i in order]
    matrix = np.array([vector for own in found for vector in own], np.float32).reshape(-1, p.WIDTH)
    return Objects(matrix, np.concatenate([[0], np.cumsum([len(own) for own in found])]).astype(np.int64))


def diversity(strength, bound=None):
    return lambda pool, order: ObjectDiversity("o", objects_of(pool, order), strength, minimum_distance=bound)


def weights(weigh, own, strength):
    def make(pool, order):
        objects = objects_of(pool, order)
        return ObjectWeights("o", weigh(objects.matrix), objects.offsets, strength, own=own)

    return make


def likeness(matrix):
    found = [each["embedding"] for own in QUERIES.objects for each in own or []]
    return oracle.similarity(matrix, np.array(found, np.float32))


CASES = {
    "diversity": (p.OBJECTS, {"type": "DIVERSITY"}, diversity),
    "apart": (
        p.OBJECTS,
        {"type": "DIVERSITY", "stopping_condition_minimum_distance": 0.6},
        lambda s: diversity(s, 0.6),
    ),
    "similarity": (
        {**p.OBJECTS, "dataset_id": "queries"},
        {"type": "SIMILARITY"},
        lambda s: weights(likeness, "max", s),
    ),
    "typicality": (
        p.OBJECTS,
        {"type": "TYPICALITY", "num_nearest_neighbors": 4},
        lambda s: weights(lambda matrix: oracle.typicality(matrix, 4), "mean", s),
    ),
    "coverage": (
        p.OBJECTS,
        {"type": "COVERAGE"},
        lambda s: lambda pool, order: Coverage("o", objects_of(pool, order), s),
    ),
}


def expected(pool, cases, strengths, n, preselected, seed):
    order = [i for i in pool.tie_order(seed) if i in preselected or pool.objects[i] is not None]
    made = [CASES[name][2](strength)(pool, order) for name, strength in zip(cases, strengths, strict=True)]
    chosen = np.array([i in preselected for i in order])
    rows, _, _, (reason, _) = oracle.select(made, n, ~chosen, chosen)
    return [pool.ids[order[row]] for row in rows], reason


def with_objects(pool):
    return [i for i, found in enumerate(pool.objects) if found]


def earlier_ones(pool, which):
    """Rows that are preselected: with objects, without any, or without a prediction."""
    return {
        "none": [],
        "some": with_objects(pool)[:3],
        "one without objects": [pool.objects.index([])],
        "all kinds": [*with_objects(pool)[4:6], pool.objects.index([]), pool.objects.index(None)],
    }[which]


@pytest.mark.parametrize("which", ["none", "some", "one without objects", "all kinds"])
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    ("cases", "strengths"),
    [
        (["diversity"], [1.0]),
        (["diversity"], [-1.0]),
        (["coverage"], [1.0]),
        (["coverage", "diversity"], [-1.0, 1.0]),
        (["apart"], [1.0]),
        (["similarity"], [1.0]),
        (["similarity"], [-2.0]),
        (["typicality"], [1.0]),
        (["diversity", "typicality"], [1.0, 1.0]),
        (["apart", "similarity"], [1.0, 0.5]),
        (["diversity", "similarity", "typicality"], [1.0, 1.0, -0.5]),
    ],
)
def test_every_strategy_with_and_without_preselected(pools, cases, strengths, seed, which):
    db, made = pools
    pool = made[seed]
    earlier = earlier_ones(pool, which)
    pairs = [
        (CASES[name][0], {**CASES[name][1], "strength": strength})
        for name, strength in zip(cases, strengths, strict=True)
    ]
    ids = [pool.ids[i] for i in earlier]
    found = db.select(p.config(20, *pairs), dataset=f"pool{seed}", preselected=ids or None)
    picks, reason = expected(pool, cases, strengths, 20, earlier, 0)
    assert found.sample_ids == picks
    assert found.summary()["stop"]["reason"] == reason
    lacking = sum(found is None for i, found in enumerate(pool.objects) if i not in earlier)
    (missing,) = found.summary()["left_out"]["missing"]
    assert missing == {"input": "embeddings of the objects of task things", "count": lacking}


def test_images_without_objects_come_last_and_are_counted(pools):
    db, made = pools
    pool = made[1]
    found = db.select(p.config(100, (p.OBJECTS, p.DIVERSITY)), dataset="pool1")
    empty = {pool.ids[i] for i, objects in enumerate(pool.objects) if objects == []}
    assert set(found.sample_ids[-len(empty) :]) == empty
    assert f"{len(empty)} candidates have no objects of task things: the lowest value there is" in str(found)


def test_the_minimum_distance_keeps_sets_of_objects_apart(pools):
    db, made = pools
    pool = made[2]
    config = p.config(45, (p.OBJECTS, {"type": "DIVERSITY", "stopping_condition_minimum_distance": 0.9}))
    chosen = db.select(config, dataset="pool2").sample_ids
    sets = [np.array([each["embedding"] for each in pool.objects[pool.ids.index(name)]]) for name in chosen]
    for place, own in enumerate(sets):
        others = np.concatenate(sets[:place]) if place and len(own) else None
        if others is not None and len(others):
            nearest = ((own[:, None].astype(np.float64) - others[None]) ** 2).sum(axis=2).min(axis=1)
            assert np.sqrt(nearest.mean()) >= 0.9


def test_real_objects(clothing):
    import pyarrow.parquet as pq

    pairs = [({"type": "EMBEDDINGS", "task": "garment_regions"}, p.DIVERSITY)]
    with sqlsel.connect() as db:
        db.ingest(clothing, dataset="clothing", measure=False)
        found = db.select(p.config(30, *pairs), dataset="clothing", seed=None)
        single = db.select(
            {**p.config(30, ({"type": "EMBEDDINGS"}, p.DIVERSITY)), "select_objects_of": "garment_regions"},
            dataset="clothing",
            seed=None,
        )
    rows = pq.read_table(clothing / "object_embeddings.parquet").to_pylist()
    names = sorted(path.relative_to(clothing).as_posix() for path in clothing.glob("*/*.jpg"))
    by_image = {name: [row["embedding"] for row in rows if row["file_name"] == name] for name in names}
    counts = [len(by_image[name]) for name in names]
    matrix = np.array([vector for name in names for vector in by_image[name]], np.float32)
    objects = Objects(matrix, np.concatenate([[0], np.cumsum(counts)]).astype(np.int64))
    everyone, nobody = np.ones(len(names), bool), np.zeros(len(names), bool)
    picks, *_ = oracle.select([ObjectDiversity("o", objects, 1.0)], 30, everyone, nobody)
    assert found.sample_ids == [names[row] for row in picks]
    nearest = np.linalg.norm(matrix - matrix[0], axis=1)
    chosen = [0]
    while len(chosen) < 30:
        chosen.append(int(np.argmax(nearest)))
        nearest = np.minimum(nearest, np.linalg.norm(matrix - matrix[chosen[-1]], axis=1))
    pairs_of_rows = [(name, place) for name in names for place in range(len(by_image[name]))]
    assert single.objects == [pairs_of_rows[row] for row in chosen]
