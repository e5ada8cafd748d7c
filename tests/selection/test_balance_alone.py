"""Balancing one category alone: places dealt by (j - 1/2) / share, every prefix the selection of that n."""

import math
from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sqlsel
from sqlsel.errors import SelectionError
from sqlsel.selection.strategies import balance
from tests import pool as p

KEY = {"type": "METADATA", "key": "weather"}
NAMES = ["sunny", "cloudy", "rainy", "o'hara; --", "other"]


def table(weather):
    return pa.table(
        {"sample_id": [f"s{i:03d}" for i in range(len(weather))], "weather": pa.array(weather, pa.string())}
    )


def select(weather, n, *, preselected=None, seed=0, **strategy):
    with sqlsel.connect() as db:
        db.ingest(table(weather), dataset="pool")
        chosen = p.config(n, (KEY, {"type": "BALANCE", **strategy}))
        return db.select(chosen, dataset="pool", preselected=preselected, seed=seed)


def shares(weather, target, distribution):
    """Share of each sample's group, and the group."""
    found = Counter(name for name in weather if name is not None)
    if distribution == "UNIFORM":
        return {name: 1 / len(found) for name in found}, None
    if distribution == "INPUT":
        return {name: count / found.total() for name, count in found.items()}, None
    total = math.fsum(target.values())
    target = {name: share / total for name, share in target.items()} if total > 1 else target
    return target, max(1 - math.fsum(target.values()), 0)


def by_definition(weather, n, before, target=None, distribution="TARGET", seed=0):
    listed, rest = shares(weather, target or {}, distribution)
    ids = [f"s{i:03d}" for i in range(len(weather))]
    order = p.Pool(ids, None, [], weather, [], []).tie_order(seed)
    places, keyed = Counter(), []
    for i in sorted(order, key=lambda i: (ids[i] not in before, order.index(i))):
        name = weather[i]
        group = name if name in listed else "" if name is not None else None
        share = listed.get(name, rest or 0) if name is not None else 0
        places[group] += 1
        turn = (places[group] - 0.5) / share if share > 0 else math.inf
        # unlisted classes come after listed ones of the same turn and share
        label = (group == "", group or "") if share > 0 else (False, "")
        keyed.append((turn, -share, label, order.index(i), ids[i]))
    return [key[-1] for key in sorted(keyed) if key[-1] not in before][:n]


weathers = st.lists(st.sampled_from([*NAMES, None]), min_size=1, max_size=40).filter(any)
targets = st.dictionaries(st.sampled_from(NAMES), st.sampled_from([0.0, 0.1, 0.2, 0.25, 0.5, 1.0]), min_size=1).filter(
    lambda target: sum(target.values()) > 0
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    weather=weathers, target=targets, n=st.integers(1, 45), before=st.integers(0, 5), seed=st.sampled_from([0, 3, None])
)
def test_a_target(weather, target, n, before, seed):
    earlier = [f"s{i:03d}" for i in range(min(before, len(weather) - 1))]
    selection = select(weather, n, preselected=earlier or None, seed=seed, target=target)
    assert selection.sample_ids == by_definition(weather, n, earlier, target, seed=seed)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(weather=weathers, n=st.integers(1, 45), distribution=st.sampled_from(["UNIFORM", "INPUT"]))
def test_uniform_and_input(weather, n, distribution):
    selection = select(weather, n, distribution=distribution)
    assert selection.sample_ids == by_definition(weather, n, [], distribution=distribution)


@pytest.mark.parametrize("n", [10, 20, 30])
def test_the_mix_meets_the_target(n):
    weather = ["sunny", "cloudy", "rainy", None] * 30
    selection = select(weather, n, target={"sunny": 0.2, "cloudy": 0.4})
    got = Counter(weather[int(name[1:])] for name in selection.sample_ids)
    assert got == {"sunny": n // 5, "cloudy": 2 * n // 5, "rainy": 2 * n // 5}
    assert selection.summary()["objectives"][0]["missed"] == []


def test_terms_are_the_distance_to_the_target_after_each_pick_and_gains_its_fall():
    selection = select(["sunny", "cloudy"] * 5, 4, target={"sunny": 0.5, "cloudy": 0.5})
    rows = selection.to_arrow().to_pylist()
    assert [dict(row["terms"])["balance:weather"] for row in rows] == pytest.approx([1, 0, 1 / 3, 0])
    assert [row["gain"] for row in rows] == pytest.approx([0, 1, -1 / 3, 1 / 3])


def test_a_class_that_runs_out_leaves_its_places_and_is_reported():
    selection = select(["bus"] * 3 + ["car"] * 97, 50, target={"bus": 0.2, "car": 0.8})
    assert len(selection) == 50
    (missed,) = selection.summary()["objectives"][0]["missed"]
    assert missed["reason"] == "supply"
    assert "3 bus among 100 candidates, 6 % at most" in missed["text"]


def test_too_few_samples_is_told_from_a_short_supply():
    selection = select(["bus"] * 50 + ["car"] * 50, 3, target={"bus": 0.5, "car": 0.5})
    (missed,) = selection.summary()["objectives"][0]["missed"]
    assert missed["reason"] == "too few samples"


def test_more_classes_than_memory_holds_are_refused_beside_others(monkeypatch):
    monkeypatch.setattr(balance, "LARGEST_TABLE", 1000)
    with sqlsel.connect() as db:
        db.ingest(table([f"video {i}" for i in range(20)]), dataset="pool")
        uniform = (KEY, {"type": "BALANCE", "distribution": "UNIFORM"})
        assert len(db.select(p.config(5, uniform), dataset="pool")) == 5
        with pytest.raises(SelectionError, match="20 classes of 20 samples"):
            db.select(p.config(5, uniform, ({"type": "RANDOM"}, p.WEIGHTS)), dataset="pool")


def test_integers_and_booleans_match_by_their_text():
    rows = pa.table({"sample_id": ["a", "b", "c", "d"], "lane": [1, 2, 2, 2], "night": [True, False, False, False]})
    with sqlsel.connect() as db:
        db.ingest(rows, dataset="pool")
        for key, target in (("lane", {"1": 1.0}), ("night", {"true": 1.0})):
            chosen = p.config(1, ({"type": "METADATA", "key": key}, {"type": "BALANCE", "target": target}))
            assert db.select(chosen, dataset="pool").sample_ids == ["a"]
