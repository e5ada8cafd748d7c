"""BALANCE over several keys: the same as over one column that holds the combinations."""

from __future__ import annotations

import json
import random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sqlsel
from sqlsel.config.joint import joined, leaf_path, parts_of

WEATHER = ["sunny", "rain+hail", "a\\b", None]
NESTED = {"sunny": {"true": 0.3, "false": 0.1}, "rain+hail": {"true": 0.2}, "a\\b": {"false": 0.25}}
FLAT = {"sunny+true": 0.3, "sunny+false": 0.1, "rain\\+hail+true": 0.2, "a\\\\b+false": 0.25}
WEIGHTS = ({"type": "METADATA", "key": "quality"}, {"type": "WEIGHTS"})


@pytest.fixture(scope="module")
def db():
    draw = random.Random(5)
    rows = [(draw.choice(WEATHER), draw.random() < 0.6, draw.randrange(3), draw.random()) for _ in range(300)]
    together = [None if w is None else joined([w, str(night).lower()]) for w, night, _, _ in rows]
    table = pa.table(
        {
            "sample_id": [f"s{number:03d}" for number in range(300)],
            "weather": [row[0] for row in rows],
            "night": [row[1] for row in rows],
            "lane": [row[2] for row in rows],
            "quality": [row[3] for row in rows],
            "together": together,
        }
    )
    with sqlsel.connect() as database:
        database.ingest(table, dataset="drives")
        yield database


def config(key, strategy, *others, n=40):
    objectives = [({"type": "METADATA", "key": key}, {"type": "BALANCE", **strategy}), *others]
    return {"n_samples": n, "strategies": [{"input": each, "strategy": wanted} for each, wanted in objectives]}


@pytest.mark.parametrize("others", [(), (WEIGHTS,)], ids=["in SQL", "in the kernels"])
@pytest.mark.parametrize(
    ("joint", "plain"),
    [
        ({"target": NESTED}, {"target": FLAT}),
        ({"target": FLAT}, {"target": FLAT}),
        ({"distribution": "UNIFORM"}, {"distribution": "UNIFORM"}),
        ({"distribution": "INPUT"}, {"distribution": "INPUT"}),
        ({"target": NESTED, "strength": -1}, {"target": FLAT, "strength": -1}),
    ],
)
def test_it_chooses_as_the_column_of_combinations_does(db, joint, plain, others):
    more = ["weights:quality"] if others else []
    expected = db.select(config("together", plain, *others), dataset="drives", preselected=["s001", "s002"])
    found = db.select(config(["weather", "night"], joint, *others), dataset="drives", preselected=["s001", "s002"])
    assert found.sample_ids == expected.sample_ids
    mine, theirs = found.summary()["objectives"][0], expected.summary()["objectives"][0]
    assert mine["name"] == "balance:weather+night"
    assert mine["input"] == "metadata weather+night"
    assert mine["reached"] == theirs["reached"]
    assert [name for name, _ in found.to_arrow().column("terms").to_pylist()[0]] == ["balance:weather+night", *more]


def test_the_shares_are_reached(db):
    found = db.select(config(["weather", "night"], {"target": NESTED}, n=20), dataset="drives")
    reached = {share["class"]: share["reached"] for share in found.summary()["objectives"][0]["reached"]["classes"]}
    assert reached == pytest.approx({**FLAT, None: 0.15})


def test_two_balances_are_something_else(db):
    several = [({"type": "METADATA", "key": "night"}, {"type": "BALANCE", "distribution": "UNIFORM"})]
    apart = db.select(config("weather", {"distribution": "UNIFORM"}, *several), dataset="drives").summary()
    assert [each["name"] for each in apart["objectives"]] == ["balance:weather", "balance:night"]


def test_three_keys_one_of_them_integers(db):
    key = ["weather", "night", "lane"]
    found = db.select(config(key, {"target": {"sunny": {"true": {"0": 0.5, "2": 0.5}}}}, n=8), dataset="drives")
    shares = found.summary()["objectives"][0]["reached"]["classes"]
    assert {share["class"]: share["reached"] for share in shares} == {
        "sunny+true+0": 0.5,
        "sunny+true+2": 0.5,
        None: 0.0,
    }


def test_it_is_explained_and_rendered_for_spark(db):
    plan = db.explain(config(["weather", "night"], {"target": {"sunny": {"true": 0.3}}}), dataset="drives")
    assert "balance:weather+night: metadata weather+night near sunny+true 30 %, others 70 %" in " ".join(
        str(plan).split()
    )
    assert "CAST(`s`.`metadata`.`weather` AS STRING), '\\\\', '\\\\\\\\'), '+', '\\\\+')" in plan.sql("spark")


def test_from_sql(db):
    text = json.dumps(config(["weather", "night"], {"target": NESTED}))
    rows = db.sql(f"SELECT sample_id FROM sqlsel_select('drives', '{text}') ORDER BY rank").fetchall()
    assert [row[0] for row in rows] == db.select(text, dataset="drives").sample_ids


WRONG = [
    (["weather"], {"sunny": {"true": 1}}, "target.sunny", "shares inside shares are for several keys"),
    (["weather", "weather"], {"sunny+sunny": 1}, "input.key", "each key once; repeated: 'weather'"),
    (["weather", "night"], {"sunny": 1}, "target.sunny", "stands for 1 value, and there are 2 keys; join the values"),
    (["weather", "night"], {"sunny": {"true": {"x": 1}}}, "target.sunny.true.x", "stands for 3 values"),
    (["weather", "night"], {"sunny": {"true": "x"}}, "target.sunny.true", "must be a number, not 'x'"),
    (["weather", "night"], {"sunny": {"true": -1}}, "target.sunny.true", "must be at least 0"),
    (["weather", "night"], {"sunny": {}}, "target.sunny", "must be a number, not an object"),
    (["weather", "night"], {"sunny": {"": 1}}, "target.sunny['']", "a key must not be empty"),
    (["weather", "night"], {"sunny": {"true": 0}}, "target", "the shares are all 0"),
    (["weather", "night"], {"a+b": 1, "a": {"b": 1}}, "target.a.b", "the share of 'a+b' is given twice; keep one"),
    (["weather", "night"], {"a\\b+c": 1}, "target['a\\\\b+c']", "a backslash is written twice; write a\\\\b+c"),
    (["weather", 5], {"a+b": 1}, "input.key[1]", "must be text, not 5"),
    ([], {"a+b": 1}, "input.key", "must not be empty"),
    (["weather", "time"], {"sunny+true": 1}, "input.key[1]", "there is no key 'time' in the metadata"),
    (["weather", "quality"], {"sunny+true": 1}, "input.key[1]", "holds numbers with fractions"),
]


@pytest.mark.parametrize(("key", "target", "where", "message"), WRONG)
def test_what_is_wrong_is_told_with_its_place(db, key, target, where, message):
    problems = sqlsel.validate(config(key, {"target": target}), db, "drives")
    assert any(message in problem.message for problem in problems if problem.where.endswith(where))
    assert any(problem.severity == "error" for problem in problems)


def test_several_keys_are_for_balance():
    given = config(["weather", "night"], {"target": NESTED})
    given["strategies"][0]["strategy"] = {"type": "WEIGHTS"}
    (problem,) = sqlsel.validate(given)
    assert problem.message.startswith("several keys go with BALANCE; WEIGHTS looks at one")


def test_a_value_that_no_sample_has_is_told_at_its_place(db):
    text = json.dumps(config(["weather", "night"], {"target": {"suny": {"true": 0.5}}}), indent=1)
    (problem,) = sqlsel.validate(text, db, "drives")
    assert problem.severity == "notice"
    assert problem.message == "no sample has 'suny' in 'weather': unreachable; did you mean 'sunny'?"
    assert problem.line == 1 + text[: text.index('"true"')].count("\n")


@given(st.lists(st.text("ab+\\é", max_size=4), min_size=1, max_size=4))
def test_a_joined_name_stands_for_its_values_alone(values):
    assert list(parts_of(joined(values))) == values


@given(st.lists(st.tuples(st.text("a+\\", max_size=3), st.text("a+\\", max_size=3)), min_size=2, unique=True))
@settings(deadline=None, max_examples=25)
def test_no_two_combinations_have_one_name_and_sql_makes_the_same(pairs):
    table = pa.table({"one": [pair[0] for pair in pairs], "two": [pair[1] for pair in pairs]})
    found = sqlsel.select(table, config(["one", "two"], {"distribution": "INPUT"}, n=len(pairs)))
    reached = found.summary()["objectives"][0]["reached"]
    assert sorted(share["class"] for share in reached["classes"]) == sorted(map(joined, pairs))


def test_the_place_of_a_class():
    assert leaf_path(NESTED, "rain\\+hail+true") == ("rain+hail", "true")
    assert leaf_path(FLAT, "sunny+true") == ("sunny+true",)
