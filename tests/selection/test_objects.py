"""Objects as samples against the definition: every input of an object's own, and of its image, alone and together."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

import sqlsel
from sqlsel.errors import UsageError
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


@pytest.fixture
def db():
    with sqlsel.connect() as opened:
        yield opened


def ingested(db, pool):
    db.ingest(pool.table(), dataset="pool", **p.MAPPING)
    return db


@pytest.mark.parametrize("strength", [1.0, -1.0])
@pytest.mark.parametrize("name", [name for name in CASES if name != "weather"])
def test_each_input_alone(db, name, strength):
    pool = p.make_pool(40, 1, lacking=0.1)
    selection = ingested(db, pool).select(declared([name], [strength], 12), dataset="pool")
    assert selection.objects == expected(pool, [name], [strength], 12)
    assert selection.sample_ids == [image for image, _ in selection.objects]
    assert selection.file_names == [f"{image}.jpg" for image in selection.sample_ids]


# making a smaller example would take minutes, and the names of the inputs tell enough
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
)
@given(
    names=st.lists(st.sampled_from(list(CASES)), min_size=2, max_size=4, unique=True),
    strengths=st.lists(st.sampled_from([1.0, -1.0, 0.5, 2.0]), min_size=4, max_size=4),
    seed=st.sampled_from([0, 7, None]),
    data=st.integers(0, 1000),
    before=st.integers(0, 3),
)
@example(names=["images", "diversity"], strengths=[1.0, 1.0], seed=0, data=0, before=0)
def test_inputs_together_beside_preselected_objects(names, strengths, seed, data, before):
    pool = p.make_pool(30, data, lacking=0.1)
    complete = [x for x in objects(pool) if not any(CASES[name][4](pool, x[0]) for name in names)]
    earlier = complete[:before]
    given_ids = [f"{pool.ids[i]}#{k}" if k % 2 else (pool.ids[i], k) for i, k in earlier]
    with sqlsel.connect() as db:
        selection = ingested(db, pool).select(
            declared(names, strengths, 8), dataset="pool", seed=seed, preselected=given_ids or None
        )
    assert selection.objects == expected(pool, names, strengths, 8, seed=seed, preselected=earlier)


def test_a_category_alone_is_dealt_by_its_shares(db):
    pool = p.make_pool(60, 4)
    balance = {"type": "BALANCE", "target": {"bus": 0.5, "dog": 0.25}}
    for source in ({"type": "METADATA", "key": "object.category"}, {**p.THINGS}):
        strategy = balance if source["type"] == "METADATA" else {**balance, "count": "PREDICTED"}
        config = {**p.config(16, (source, strategy)), "select_objects_of": "things"}
        ingested(db, pool)
        assert db.explain(config, dataset="pool").plan.route == "balance"
        chosen = db.select(config, dataset="pool").objects
        counts = Counter(pool.objects[pool.ids.index(image)][place]["category"] for image, place in chosen)
        assert counts == {"bus": 8, "dog": 4, "car": 4}


def test_ids_are_ordered_by_value_whatever_their_text(db):
    import pyarrow as pa

    pool = p.make_pool(30, 6)
    table = pool.table().set_column(0, "sample_id", pa.array(range(95, 125), pa.int64()))
    db.ingest(table, dataset="pool", **p.MAPPING)
    config = {**p.config(500, ({"type": "METADATA", "key": "object.score"}, {"type": "WEIGHTS", "strength": 0})),
              "select_objects_of": "things"}  # fmt: skip
    chosen = db.select(config, dataset="pool", seed=None).objects
    assert chosen == sorted(chosen)
    assert len(chosen) == len(objects(pool))
    assert {type(image) for image, _ in chosen} == {int}


def test_a_share_is_of_the_objects(db):
    pool = p.make_pool(40, 2)
    config = {
        "proportion_samples": 0.25,
        "select_objects_of": "things",
        "strategies": p.config(1, (OWN, p.DIVERSITY))["strategies"],
    }
    found = ingested(db, pool).select(config, dataset="pool")
    assert len(found) == math.floor(len(objects(pool)) / 4 + 0.5)
    assert found.summary()["objects_of"] == "things"
    assert f"{len(objects(pool))} objects of task things" in str(found)


def test_where_knows_the_object_and_its_image(db):
    pool = p.make_pool(40, 2)
    config = {**p.config(100, (OWN, p.DIVERSITY)), "select_objects_of": "things"}
    where = "object.category = 'bus' AND object.score > 0.5 AND light.brightness > 0.3"
    found = ingested(db, pool).select(config, dataset="pool", where=where)
    meant = {
        (pool.ids[i], k)
        for i, k in objects(pool)
        if own(pool, (i, k), "category") == "bus" and own(pool, (i, k), "score") > 0.5 and pool.brightness[i] > 0.3
    }
    assert set(found.objects) == meant
    assert found.summary()["left_out"]["where"] == len(objects(pool)) - len(meant)


@pytest.fixture
def rounds(db):
    """A pool with a tag on images and two rounds of objects, the second beside the first."""
    pool = p.make_pool(40, 2)
    ingested(db, pool)
    config = {**p.config(6, (OWN, p.DIVERSITY)), "select_objects_of": "things"}
    db.select(p.config(3, (p.EMBEDDINGS, p.DIVERSITY)), dataset="pool", tag="images")
    first = db.select(config, dataset="pool", tag="round-1")
    second = db.select(config, dataset="pool", tag="round-2", preselected="round-1")
    return db, pool, config, first, second


def rows(db, query):
    return db.connection.execute(query).fetchall()


def test_a_tag_is_on_the_objects_and_on_their_images(rounds):
    db, _, _, first, second = rounds
    kept = rows(db, "SELECT sample_id, object_index FROM pool.selected_objects WHERE tag = 'round-1' ORDER BY rank")
    assert kept == first.objects
    images = rows(db, "SELECT sample_id FROM pool.tags WHERE tag = 'round-1' ORDER BY rank")
    assert [image for (image,) in images] == list(dict.fromkeys(first.sample_ids))
    later = "FROM pool.selected_objects WHERE tag = 'round-2' AND rank IS"
    assert set(rows(db, f"SELECT sample_id, object_index {later} NULL")) == set(first.objects)
    assert rows(db, f"SELECT sample_id, object_index {later} NOT NULL ORDER BY rank") == second.objects
    assert not set(first.objects) & set(second.objects)
    in_one_run = db.select({**rounds[2], "n_samples": 12}, dataset="pool").objects
    assert [*first.objects, *second.objects] == in_one_run


def test_a_kept_object_joins_its_prediction_and_its_image(rounds):
    db, pool, _, first, _ = rounds
    joined = rows(
        db,
        "SELECT s.file_name, p.category FROM pool.selected_objects JOIN pool.predictions AS p "
        "USING (sample_id, task, object_index) JOIN pool.samples AS s USING (sample_id) "
        "WHERE tag = 'round-1' ORDER BY rank",
    )
    assert joined == [
        (f"{image}.jpg", pool.objects[pool.ids.index(image)][k]["category"]) for image, k in first.objects
    ]


def test_a_tag_on_images_preselects_all_their_objects_and_so_does_an_id(rounds):
    db, pool, config, *_ = rounds
    tagged = [image for (image,) in rows(db, "SELECT sample_id FROM pool.tags WHERE tag = 'images'")]
    on_them = [(pool.ids[i], k) for i, k in objects(pool) if pool.ids[i] in tagged]
    by_tag = db.select(config, dataset="pool", preselected="images", tag="after-images")
    assert by_tag.summary()["preselected"] == len(on_them)
    having = [image for image in tagged if any(each[0] == image for each in on_them)]
    by_ids = db.select(config, dataset="pool", preselected=having)
    assert by_tag.to_arrow().equals(by_ids.to_arrow())
    kept = "SELECT sample_id, object_index FROM pool.selected_objects WHERE tag = 'after-images' AND rank IS NULL"
    assert sorted(rows(db, kept)) == on_them


def test_a_tag_on_objects_preselects_their_images_where_whole_samples_are_chosen(rounds):
    db, _, _, first, _ = rounds
    found = db.select(p.config(4, (p.EMBEDDINGS, p.DIVERSITY)), dataset="pool", preselected="round-1")
    assert found.summary()["preselected"] == len(set(first.sample_ids))
    assert not set(found.sample_ids) & set(first.sample_ids)
    assert found.objects == []


def test_a_tag_grows_and_is_replaced(rounds):
    db, _, config, first, second = rounds
    grown = db.select(config, dataset="pool", tag="round-1", preselected="round-1")
    assert grown.objects == second.objects
    held = "SELECT sample_id, object_index FROM pool.selected_objects WHERE tag = 'round-1' AND rank IS"
    assert set(rows(db, f"{held} NULL")) == set(first.objects)
    assert rows(db, f"{held} NOT NULL ORDER BY rank") == grown.objects
    whole = db.select(p.config(2, (p.EMBEDDINGS, p.DIVERSITY)), dataset="pool", tag="round-1", overwrite=True)
    assert rows(db, "SELECT * FROM pool.selected_objects WHERE tag = 'round-1'") == []
    assert rows(db, "SELECT sample_id FROM pool.tags WHERE tag = 'round-1' ORDER BY rank") == [
        (image,) for image in whole.sample_ids
    ]


def test_tags_are_counted_and_combined_by_images(rounds):
    db, _, _, first, _ = rounds
    tags = {tag.tag: tag for tag in db.tags("pool")}
    assert (tags["round-1"].objects, tags["round-1"].selected) == (6, len(set(first.sample_ids)))
    assert (tags["round-2"].objects, tags["images"].objects) == (12, 0)
    db.combine_tags("pool", "union", ["round-1", "images"], tag="round-2", overwrite=True)
    assert rows(db, "SELECT * FROM pool.selected_objects WHERE tag = 'round-2'") == []
    images = rows(db, "SELECT DISTINCT sample_id FROM pool.tags WHERE tag IN ('round-1', 'images')")
    assert sorted(rows(db, "SELECT sample_id FROM pool.tags WHERE tag = 'round-2'")) == sorted(images)


def test_objects_of_another_task_are_no_preselected_ones(rounds):
    db, _, config, _, _ = rounds
    db.connection.execute("INSERT INTO pool.predictions BY NAME SELECT * REPLACE ('others' AS task) FROM pool.predictions WHERE task = 'things'")  # noqa: E501
    db.connection.execute("INSERT INTO sqlsel.tasks BY NAME SELECT * REPLACE ('others' AS task) FROM sqlsel.tasks WHERE task = 'things'")  # noqa: E501
    other = {**p.config(3, ({"type": "RANDOM"}, p.WEIGHTS)), "select_objects_of": "others"}
    with pytest.raises(UsageError, match="tag 'round-1' is put on objects of task 'things', not of 'others'"):
        db.select(other, dataset="pool", preselected="round-1")
    assert len(db.select(other, dataset="pool", preselected="images")) == 3
    pooled = db.select(config, dataset="pool", preselected="datapool")
    kept = rows(db, "SELECT DISTINCT sample_id, object_index FROM pool.selected_objects")
    assert not set(pooled.objects) & set(kept)


def test_ids_that_are_no_objects_are_refused(rounds):
    db, _, config, first, _ = rounds
    image = first.sample_ids[0]
    with pytest.raises(
        UsageError, match=r"2 ids are no objects of task 'things' in dataset 'pool', such as 's0\d\d#99'"
    ):
        db.select(config, dataset="pool", preselected=[f"{image}#99", "zebra", first.objects[0]])


def test_similarity_to_a_tag_on_objects_means_these_objects(rounds):
    db, pool, _, first, _ = rounds
    query = {"type": "EMBEDDINGS", "dataset_id": "pool", "tag_name": "round-1"}
    config = {**p.config(9, (query, {"type": "SIMILARITY"})), "select_objects_of": "things"}
    found = db.select(config, dataset="pool")
    order = tie_order(pool, 0)
    queries = vectors(pool, [(pool.ids.index(image), k) for image, k in first.objects])
    likeness = oracle.similarity(vectors(pool, order), queries)
    best = sorted(range(len(order)), key=lambda row: -likeness[row])[:9]
    assert found.objects == [(pool.ids[order[row][0]], order[row][1]) for row in best]
    assert "near the objects of tag round-1 of pool" in str(db.explain(config, dataset="pool"))


def test_everything_else_of_a_selection_works_on_objects(rounds, tmp_path):
    db, pool, config, first, _ = rounds
    told = first.summary(full=True)
    assert told["objectives"][0]["alone"]["smallest_distance"] >= told["objectives"][0]["random"]["smallest_distance"]
    assert told["coverage"]["selected"]["n"][-1] == 6
    found = db.sql(f"FROM sqlsel_select('pool', '{json.dumps(config)}')").fetchall()
    assert [(row[0], row[5]) for row in found] == first.objects
    assert first.df()["object_index"].tolist() == [place for _, place in first.objects]
    db.export("pool", "round-1", "filenames", tmp_path / "names.txt")
    assert (tmp_path / "names.txt").read_text().split() == [f"{i}.jpg" for i in dict.fromkeys(first.sample_ids)]
    db.export("pool", "round-2", "jsonl", tmp_path / "rows.jsonl")
    written = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    assert len(written) == 12
    assert [row["rank"] for row in written] == [*range(1, 7), *[None] * 6]
    for row in written:
        meant = pool.objects[pool.ids.index(row["sample_id"])][row["object_index"]]
        assert (row["category"], row["score"], row["task"]) == (meant["category"], meant["score"], "things")


def test_limits_and_expressions_reach_the_object_and_its_image(db):
    pool = p.make_pool(30, 8)
    limited = {**declared(["score"], [1.0], 500), "limits": [{"key": "object.image", "max": 1}]}
    found = ingested(db, pool).select(limited, dataset="pool")
    having = {i for i, _ in objects(pool)}
    assert len(found.sample_ids) == len(set(found.sample_ids)) == len(having)
    best = {pool.ids[i]: max(own(pool, (i, k), "score") for k in range(len(pool.objects[i]))) for i in having}
    chosen = {image: own(pool, (pool.ids.index(image), k), "score") for image, k in found.objects}
    assert chosen == best


def test_a_random_number_and_a_tie_differ_between_the_objects_of_an_image(db):
    pool = p.make_pool(30, 8)
    config = {**p.config(500, ({"type": "RANDOM"}, p.WEIGHTS)), "select_objects_of": "things"}
    terms = ingested(db, pool).select(config, dataset="pool").to_arrow().column("terms").to_pylist()
    assert len({value for row in terms for _, value in row}) == len(objects(pool))


def test_an_explanation_counts_objects(db):
    pool = p.make_pool(30, 8)
    config = declared(["diversity", "entropy"], [1.0, 1.0], 7)
    text = " ".join(str(ingested(db, pool).explain(config, dataset="pool", preselected=["s001"])).split())
    assert f"Choose 7 objects of task things from pool ({len(objects(pool))} objects)" in text
    assert f"start from {len(pool.objects[1])} preselected objects" in text
    assert "high score uncertainty_entropy of the object" in text
    assert "stop at 7 new objects" in text


def test_what_is_missing_is_named_by_object(db):
    from sqlsel.errors import SelectionError

    pool = p.make_pool(30, 8, lacking=0.3)
    config = declared(["image score"], [1.0], 7)
    first = next(f"{pool.ids[i]}#{k}" for i, k in objects(pool) if pool.score[i] is None)
    with pytest.raises(SelectionError, match=f"lack score doubt of task scene .such as {first}[,)]"):
        ingested(db, pool).select(config, dataset="pool", missing="error")
