"""Objects as samples by definition, in plain numpy: every input of an object's own, and of its image."""

from __future__ import annotations

import hashlib
import math

import numpy as np

from sqlsel.kernels import Balance, Diversity, Weights
from tests import pool as p
from tests.kernels import oracle

TARGET = {"sunny": 0.5, "rainy": 0.2}
CLASS_TARGET = {"bus": 0.6, "dog": 0.1}
OWN = {"type": "EMBEDDINGS"}


def objects(pool):
    """All objects as pairs of image and place."""
    return [(i, k) for i, found in enumerate(pool.objects) for k in range(len(found or []))]


def tie_order(pool, seed):
    names = {pair: f"{pool.ids[pair[0]]}#{pair[1]}" for pair in objects(pool)}
    if seed is None:
        return sorted(names)
    key = {pair: hashlib.md5(f"{name}:{seed}".encode()).hexdigest() for pair, name in names.items()}
    return sorted(names, key=lambda pair: (key[pair], pair))


def own(pool, pair, field):
    return pool.objects[pair[0]][pair[1]][field]


def vectors(pool, order):
    return np.array([own(pool, pair, "embedding") for pair in order], np.float32)


def classes(rows):
    bus, car, dog = (np.array([row[k] for row in rows]) for k in range(3))
    return np.stack([bus, dog, car], axis=1), np.array([0.6, 0.1, 1 - math.fsum(CLASS_TARGET.values())])


def weather(pool, order):
    columns = list(TARGET)
    rows = np.zeros((len(order), len(columns) + 1))
    for place, (i, _) in enumerate(order):
        if pool.weather[i] is not None:
            rows[place, columns.index(pool.weather[i]) if pool.weather[i] in columns else -1] = 1
    return rows, np.array([*TARGET.values(), 1 - math.fsum(TARGET.values())])


def entropy(probabilities):
    return -sum(x * math.log(x) for x in probabilities if x > 0) / math.log(len(probabilities))


def uniform(pool, pair, seed):
    text = hashlib.md5(f"{pool.ids[pair[0]]}#{pair[1]}:{seed}".encode()).hexdigest()
    return (int(text[:13], 16) + 0.5) / 2**52


def weights(value):
    return lambda pool, order, strength: Weights("w", np.array([value(pool, pair) for pair in order]), strength)


def never(pool, i):
    return False


CASES = {
    "diversity": (OWN, "DIVERSITY", {}, lambda pool, order, s: Diversity("d", vectors(pool, order), s), never),
    "named by its task": (
        {**OWN, "task": "things"},
        "DIVERSITY",
        {"stopping_condition_minimum_distance": 0.8},
        lambda pool, order, s: Diversity("d", vectors(pool, order), s, 0.8),
        never,
    ),
    "images": (
        {**OWN, "embedding": "default"},
        "DIVERSITY",
        {},
        lambda pool, order, s: Diversity("i", pool.vectors[[i for i, _ in order]], s),
        never,
    ),
    "typicality": (
        OWN,
        "TYPICALITY",
        {"num_nearest_neighbors": 5},
        lambda pool, order, s: Weights("t", oracle.typicality(vectors(pool, order), 5), s),
        never,
    ),
    "entropy": (
        {"type": "SCORES", "task": "things", "score": "uncertainty_entropy"},
        "WEIGHTS",
        {},
        weights(lambda pool, pair: entropy(own(pool, pair, "probabilities"))),
        never,
    ),
    "doubt": (
        {"type": "SCORES", "task": "things", "score": "objectness_least_confidence"},
        "WEIGHTS",
        {},
        weights(lambda pool, pair: 1 - own(pool, pair, "score")),
        never,
    ),
    "score": (
        {"type": "METADATA", "key": "object.score"},
        "WEIGHTS",
        {},
        weights(lambda pool, pair: own(pool, pair, "score")),
        never,
    ),
    "count": (
        {"type": "PREDICTIONS", "task": "things", "name": "CATEGORY_COUNT", "categories": ["bus", "car"]},
        "WEIGHTS",
        {},
        weights(lambda pool, pair: float(own(pool, pair, "category") in ("bus", "car"))),
        never,
    ),
    "image score": (
        p.DOUBT,
        "WEIGHTS",
        {},
        weights(lambda pool, pair: pool.score[pair[0]]),
        lambda pool, i: pool.score[i] is None,
    ),
    "image metadata": (
        p.BRIGHTNESS,
        "WEIGHTS",
        {},
        weights(lambda pool, pair: pool.brightness[pair[0]]),
        lambda pool, i: pool.brightness[i] is None,
    ),
    "random": (
        {"type": "RANDOM", "random_seed": 5},
        "WEIGHTS",
        {},
        weights(lambda pool, x: uniform(pool, x, 5)),
        never,
    ),
    "classes": (
        p.THINGS,
        "BALANCE",
        {"target": CLASS_TARGET},
        lambda pool, order, s: Balance("c", *classes([own(pool, pair, "probabilities") for pair in order]), s),
        never,
    ),
    "image classes": (
        p.SCENE,
        "BALANCE",
        {"target": CLASS_TARGET},
        lambda pool, order, s: Balance("s", *classes([pool.probabilities[i] for i, _ in order]), s),
        lambda pool, i: pool.probabilities[i] is None,
    ),
    "weather": (
        p.WEATHER_KEY,
        "BALANCE",
        {"target": TARGET},
        lambda pool, order, s: Balance("b", *weather(pool, order), s),
        never,
    ),
}


def expected(pool, names, strengths, n, *, seed=0, preselected=()):
    """Image ids and places of the picks by definition."""
    cases = [CASES[name] for name in names]
    order = [x for x in tie_order(pool, seed) if x in preselected or not any(case[4](pool, x[0]) for case in cases)]
    objectives = [case[3](pool, order, strength) for case, strength in zip(cases, strengths, strict=False)]
    chosen = np.array([pair in preselected for pair in order])
    rows, *_ = oracle.select(objectives, n, ~chosen, chosen)
    return [(pool.ids[order[row][0]], order[row][1]) for row in rows]


def declared(names, strengths, n):
    pairs = [
        (CASES[name][0], {"type": CASES[name][1], "strength": strength, **CASES[name][2]})
        for name, strength in zip(names, strengths, strict=False)
    ]
    return {**p.config(n, *pairs), "select_objects_of": "things"}


def ingested(db, pool):
    db.ingest(pool.table(), dataset="pool", **p.MAPPING)
    return db
