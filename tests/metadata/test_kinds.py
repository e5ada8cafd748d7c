"""Every kind of metadata value with the strategies that can use it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pyarrow as pa
import pytest

import sqlsel
from sqlsel.config.moments import seconds

START = datetime(2024, 5, 1, 12, 0, 0, 250_000)
TYPES = {
    "weather.name": "CATEGORICAL_STRING",
    "weather.inside.lane": "CATEGORICAL_INT",
    "weather.inside.night": "CATEGORICAL_BOOLEAN",
    "speed": "NUMERIC_FLOAT",
    "count": "NUMERICAL_INT",
    "share": "NUMERICAL_FLOAT",
    "day": "CATEGORICAL_DATETIME",
    "taken": "CATEGORICAL_TIMESTAMP",
    "note": "OTHER_STRING",
}
DEFAULTS = {"weather.name": "unknown", "weather.inside.lane": -1, "speed": 0.5, "day": "2024-01-01"}


def sample(number):
    return {
        "weather": {"name": ["sunny", "rainy"][number % 2], "inside": {"lane": number % 3, "night": number % 4 == 0}},
        "speed": number / 2,
        "count": number,
        "share": number / 20,
        "day": f"2024-05-{1 + number % 4:02d}",
        "taken": 1_714_564_800 + 60 * number,
        "note": f"note {number % 5}",
    }


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    root = tmp_path_factory.mktemp("drives")
    folder = root / ".lightly" / "metadata"
    folder.mkdir(parents=True)
    schema = [
        {"name": path, "path": path, "defaultValue": DEFAULTS.get(path), "valueDataType": kind}
        for path, kind in TYPES.items()
    ]
    (folder / "schema.json").write_text(json.dumps(schema))
    for number in range(20):
        content = {"file_name": f"{number:02d}.jpg", "type": "image", "metadata": sample(number)}
        (folder / f"{number:02d}.json").write_text(json.dumps(content))
    (folder / "20.json").write_text(json.dumps({"file_name": "20.jpg", "type": "image", "metadata": {}}))
    with sqlsel.connect() as database:
        database.ingest(root, dataset="drives")
        yield database


def choose(db, key, strategy, n=4, dataset="drives"):
    pairs = [{"input": {"type": "METADATA", "key": key}, "strategy": strategy}]
    return db.select({"n_samples": n, "strategies": pairs}, dataset=dataset, seed=None)


def above(value, operation="BIGGER_EQUAL"):
    return {"type": "THRESHOLD", "threshold": value, "operation": operation}


EVEN = {"type": "BALANCE", "distribution": "UNIFORM"}


@pytest.mark.parametrize(
    ("key", "classes"),
    [
        ("weather.name", {"rainy", "sunny", "unknown"}),
        ("weather.inside.lane", {"-1", "0", "1", "2"}),
        ("weather.inside.night", {"false", "true"}),
        ("count", {str(number) for number in range(20)}),
        ("day", {"2024-01-01 00:00:00", *(f"2024-05-0{day} 00:00:00" for day in range(1, 5))}),
        ("note", {f"note {number}" for number in range(5)}),
    ],
)
def test_categories_are_balanced(db, key, classes):
    reached = choose(db, key, EVEN, n=len(classes)).summary()["objectives"][0]["reached"]
    assert {share["class"] for share in reached["classes"]} == classes
    assert [share["reached"] for share in reached["classes"]] == pytest.approx([1 / len(classes)] * len(classes))


@pytest.mark.parametrize("key", ["speed", "count", "share", "taken", "day"])
def test_numbers_and_times_are_weights(db, key):
    best = max(range(20), key=lambda number: (sample(number)[key], -number))
    assert choose(db, key, {"type": "WEIGHTS"}, n=1).file_names == [f"{best:02d}.jpg"]


@pytest.mark.parametrize(
    ("key", "bound", "names"),
    [
        ("speed", 9, ["18.jpg", "19.jpg"]),
        ("count", 19, ["19.jpg"]),
        ("taken", "2024-05-01T12:18:00Z", ["18.jpg", "19.jpg"]),
        ("taken", "2024-05-01T14:18:00+02:00", ["18.jpg", "19.jpg"]),
        ("taken", 1_714_564_800 + 18 * 60, ["18.jpg", "19.jpg"]),
        ("day", "2024-05-04", ["03.jpg", "07.jpg", "11.jpg", "15.jpg"]),
    ],
)
def test_thresholds_on_numbers_and_times(db, key, bound, names):
    assert sorted(choose(db, key, above(bound)).file_names) == names


def test_a_time_is_told_with_its_seconds(db):
    found = choose(db, "taken", above("2024-05-01T12:18:00Z"))
    (removed,) = found.summary()["left_out"]["thresholds"]
    condition = "metadata taken (seconds since 1970) >= 2024-05-01T12:18:00Z (1714565880)"
    assert removed == {"name": "threshold:taken", "condition": condition, "removed": 18}


def test_times_of_a_table_to_the_microsecond_and_with_zones():
    moments = [START + timedelta(microseconds=number) for number in range(5)]
    zoned = [moment.replace(tzinfo=timezone(timedelta(hours=5))) for moment in moments]
    table = pa.table({"plain": moments, "zoned": pa.array(zoned, pa.timestamp("us", "+05:00"))})
    with sqlsel.connect() as database:
        database.ingest(table, dataset="clocks")
        plain = choose(database, "plain", above("2024-05-01T12:00:00.250003"), dataset="clocks")
        there = choose(database, "zoned", above("2024-05-01T12:00:00.250003+05:00", "SMALLER"), dataset="clocks")
    assert sorted(plain.sample_ids) == [3, 4]
    assert sorted(there.sample_ids) == [0, 1, 2]


def test_seconds_of_a_time():
    assert seconds("1970-01-01T00:00:00") == 0
    assert seconds("2024-05-01T12:00:00.250") == START.replace(tzinfo=UTC).timestamp()
    assert seconds("1969-12-31T23:59:59.999999Z") == -1e-6


@pytest.mark.parametrize(
    ("key", "strategy", "message"),
    [
        ("speed", above("2024-05-01"), "must be a number, not '2024-05-01': 'speed' holds no times"),
        ("taken", above("tomorrow"), "must be a number or a time in ISO 8601 (2024-05-01T12:00:00Z), not 'tomorrow'"),
        ("weather.name", above(1), "holds text, which has no size: THRESHOLD needs numbers; balance it with BALANCE"),
        ("weather.inside.night", above(1), "holds true and false, which have no size"),
        ("speed", EVEN, "holds numbers with fractions, nearly all different"),
        ("weather.inside", EVEN, "is a group of keys; name one of them: 'weather.inside.lane', 'weather.inside.night'"),
        ("weather.nam", EVEN, "did you mean 'weather.name'?"),
    ],
)
def test_what_does_not_go_together_is_told(db, key, strategy, message):
    pairs = [{"input": {"type": "METADATA", "key": key}, "strategy": strategy}]
    problems = sqlsel.validate({"n_samples": 4, "strategies": pairs}, db, "drives")
    assert any(message in problem.message for problem in problems)


def test_times_of_a_table_that_no_schema_calls_categories_are_not_balanced():
    with sqlsel.connect() as database:
        database.ingest(pa.table({"taken": [START]}), dataset="clocks")
        pairs = [{"input": {"type": "METADATA", "key": "taken"}, "strategy": EVEN}]
        (problem,) = sqlsel.validate({"n_samples": 1, "strategies": pairs}, database, "clocks")
    assert "holds times, nearly all different" in problem.message


def test_defaults_fill_what_a_file_lacks(db):
    assert db.sql(
        "SELECT metadata.weather.name, metadata.speed, metadata.note FROM drives.samples WHERE file_name = '20.jpg'"
    ).fetchall() == [("unknown", 0.5, None)]
