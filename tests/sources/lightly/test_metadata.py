"""Metadata files: types, defaults, and what is refused."""

from datetime import datetime

import pytest

from sqlsel.errors import IngestError
from sqlsel.facts import MetadataKey
from tests.sources.lightly.folders import images, key, metadata, read, reading, write

FOLDER = ".lightly/metadata"


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        ("NUMERIC_INT", 3, 3),
        ("NUMERICAL_INT", 3.0, 3),
        ("NUMERIC_FLOAT", 2, 2.0),
        ("NUMERICAL_FLOAT", -0.5, -0.5),
        ("CATEGORICAL_INT", 7, 7),
        ("CATEGORICAL_STRING", "snow", "snow"),
        ("CATEGORICAL_STRING", 'it\'s "so"; 雪\n', 'it\'s "so"; 雪\n'),
        ("CATEGORICAL_BOOLEAN", False, False),
        ("CATEGORICAL_DATETIME", "2024-02-29T12:30:00+02:00", datetime(2024, 2, 29, 10, 30)),
        ("CATEGORICAL_DATETIME", "2024-02-29", datetime(2024, 2, 29)),
        ("CATEGORICAL_TIMESTAMP", 1_700_000_000, datetime(2023, 11, 14, 22, 13, 20)),
        ("CATEGORICAL_TIMESTAMP", 1_700_000_000_500, datetime(2023, 11, 14, 22, 13, 20, 500_000)),
        ("OTHER_STRING", "CC0", "CC0"),
    ],
)
def test_values_of_every_type_are_kept(tmp_path, kind, value, stored):
    images(tmp_path, "a.png", "b.png")
    metadata(tmp_path, [key("k", kind)], a={"k": value})
    samples, _, told = read(tmp_path)
    assert samples["a.png"]["metadata"] == {"k": stored}
    assert type(samples["a.png"]["metadata"]["k"]) is type(stored)
    assert samples["b.png"]["metadata"] == {"k": None}
    assert not told


def test_the_catalog_learns_what_the_schema_says_of_the_keys(tmp_path):
    images(tmp_path, "a.png")
    kinds = ["NUMERIC_INT", "NUMERIC_FLOAT", "CATEGORICAL_INT", "CATEGORICAL_STRING", "CATEGORICAL_BOOLEAN"]
    metadata(
        tmp_path, [key(f"a.k{i}", kind) for i, kind in enumerate([*kinds, "CATEGORICAL_DATETIME", "OTHER_STRING"])]
    )
    with reading(tmp_path) as (intake, _):
        assert intake.keys == tuple(
            MetadataKey(("a", f"k{index}"), kind, categorical)
            for index, (kind, categorical) in enumerate(
                [
                    ("integer", False),
                    ("number", False),
                    ("integer", True),
                    ("text", True),
                    ("boolean", True),
                    ("timestamp", True),
                    ("text", None),
                ]
            )
        )


def test_defaults_stand_for_what_is_missing_and_null_for_nothing(tmp_path):
    images(tmp_path, "all.png", "none.png", "null.png", "some.png")
    schema = [
        key("weather.wind.speed", "NUMERIC_FLOAT", 1),
        key("weather.sky", "CATEGORICAL_STRING", "clear"),
        key("scene", "CATEGORICAL_STRING"),
    ]
    metadata(
        tmp_path,
        schema,
        all={"weather": {"wind": {"speed": 9.5}, "sky": "grey"}, "scene": "road"},
        some={"weather": {"sky": "red"}},
        null={"weather": {"wind": {"speed": None}, "sky": None}, "scene": None},
    )
    samples, _, told = read(tmp_path)
    found = {name: row["metadata"] for name, row in samples.items()}
    assert found == {
        "all.png": {"weather": {"wind": {"speed": 9.5}, "sky": "grey"}, "scene": "road"},
        "some.png": {"weather": {"wind": {"speed": 1.0}, "sky": "red"}, "scene": None},
        "null.png": {"weather": {"wind": {"speed": None}, "sky": None}, "scene": None},
        "none.png": {"weather": {"wind": {"speed": 1.0}, "sky": "clear"}, "scene": None},
    }
    assert not told


def test_keys_that_the_schema_does_not_declare_are_told_of(tmp_path):
    images(tmp_path, "a.png", "b.png")
    extra = {"weather": {"sky": "grey", "rain": 1}, "camera": "left"}
    metadata(tmp_path, [key("weather.sky", "CATEGORICAL_STRING")], a=extra, b={**extra, "id": 4})
    keys = "camera (2 files), weather.rain (2 files), id (1 file)"
    assert read(tmp_path)[2] == [f"{FOLDER}/schema.json: keys that it does not declare were left out: {keys}"]


def test_keys_may_have_any_name(tmp_path):
    images(tmp_path, "a.png")
    names = ["it's", 'a "b"', "select", "ü; --", "x y"]
    metadata(tmp_path, [key(name, "NUMERIC_INT") for name in names], a=dict.fromkeys(names, 1))
    assert read(tmp_path)[0]["a.png"]["metadata"] == dict.fromkeys(names, 1)


def test_a_schema_without_keys_leaves_samples_without_metadata(tmp_path):
    images(tmp_path, "a.png")
    metadata(tmp_path, [])
    assert "metadata" not in read(tmp_path)[0]["a.png"]


def test_metadata_of_a_video_holds_for_its_frames(tmp_path):
    keys = [key("k", "NUMERIC_INT", 1), key("sky.sun", "CATEGORICAL_STRING", "?"), key("sky.wind", "NUMERIC_INT", 0)]
    metadata(tmp_path, keys)
    video = {"file_name": "day/clip.mp4", "type": "video", "metadata": {"k": 5, "sky": {"sun": "high"}}}
    write(tmp_path / FOLDER / "day/clip.json", video)
    own = {"type": "frame", "metadata": {"sky": {"wind": 3}}}
    write(tmp_path / FOLDER / "day/clip-01-mp4.json", own)
    names = [f"day/clip-{number}-mp4.png" for number in ("00", "01")]
    images(tmp_path, *names, "day/clip.png", "day/clip-00-gif.png", "clip-00-mp4.png")
    samples, _, told = read(tmp_path)
    assert samples[names[0]]["metadata"] == {"k": 5, "sky": {"sun": "high", "wind": 0}}
    assert samples[names[1]]["metadata"] == {"k": 5, "sky": {"sun": "high", "wind": 3}}
    others = [row["metadata"] for name, row in samples.items() if name not in names]
    assert others == [{"k": 1, "sky": {"sun": "?", "wind": 0}}] * 3
    assert told == []


def test_metadata_of_videos_without_frames_is_told(tmp_path):
    images(tmp_path, "a.png")
    metadata(tmp_path, [key("k", "NUMERIC_INT", 1)])
    write(tmp_path / FOLDER / "clip.json", {"type": "video", "metadata": {"k": 5}})
    samples, _, told = read(tmp_path)
    assert samples["a.png"]["metadata"] == {"k": 1}
    assert told == [f"{FOLDER}: metadata of 1 video without frames in the folder left out: clip"]


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("NUMERIC_INT", 1.5, "should be a whole number, not the number 1.5"),
        ("NUMERIC_INT", "3", "should be a whole number, not the text '3'"),
        ("NUMERIC_INT", True, "should be a whole number, not true"),
        ("NUMERIC_INT", 2**63, "should be a whole number of 64 bits, not the number 9223372036854775808"),
        ("NUMERIC_FLOAT", "warm", "should be a number, not the text 'warm'"),
        ("NUMERIC_FLOAT", 10**400, "should be a number of double precision"),
        ("CATEGORICAL_STRING", 3, "should be a text, not the number 3"),
        ("CATEGORICAL_STRING", "\ud800", "should be a text"),
        ("CATEGORICAL_BOOLEAN", 1, "should be true or false, not the number 1"),
        ("CATEGORICAL_DATETIME", "yesterday", "should be a time (ISO 8601"),
        ("CATEGORICAL_TIMESTAMP", 1e300, "should be a time"),
        ("CATEGORICAL_INT", {}, "should be a whole number, not an object"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_with_the_place(tmp_path, kind, value, message):
    images(tmp_path, "a.png", "b.png")
    metadata(tmp_path, [key("deep.k", kind)], a={"deep": {"k": value}}, b={})
    with pytest.raises(IngestError, match="1 file cannot be used") as caught:
        read(tmp_path)
    (problem,) = caught.value.problems
    assert problem.where == f"{FOLDER}/a.json metadata.deep.k"
    assert message in problem.message


@pytest.mark.parametrize(
    ("document", "place", "message"),
    [
        ("{", ":1:2", "this is no JSON"),
        ([], "", "should be a JSON object"),
        ({"deep": {"k": 1}}, " metadata", "should be an object, not null"),
        ({"metadata": {"deep": 3}}, " metadata.deep", "should be an object, not the number 3"),
        ({"file_name": "b.png", "metadata": {}}, " file_name", "belongs to b.json"),
    ],
)
def test_a_file_that_is_wrong_is_refused(tmp_path, document, place, message):
    images(tmp_path, "a.png")
    metadata(tmp_path, [key("deep.k", "NUMERIC_INT")])
    write(tmp_path / FOLDER / "a.json", document)
    with pytest.raises(IngestError) as caught:
        read(tmp_path)
    assert caught.value.problems[0].where == f"{FOLDER}/a.json{place}"
    assert message in caught.value.problems[0].message


@pytest.mark.parametrize(
    ("schema", "place", "message"),
    [
        ("[", ":1:2", "this is no JSON"),
        ({}, "", "should be a list"),
        ([3], " [0]", "should be an object with path and valueDataType"),
        ([{"valueDataType": "NUMERIC_INT"}], " [0].path", "not null"),
        ([key("a..b", "NUMERIC_INT")], " [0].path", "names with dots between them"),
        ([key("a", "NUMBER")], " [0].valueDataType", "should be one of NUMERIC_INT"),
        ([{"path": "a"}], " [0].valueDataType", "not null"),
        ([key("a", "NUMERIC_INT", "many")], " [0].defaultValue", "should be a whole number, not the text 'many'"),
        ([key("lightly.sharpness", "NUMERIC_FLOAT")], " [0].path", "reserved"),
        ([key("a", "NUMERIC_INT"), key("a", "NUMERIC_INT")], " [1].path", "'a' is there already"),
        ([key("a", "NUMERIC_INT"), key("a.b", "NUMERIC_INT")], " [1].path", "'a' in 'a.b' is a key of its own"),
        ([key("a.b", "NUMERIC_INT"), key("a", "NUMERIC_INT")], " [1].path", "'a' is there already"),
        ([key("a.b", "NUMERIC_INT"), key("A.c", "NUMERIC_INT")], " [1].path", "by case alone"),
    ],
)
def test_a_schema_that_is_wrong_is_refused(tmp_path, schema, place, message):
    images(tmp_path, "a.png")
    write(tmp_path / FOLDER / "schema.json", schema)
    with pytest.raises(IngestError) as caught:
        read(tmp_path)
    assert caught.value.problems[0].where == f"{FOLDER}/schema.json{place}"
    assert message in caught.value.problems[0].message


def test_a_missing_schema_is_refused(tmp_path):
    images(tmp_path, "a.png")
    write(tmp_path / FOLDER / "a.json", {"metadata": {}})
    with pytest.raises(IngestError, match="there is no such file; it has to list the keys"):
        read(tmp_path)
