"""Objects as samples against the definition: every input of an object's own, and of its image, alone and together."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

import sqlsel
from tests import pool as p
from tests.selection.object_cases import CASES, OWN, declared, expected, ingested, objects, own


@pytest.fixture
def db():
    with sqlsel.connect() as opened:
        yield opened


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
    with pytest.raises(SelectionError, match=f"objects lack score doubt of task scene .such as {first}[,)]"):
        ingested(db, pool).select(config, dataset="pool", missing="error")


def test_nothing_to_choose_from_is_said_of_objects(db):
    from sqlsel.errors import SelectionError

    pool = p.make_pool(6, 1)
    config = declared(["score"], [1.0], 3)
    where = "object.score > 2"
    with pytest.raises(SelectionError, match=rf"{len(objects(pool))} objects of task things, 0 where object.score > 2"):
        ingested(db, pool).select(config, dataset="pool", where=where)
    pool.objects = [[] for _ in pool.objects]
    db.ingest(pool.table(), dataset="none", **p.MAPPING)
    with pytest.raises(SelectionError, match=r"nothing to select from: task things has no objects"):
        db.select(config, dataset="none")
