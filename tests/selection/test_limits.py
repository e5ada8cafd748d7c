"""Limits on the whole path: by definition beside every strategy, and the same whether SQL or numpy selects."""

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sqlsel
from sqlsel.errors import ConfigError, SelectionError
from sqlsel.kernels import Limit
from tests import pool as p
from tests.kernels import oracle
from tests.selection.test_against_oracle import ALONE, NAMES, case

BALANCE = {"type": "BALANCE", "target": {"sunny": 0.5, "rainy": 0.2}}
DARK = {"type": "THRESHOLD", "threshold": 0.4, "operation": "SMALLER"}
NEVER = {"key": "site", "max": 1_000_000}


def table(pool):
    """The pool's table with a nested key that groups samples by threes, and whole numbers that cross it."""
    count = len(pool.ids)
    rng = np.random.default_rng(5)
    videos = pa.array([{"id": f"v{i // 3}"} if i % 7 else {"id": None} for i in range(count)])
    sites = pa.array(rng.integers(0, 4, count))
    return pool.table().append_column("video", videos).append_column("site", sites)


def groups(pool, key, order):
    """The group of each row, by definition: one for each value, none for NULL."""
    column = table(pool).column(key.split(".")[0]).to_pylist()
    values = [column[i]["id"] if key == "video.id" else column[i] for i in order]
    names = sorted({v for v in values if v is not None}, key=str)
    return np.array([-1 if v is None else names.index(v) for v in values], dtype=np.int64)


def limited(limits, n, *objectives):
    return {**p.config(n, *objectives), "limits": [dict(limit) for limit in limits]}


def expected(pool, cases, limits, n, *, seed=0, preselected=()):
    order = [i for i in pool.tie_order(seed) if i in preselected or not any(lacks(pool, i) for _, _, lacks in cases)]
    chosen = np.array([i in preselected for i in order])
    bounds = [Limit(limit["key"], groups(pool, limit["key"], order), limit["max"]) for limit in limits]
    rows, _, _, stop = oracle.select([make(pool, order) for _, make, _ in cases], n, ~chosen, chosen, bounds)
    return [pool.ids[order[row]] for row in rows], stop[0]


def select(pool, config, **arguments):
    with sqlsel.connect() as db:
        db.ingest(table(pool), dataset="pool", **p.MAPPING)
        return db.select(config, dataset="pool", **arguments)


@pytest.mark.parametrize("limits", [[("video.id", 1)], [("video.id", 2), ("site", 4)]], ids=["one", "two"])
@pytest.mark.parametrize("name", ALONE)
def test_beside_each_strategy_alone(name, limits):
    pool = p.make_pool(60, 1, lacking=0.1)
    limits = [{"key": key, "max": most} for key, most in limits]
    cases = [case(name, 1.0)]
    selection = select(pool, limited(limits, 25, cases[0][0]))
    ids, stop = expected(pool, cases, limits, 25)
    assert selection.sample_ids == ids
    assert selection.summary()["stop"]["reason"] == stop


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    names=st.lists(st.sampled_from(NAMES), min_size=2, max_size=4, unique=True),
    keys=st.lists(st.sampled_from(["video.id", "site", "weather"]), min_size=1, max_size=3, unique=True),
    most=st.lists(st.integers(1, 5), min_size=3, max_size=3),
    seed=st.sampled_from([0, 7, None]),
    data=st.integers(0, 1000),
    before=st.integers(0, 3),
)
def test_beside_combinations(names, keys, most, seed, data, before):
    pool = p.make_pool(40, data, lacking=0.1)
    limits = [{"key": key, "max": number} for key, number in zip(keys, most, strict=False)]
    cases = [case(name, strength) for name, strength in zip(names, [1.0, -1.0, 0.5, 2.0], strict=False)]
    earlier = [i for i in range(40) if not any(lacks(pool, i) for _, _, lacks in cases)][:before]
    config = limited(limits, 15, *(pair for pair, _, _ in cases))
    selection = select(pool, config, seed=seed, preselected=[pool.ids[i] for i in earlier] or None)
    ids, stop = expected(pool, cases, limits, 15, seed=seed, preselected=earlier)
    assert selection.sample_ids == ids
    assert selection.summary()["stop"]["reason"] == stop


@pytest.mark.parametrize("before", [0, 6])
@pytest.mark.parametrize("strength", [1.0, -1.0, 0.0])
def test_the_best_by_one_number_are_the_same_in_sql_and_in_numpy(strength, before):
    pool = p.make_pool(60, 2, lacking=0.1)
    best = (p.BRIGHTNESS, {**p.WEIGHTS, "strength": strength})
    one = [{"key": "weather", "max": 4}]
    assert_same_on_both_routes(pool, [best], one, before)


@pytest.mark.parametrize("before", [0, 6])
@pytest.mark.parametrize(
    "balance",
    [BALANCE, {"type": "BALANCE", "distribution": "UNIFORM"}, {"type": "BALANCE", "distribution": "INPUT"}],
    ids=["target", "uniform", "input"],
)
@pytest.mark.parametrize("limits", [[], [{"key": "weather", "max": 5}]], ids=["none", "own key"])
def test_the_balance_of_one_key_is_the_same_in_sql_and_in_numpy(balance, limits, before):
    assert_same_on_both_routes(p.make_pool(60, 3), [(p.WEATHER_KEY, balance)], limits, before)


@pytest.mark.parametrize("before", [0, 6])
def test_without_objectives_the_same_in_sql_and_in_numpy(before):
    assert_same_on_both_routes(p.make_pool(60, 4), [(p.BRIGHTNESS, DARK)], [{"key": "weather", "max": 3}], before)


def assert_same_on_both_routes(pool, objectives, limits, before):
    """A limit that no value reaches changes nothing but who selects."""
    with sqlsel.connect() as db:
        db.ingest(table(pool), dataset="pool", **p.MAPPING)
        own = limited(limits, 24, *objectives) if limits else p.config(24, *objectives)
        other = limited([*limits, NEVER, {"key": "video.id", "max": 1_000_000}], 24, *objectives)
        routes = {db.explain(config, dataset="pool").plan.route for config in (own, other)}
        assert len(routes) == 2
        assert "greedy" in routes
        earlier = pool.ids[:before] or None
        by_sql, by_numpy = (db.select(config, dataset="pool", preselected=earlier) for config in (own, other))
    assert by_sql.sample_ids == by_numpy.sample_ids
    for column in ("gain", "terms"):
        left, right = (numbers(each.to_arrow().column(column).to_pylist()) for each in (by_sql, by_numpy))
        np.testing.assert_allclose(left, right, rtol=1e-12, atol=1e-15)
    mine, theirs = by_sql.summary(), by_numpy.summary()
    assert mine["stop"] == theirs["stop"]
    assert mine["limits"] == theirs["limits"][: len(limits)]
    for left, right in zip(mine["objectives"], theirs["objectives"], strict=True):
        assert dict(leaves(left["reached"])) == pytest.approx(dict(leaves(right["reached"])))


def leaves(found, path=""):
    for key, value in found.items() if isinstance(found, dict) else enumerate(found):
        if isinstance(value, dict | list):
            yield from leaves(value, f"{path}/{key}")
        elif not isinstance(value, str):
            yield f"{path}/{key}", value


def numbers(values):
    found = [[value for _, value in each] if isinstance(each, list) else [each] for each in values]
    return np.array(found, dtype=float)


def test_a_balance_deals_its_places_among_the_values_that_have_room():
    pool = p.make_pool(60, 6)
    chosen = select(pool, limited([{"key": "video.id", "max": 1}], 10, (p.WEATHER_KEY, BALANCE)))
    plain = select(pool, p.config(10, (p.WEATHER_KEY, BALANCE)))
    rows = [pool.ids.index(name) for name in chosen.sample_ids]
    of = groups(pool, "video.id", rows)
    assert len(set(of[of >= 0])) == (of >= 0).sum()
    assert chosen.sample_ids != plain.sample_ids
    mixes = [[pool.weather[pool.ids.index(name)] for name in each.sample_ids] for each in (chosen, plain)]
    assert mixes[0] == mixes[1]


@pytest.mark.parametrize(
    "objectives",
    [[(p.BRIGHTNESS, p.WEIGHTS)], [(p.WEATHER_KEY, BALANCE)], [(p.EMBEDDINGS, p.DIVERSITY), (p.WEATHER_KEY, BALANCE)]],
    ids=["weights", "balance", "diversity and balance"],
)
@pytest.mark.parametrize("key", ["weather", "video.id"])
def test_a_prefix_is_the_selection_of_a_smaller_n(objectives, key):
    pool = p.make_pool(50, 7)
    limits = [{"key": key, "max": 2}]
    whole, part = (select(pool, limited(limits, n, *objectives)).sample_ids for n in (20, 7))
    assert whole[:7] == part


def test_preselected_samples_count_and_the_summary_tells_what_is_full():
    pool = p.make_pool(60, 8)
    sunny = [name for name, weather in zip(pool.ids, pool.weather, strict=True) if weather == "sunny"]
    limits = [{"key": "weather", "max": 3}]
    selection = select(pool, limited(limits, 50, (p.EMBEDDINGS, p.DIVERSITY)), preselected=sunny[:5])
    assert not set(selection.sample_ids) & set(sunny)
    summary = selection.summary()
    bare = pool.weather.count(None)
    assert summary["selected"] == 6 + bare
    assert summary["stop"] == {
        "reason": "limits",
        "objective": None,
        "text": "every candidate left is of a value that is full",
    }
    (limit,) = summary["limits"]
    kept_out = 60 - bare - 5 - 6
    assert limit["missed"][0]["text"].startswith(f"{kept_out} candidates are left out, as their values are full")
    assert {name: limit[name] for name in ("key", "max", "full", "examples", "kept_out", "not_limited")} == {
        "key": "weather",
        "max": 3,
        "full": 3,
        "examples": ["cloudy", "rainy", "sunny"],
        "kept_out": kept_out,
        "not_limited": bare,
    }
    text = str(selection)
    assert "limit: 3 of each weather" in text
    assert "3 values are full ('cloudy', 'rainy', 'sunny')" in text
    assert f"without a value, so not limited: {bare}" in text


def test_a_limit_that_nothing_reaches_is_told_too():
    selection = select(p.make_pool(30, 9), limited([NEVER], 5, (p.EMBEDDINGS, p.DIVERSITY)))
    assert selection.summary()["limits"] == [
        {"key": "site", "max": 1_000_000, "full": 0, "examples": [], "kept_out": 0, "not_limited": 0, "missed": []}
    ]
    assert "no value is full" in str(selection)


def test_a_balance_that_a_limit_keeps_back_says_so():
    selection = select(p.make_pool(60, 10), limited([{"key": "weather", "max": 2}], 6, (p.WEATHER_KEY, BALANCE)))
    (missed, *_) = selection.summary()["objectives"][0]["missed"]
    assert missed["reason"] == "limits"
    assert "kept back by the limit of 2 of each weather; raise it" in missed["text"]


@pytest.mark.parametrize("objectives", [[(p.BRIGHTNESS, p.WEIGHTS)], [(p.EMBEDDINGS, p.DIVERSITY)]])
def test_nothing_is_left_where_the_preselected_fill_every_value(objectives):
    pool = p.make_pool(30, 11)
    pool.weather = ["sunny"] * 30
    config = limited([{"key": "weather", "max": 2}], 5, *objectives)
    with pytest.raises(SelectionError, match=r"the preselected samples fill every value \(2 of each 'weather'\)"):
        select(pool, config, preselected=pool.ids[:2])


def test_in_sql_explained_and_for_another_engine():
    pool = p.make_pool(40, 12)
    config = limited([{"key": "video.id", "max": 1}], 8, (p.BRIGHTNESS, p.WEIGHTS))
    with sqlsel.connect() as db:
        db.ingest(table(pool), dataset="pool", **p.MAPPING)
        rows = db.sql(f"SELECT sample_id FROM sqlsel_select('pool', '{json.dumps(config)}') ORDER BY rank").fetchall()
        assert [name for (name,) in rows] == db.select(config, dataset="pool").sample_ids
        explained = db.explain(config, dataset="pool")
    words = " ".join(str(explained).split())
    assert "never have more than 1 of one value of metadata video.id, preselected ones included" in words
    assert "one SQL statement sorts the candidates" in words
    assert 'PARTITION BY "input_2"' in " ".join(explained.sql().split())
    assert "PARTITION BY `input_2`" in " ".join(explained.sql("spark").split())


def test_in_one_shot():
    pool = p.make_pool(40, 13)
    config = limited([{"key": "video.id", "max": 1}], 12, (p.EMBEDDINGS, p.DIVERSITY))
    chosen = sqlsel.select(table(pool), config, **p.MAPPING)
    assert chosen.sample_ids == select(pool, config).sample_ids


@pytest.mark.parametrize("objectives", [[(p.BRIGHTNESS, p.WEIGHTS)], [(p.EMBEDDINGS, p.DIVERSITY)]])
def test_combinations_of_several_keys(objectives):
    pool = p.make_pool(60, 17)
    chosen = select(pool, limited([{"key": ["weather", "site"], "max": 2}], 60, *objectives))
    sites = table(pool).column("site").to_pylist()
    pairs = [(weather, site) for weather, site in zip(pool.weather, sites, strict=True) if weather is not None]
    picked = [pool.ids.index(name) for name in chosen.sample_ids]
    found = [(pool.weather[i], sites[i]) for i in picked if pool.weather[i] is not None]
    assert {pair: found.count(pair) for pair in set(pairs)} == {pair: min(pairs.count(pair), 2) for pair in set(pairs)}
    assert sum(pool.weather[i] is None for i in picked) == pool.weather.count(None)
    (limit,) = chosen.summary()["limits"]
    assert limit["key"] == "weather+site"
    assert limit["not_limited"] == pool.weather.count(None)


def test_objects_of_one_image_can_be_limited():
    pool = p.make_pool(30, 14)
    config = {
        **limited(
            [{"key": "object.image", "max": 1}, {"key": "object.category", "max": 6}], 12, (p.OBJECTS, p.DIVERSITY)
        ),
        "select_objects_of": "things",
    }
    with sqlsel.connect() as db:
        db.ingest(table(pool), dataset="pool", **p.MAPPING)
        chosen = db.select(config, dataset="pool")
        plain = db.select({**config, "limits": None}, dataset="pool")
    images, others = (each.to_arrow().column("sample_id").to_pylist() for each in (chosen, plain))
    assert len(images) == len(set(images)) == 12
    assert len(set(others)) < 12
    places = chosen.to_arrow().column("object_index").to_pylist()
    categories = [pool.objects[pool.ids.index(i)][k]["category"] for i, k in zip(images, places, strict=True)]
    assert max(map(categories.count, categories)) <= 6
    assert [limit["key"] for limit in chosen.summary()["limits"]] == ["object.image", "object.category"]


def test_keys_out_of_file_names_can_be_limited():
    pool = p.make_pool(40, 15)
    config = limited([{"key": "tens", "max": 2}], 40, (p.EMBEDDINGS, p.DIVERSITY))
    chosen = select(pool, {**config, "lightly_path_regex": r"s(?P<tens>\d\d)\d\.jpg"})
    assert sorted(name[1:3] for name in chosen.sample_ids) == ["00", "00", "01", "01", "02", "02", "03", "03"]


def test_sequences_are_refused():
    pool = p.make_pool(10, 16)
    config = {**limited([{"key": "site", "max": 2}], 4, (p.EMBEDDINGS, p.DIVERSITY)), "selected_sequence_length": 2}
    with pytest.raises(ConfigError, match="a limit counts single samples"):
        select(pool, config)
