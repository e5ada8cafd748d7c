"""Limits in a config: what they may be, and what the data must have for them."""

from dataclasses import replace

import jsonschema
import pytest

from sqlsel.config import Limit, check_config, json_schema, read_config
from sqlsel.facts import MetadataKey
from tests.config.examples import DIVERSITY, EMBEDDINGS, FakeCatalog, config


def limited(*limits, **more):
    return {**config((EMBEDDINGS, DIVERSITY), **more), "limits": list(limits)}


def on(key, most=2):
    return {"key": key, "max": most}


def by(task, most=2):
    return {"task": task, "max": most}


@pytest.mark.parametrize(
    ("limits", "where", "message"),
    [
        ([on("a", 0)], "limits[0].max", "must be at least 1, not 0; a limit lets in at least one sample of each value"),
        ([on("a", 1.5)], "limits[0].max", "must be a whole number, not 1.5"),
        ([{"key": "a"}], "limits[0]", "missing 'max': the most samples of each of its values"),
        ([{"max": 1}], "limits[0]", "missing 'key': the metadata key"),
        ([{"ky": "a", "max": 1}], "limits[0].ky", "unknown key 'ky'; did you mean 'key'?"),
        ([{**on("a"), "min": 1}], "limits[0].min", "unknown key 'min'; allowed: key, task, max"),
        ([on("a"), on("b"), on("a")], "limits[2].key", "'a' is limited twice, first in limits[0]; keep one of them"),
        ([], "limits", "must not be empty"),
        ({"key": "a", "max": 1}, "limits", "must be a list of limits"),
        (["a"], "limits[0]", "must be an object with 'key' and 'max', not 'a'"),
        ([on("")], "limits[0].key", "must not be empty"),
        ([on([])], "limits[0].key", "must not be empty"),
        ([on(["a", ""])], "limits[0].key[1]", "must not be empty"),
        ([on(["a", 5])], "limits[0].key[1]", "must be text, not 5"),
        ([on(["a", "b", "a"])], "limits[0].key", "each key once; repeated: 'a'"),
        ([on(["a", "b"]), on(["b", "a"])], "limits[1].key", "'b+a' is limited twice, first in limits[0]"),
        ([on("a"), on(["a"])], "limits[1].key", "'a' is limited twice, first in limits[0]"),
        ([{**on("a"), "task": "t"}], "limits[0].task", "a limit is on a key or on a task; make two of it"),
        ([by("t"), on("t"), by("t")], "limits[2].task", "'t' is limited twice, first in limits[0]; keep one of them"),
        ([by("t t")], "limits[0].task", "not 't t'"),
        ([by("t", 0)], "limits[0].max", "must be at least 1, not 0"),
        ([{"tsk": "t", "max": 1}], "limits[0].tsk", "unknown key 'tsk'; did you mean 'task'?"),
    ],
)
def test_wrong_limits_say_what_is_wrong(limits, where, message):
    source = {**limited(), "limits": limits}
    (problem,) = check_config(source)
    assert (problem.where, problem.severity) == (where, "error")
    assert message in problem.message
    schema = jsonschema.Draft202012Validator(json_schema())
    assert schema.is_valid(source) == ("twice" in message)


def test_several_limits_are_read_in_order():
    read, notices = read_config(limited(on("video.id", 5), on("site", 100)))
    assert read.limits == (Limit(key="video.id", max=5), Limit(key="site", max=100))
    assert not notices
    assert read.to_dict()["limits"] == [{"key": "video.id", "max": 5}, {"key": "site", "max": 100}]
    assert read_config(limited(by("garments", 4)))[0].to_dict()["limits"] == [{"task": "garments", "max": 4}]
    assert read_config(config((EMBEDDINGS, DIVERSITY)))[0].limits is None


def problems(*limits):
    return check_config(limited(*limits), catalog=FakeCatalog(), dataset="clothing")


@pytest.mark.parametrize("key", ["weather.description", "location", "indoor"])
def test_text_whole_numbers_and_booleans_can_be_limited(key):
    assert problems(on(key)) == ()


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("locaton", "there is no key 'locaton' in the metadata of dataset 'clothing'; did you mean 'location'?"),
        ("weather", "'weather' is a group of keys; name one of them: 'weather.description'"),
        ("weather.temperature", "holds numbers with fractions, nearly all different: each would be a group of its own"),
        ("taken", "holds times, nearly all different"),
        ("lightly.sharpness", "keys that can be limited: 'weather.description', 'location', 'indoor'"),
    ],
)
def test_keys_that_cannot_be_limited(key, message):
    (problem,) = problems(on(key))
    assert problem.where == "limits[0].key"
    assert message in problem.message


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ("garment", "there is no task 'garment' in dataset 'clothing'; did you mean 'garments'?"),
        ("ratings", "task 'ratings' has scores only; ingest its predictions"),
        ("boxes", "task 'boxes' is of type object-detection, and a sample can have objects of several classes in it"),
    ],
)
def test_tasks_that_cannot_be_limited(task, message):
    (problem,) = problems(by(task))
    assert problem.where == "limits[0].task"
    assert message in problem.message


def test_classification_tasks_can_be_limited():
    assert problems(by("garments")) == ()


def test_each_of_several_keys_is_looked_up():
    found = problems(on(["location", "taken"]), on(["inddor", "location"]))
    assert [problem.where for problem in found] == ["limits[0].key[1]", "limits[1].key[0]"]
    assert "did you mean 'indoor'?" in found[1].message
    assert problems(on(["location", "indoor"])) == ()


def test_numbers_that_are_declared_categories_can_be_limited():
    catalog = FakeCatalog()
    keys = {**catalog.clothing.keys, "grade": MetadataKey(("grade",), "number", categorical=True)}
    catalog.clothing = replace(catalog.clothing, keys=keys)
    assert check_config(limited(on("grade")), catalog=catalog, dataset="clothing") == ()


def test_keys_out_of_file_names_can_be_limited():
    source = limited(on("camera"), lightly_path_regex=r"(?P<camera>[^/]+)/.*")
    assert not [
        each for each in check_config(source, catalog=FakeCatalog(), dataset="clothing") if "camera" in each.where
    ]
