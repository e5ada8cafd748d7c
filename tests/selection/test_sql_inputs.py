"""Inputs of type SQL: what they select, what lacks them, and what is refused."""

from __future__ import annotations

import json
import math

import pyarrow as pa
import pytest

import sqlsel
from sqlsel.errors import ConfigError, UsageError
from tests import pool as p

ROWS = {
    "sample_id": [1, 2, 3, 4, 5, 6],
    "file_name": [f"{site}/{number}.jpg" for number, site in enumerate(["a", "a", "b", "b", "b", "c"])],
    "width": [10, 20, 30, None, 50, 60],
    "height": [1, 0, 2, 3, 5, 1],
    "weather": ["sunny", "rainy", "sunny", None, 'it\'s "dry"', "rainy"],
    "taken": pa.array([f"2024-0{month}-01T06:00:00" for month in range(1, 7)]).cast(pa.timestamp("us")),
    "odd key": [0.5, float("nan"), float("inf"), 1.0, -1.0, 0.0],
    "doubt": [0.1, 0.2, 0.3, 0.4, None, 0.6],
}


@pytest.fixture
def street(db):
    db.ingest(pa.table(ROWS), dataset="street", scores={("my/task", "doubt"): "doubt"})
    return db


def objective(expression, strategy):
    return {"input": {"type": "SQL", "expression": expression}, "strategy": strategy}


def config(*objectives, n=6):
    return {"n_samples": n, "strategies": [objective(*each) for each in objectives]}


def values(db, expression):
    """By sample, the value of a numeric expression; samples that lack it are missing."""
    ranked = db.select(config((expression, {"type": "WEIGHTS"})), dataset="street").to_arrow().to_pylist()
    assert [row["gain"] for row in ranked] == sorted((row["gain"] for row in ranked), reverse=True)
    return {row["sample_id"]: row["gain"] for row in ranked}


NUMBERS = {
    "metadata.width * metadata.height": {1: 10, 2: 0, 3: 60, 5: 250, 6: 60},
    "width * height": {1: 10, 2: 0, 3: 60, 5: 250, 6: 60},
    "width / height": {1: 10, 3: 15, 5: 10, 6: 60},
    "ln(height)": {1: 0, 3: math.log(2), 4: math.log(3), 5: math.log(5), 6: 0},
    "log(height)": {1: 0, 3: math.log10(2), 4: math.log10(3), 5: math.log10(5), 6: 0},
    '"odd key"': {1: 0.5, 4: 1, 5: -1, 6: 0},
    'metadata."odd key" + 1': {1: 1.5, 4: 2, 5: 0, 6: 1},
    "coalesce(width, 0) % 7": {1: 3, 2: 6, 3: 2, 4: 0, 5: 1, 6: 4},
    "if(weather = 'sunny', 1, 0)": {1: 1, 2: 0, 3: 1, 4: 0, 5: 0, 6: 0},
    "CASE weather WHEN 'it''s \"dry\"' THEN 2.5 END": {5: 2.5},
    "sample_id": {number: number for number in range(1, 7)},
    "length(file_name) + CAST(split_part(split_part(file_name, '/', 2), '.', 1) AS INTEGER)": {
        number + 1: 7 + number for number in range(6)
    },
    "TRY_CAST(weather AS DOUBLE) + 1 -- no number": {},
    "month(taken)": {number: number for number in range(1, 7)},
    "epoch(taken) - epoch(TIMESTAMP '2024-01-01 00:00:00')": None,
    'scores."my/task".doubt * 10': {1: 1, 2: 2, 3: 3, 4: 4, 6: 6},
    'SCORES."my/task".doubt + METADATA.height': {1: 1.1, 2: 0.2, 3: 2.3, 4: 3.4, 6: 1.6},
}


@pytest.mark.parametrize("expression", NUMBERS)
def test_numbers(street, expression):
    expected = NUMBERS[expression]
    if expected == {}:
        with pytest.raises(sqlsel.errors.SelectionError, match="6 lack SQL"):
            values(street, expression)
        return
    if expected is None:
        days = [0, 31, 60, 91, 121, 152]
        expected = {number + 1: 86_400 * day + 6 * 3600 for number, day in enumerate(days)}
    assert values(street, expression) == pytest.approx(expected)


def test_samples_without_a_value_are_counted_or_refused(street):
    asked = config(("width / height", {"type": "WEIGHTS"}))
    selection = street.select(asked, dataset="street")
    assert selection.summary()["left_out"]["missing"] == [{"input": "SQL (width / height)", "count": 2}]
    with pytest.raises(sqlsel.errors.SelectionError, match=r"SQL \(width / height\)"):
        street.select(asked, dataset="street", missing="error")


def test_a_threshold_and_an_objective_look_at_one_column(street):
    bound = {"type": "THRESHOLD", "threshold": 50, "operation": "BIGGER"}
    asked = config(("width * height", bound), ("width * height", {"type": "WEIGHTS"}), ("height", {"type": "WEIGHTS"}))
    selection = street.select(asked, dataset="street")
    assert selection.sample_ids == [5, 3, 6]
    first = selection.to_arrow().to_pylist()[0]
    assert dict(first["terms"]) == {"weights:width * height": 250.0, "weights:height": 5.0}


@pytest.mark.parametrize(
    ("expression", "target", "mix"),
    [
        ("weather", {"sunny": 0.5, "rainy": 0.5}, {"sunny": 2, "rainy": 2}),
        ("width > 25", {"true": 0.5, "false": 0.5}, {True: 2, False: 2}),
        ("split_part(file_name, '/', 1)", {"b": 0.75, "a": 0.25}, {"b": 3, "a": 1}),
        ("CAST(height AS INTEGER) // 2", {"1": 0.5, "0": 0.5}, {1: 2, 0: 2}),
        ("if(width IS NULL, 'no', 'yes') || '!'", {"yes!": 0.75, "no!": 0.25}, {"yes!": 3, "no!": 1}),
    ],
)
def test_classes_are_balanced(street, expression, target, mix):
    selection = street.select(config((expression, {"type": "BALANCE", "target": target}), n=4), dataset="street")
    classes = expression.replace("weather", "metadata.weather").replace("width", "metadata.width")
    classes = classes.replace("height", "metadata.height")
    chosen = ", ".join(map(str, selection.sample_ids))
    query = f"SELECT {classes} AS c, count(*) FROM street.samples WHERE sample_id IN ({chosen}) GROUP BY c"
    assert dict(street.connection.execute(query).fetchall()) == mix


def test_a_share_of_a_value_that_no_sample_has_is_told(street):
    asked = config(("width > 25", {"type": "BALANCE", "target": {"true": 0.5, "yes": 0.5}}), n=4)
    (problem,) = sqlsel.validate(asked, street, "street")
    assert (problem.where, problem.severity) == ("strategies[0].strategy.target.yes", "notice")
    assert "is 'yes' for no sample: unreachable; there is: 'false', 'true'" in problem.message


REFUSED = {
    ("read_csv('/etc/passwd')", "WEIGHTS"): "the function 'read_csv' is not allowed",
    ("(SELECT max(width) FROM street.samples)", "WEIGHTS"): "subqueries are not allowed",
    ("widht * 2", "WEIGHTS"): "the samples have no 'widht'; did you mean 'width'? there is: 'sample_id', 'file_name'",
    ("metadata.widht", "WEIGHTS"): "the samples have no 'widht'; did you mean 'width'?",
    ("street.samples.width", "WEIGHTS"): "the samples have no 'street.samples.width'",
    ("tags.tag", "WEIGHTS"): "the samples have no 'tags.tag'",
    ("metadata", "WEIGHTS"): "the samples have no 'metadata'",
    ('scores."my/task".dubt', "WEIGHTS"): "task 'my/task' has no score 'dubt'; did you mean 'doubt'?",
    ("scores.doubt", "WEIGHTS"): "a score is written scores.task.score, with names in double quotes; tasks: 'my/task'",
    ("weather", "WEIGHTS"): "WEIGHTS needs numbers, and 'weather' (VARCHAR) gives text, which has no size",
    ("width > 3", "THRESHOLD"): "THRESHOLD needs numbers, and 'width > 3' (BOOLEAN) gives true and false",
    ("taken", "WEIGHTS"): "(TIMESTAMP) gives times; write epoch(…)",
    ("width / 2", "BALANCE"): "BALANCE needs classes, and 'width / 2' (DOUBLE) gives numbers with fractions",
    ("CAST(taken AS TIMESTAMPTZ)", "WEIGHTS"): "(TIMESTAMP WITH TIME ZONE) gives times",
    ("taken", "BALANCE"): "gives times, nearly all different",
    ("NULL", "WEIGHTS"): "gives neither numbers nor text",
    ("lower(width)", "BALANCE"): "No function matches the given name and argument types 'lower(BIGINT)'",
    ("weather + 1", "WEIGHTS"): "No function matches",
    ("width = 'wide'", "BALANCE"): "Could not convert string 'wide' to INT64",
    ("CAST(weather AS DOUBLE)", "WEIGHTS"): "Could not convert string 'sunny' to DOUBLE",
    ("width = height = 1", "BALANCE"): "comparisons are not chained: write a < b AND b < c",
}


@pytest.mark.parametrize(("expression", "strategy"), REFUSED)
def test_what_is_refused_names_its_place(street, expression, strategy):
    details = {"THRESHOLD": {"threshold": 1, "operation": "BIGGER"}, "BALANCE": {"distribution": "UNIFORM"}}
    asked = config((expression, {"type": strategy, **details.get(strategy, {})}))
    with pytest.raises(ConfigError) as refusal:
        street.select(asked, dataset="street")
    (problem,) = refusal.value.problems
    assert problem.where == "strategies[0].input.expression"
    assert REFUSED[expression, strategy] in problem.message


def test_a_refusal_needs_no_database_and_points_into_the_text():
    text = '{\n  "n_samples": 1, "strategies": [\n    {"input": {"type": "SQL", "expression": "getenv(\'HOME\')"},\n'
    (problem,) = sqlsel.validate(text + '     "strategy": {"type": "WEIGHTS"}}]}\n')
    assert (problem.line, problem.column) == (3, 45)
    assert "the function 'getenv' is not allowed" in problem.message


@pytest.mark.parametrize(
    "where",
    [
        "read_text('/etc/passwd') = ''",
        "sample_id IN (SELECT sample_id FROM street.tags)",
        'CAST(width AS "INTEGER) > 0 OR true) UNION SELECT * FROM street.samples --") > 0',
        "width > 3; DROP TABLE street.samples",
        "sum(width) > 3",
        "COLUMNS(*) > 0",
    ],
)
def test_conditions_are_held_to_the_same_list(street, where):
    with pytest.raises(UsageError, match="where "):
        street.select(config(("height", {"type": "WEIGHTS"})), dataset="street", where=where)


def test_one_shot_and_table_function(street):
    asked = config(("width * height", {"type": "WEIGHTS"}), n=2)
    assert sqlsel.select(pa.table(ROWS), asked).sample_ids == street.select(asked, dataset="street").sample_ids
    text = json.dumps(asked).replace("'", "''")
    rows = street.sql(f"SELECT sample_id, rank FROM sqlsel_select('street', '{text}')").fetchall()
    assert (5, 1) in rows


def test_explain_shows_the_expression_in_both_dialects(street):
    asked = config(('width\n  * scores."my/task".doubt', {"type": "WEIGHTS"}))
    explained = street.explain(asked, dataset="street")
    told = " ".join(str(explained).split())
    assert 'leave out candidates that lack: SQL (width * scores."my/task".doubt)' in told
    assert 'rank by weights:width * scores."my/task".doubt: high SQL (width * scores."my/task".doubt)' in told
    assert (
        'sqlsel_finite(CAST((\n      "s"."metadata"."width" * "input_1"."score_1"\n    ) AS DOUBLE))' in explained.sql()
    )
    assert "`s`.`metadata`.`width` * `input_1`.`score_1`" in explained.sql("spark")


def test_computed_scores_and_objects_in_expressions(db):
    pool = p.make_pool(30, 3)
    db.ingest(pool.table(), dataset="pool", **p.MAPPING)
    doubt = "scores.scene.uncertainty_entropy * light.brightness"
    found = db.select(config((doubt, {"type": "WEIGHTS"}), n=3), dataset="pool")
    assert found.to_arrow().column("gain").to_pylist()[0] > 0
    asked = {**config(("object.width * object.height + light.brightness", {"type": "WEIGHTS"}), n=3)}
    with pytest.raises(ConfigError, match="the objects of task 'things' are the samples here"):
        wrong = config(("scores.things.object_frequency", {"type": "WEIGHTS"}), n=3)
        db.select({**wrong, "select_objects_of": "things"}, dataset="pool")
    asked = config(("object.score + light.brightness", {"type": "WEIGHTS"}), n=3)
    chosen = db.select({**asked, "select_objects_of": "things"}, dataset="pool")
    best = max(
        one["score"] + brightness
        for objects, brightness in zip(pool.objects, pool.brightness, strict=True)
        if objects is not None and brightness is not None
        for one in objects
    )
    assert chosen.to_arrow().column("gain").to_pylist()[0] == pytest.approx(best)
