"""What PREDICTIONS gives for each type of task, read from prediction files: counts, class mixes and refusals."""

import json

import pytest

import sqlsel
from sqlsel.errors import ConfigError
from tests.sources.lightly.folders import task

CAT, DOG = 0, 5
TYPES = ("classification", "object-detection", "keypoint-detection", "instance-segmentation", "semantic-segmentation")


def thing(category, *probabilities, **more):
    sure = {"score": max(probabilities), "probabilities": list(probabilities)} if probabilities else {"score": 0.5}
    return {"category_id": category, **sure, **more}


def fields(task_type):
    """What an object of the type has beside its class."""
    return {
        "classification": {},
        "object-detection": {"bbox": [1, 2, 3, 4]},
        "keypoint-detection": {"keypoints": [1, 2, 0.5]},
        "instance-segmentation": {"bbox": [1, 2, 3, 4], "segmentation": [3, 2]},
        "semantic-segmentation": {"segmentation": [3, 2]},
    }[task_type]


def ingested(db, root, task_type, **predictions):
    """A dataset of samples named like the keyword arguments, each a list of classes with or without probabilities."""
    files = {
        name: {"file_name": f"{name}.png", "predictions": [thing(*one, **fields(task_type)) for one in objects]}
        for name, objects in predictions.items()
    }
    task(root, "t", task_type, **files)
    db.ingest(root, dataset="d")


def config(number, name, strategy, **more):
    source = {"type": "PREDICTIONS", "task": "t", "name": name, **more}
    return {"n_samples": number, "strategies": [{"input": source, "strategy": strategy}]}


def chosen(db, *arguments, **more):
    return [name.removesuffix(".png") for name in db.select(config(*arguments, **more), dataset="d").sample_ids]


SEVERAL = {"a": [(CAT,)], "b": [(CAT,), (DOG,), (DOG,)], "c": [], "d": [(DOG,), (DOG,)]}
SEGMENTS = {"a": [(CAT,)], "b": [(CAT,), (DOG,)], "c": [], "d": [(DOG,)]}
SINGLE = {"a": [(CAT,)], "b": [(DOG,)], "c": [], "d": [(DOG,)]}


def objects_of(task_type):
    return {"classification": SINGLE, "semantic-segmentation": SEGMENTS}.get(task_type, SEVERAL)


@pytest.mark.parametrize("task_type", TYPES)
def test_counts_of_all_and_of_listed_categories(db, tmp_path, task_type):
    objects = objects_of(task_type)
    ingested(db, tmp_path, task_type, **objects)
    for listed in (None, ["cat"], ["dog"], ["dog", "cat"]):
        more = {} if listed is None else {"categories": listed}
        numbers = {"cat": CAT, "dog": DOG}
        wanted = {numbers[name] for name in listed or numbers}
        counts = {name: sum(category in wanted for (category,) in things) for name, things in objects.items()}
        got = db.select(config(4, "CATEGORY_COUNT", {"type": "WEIGHTS"}, **more), dataset="d").to_arrow().to_pylist()
        assert {row["file_name"].removesuffix(".png"): row["gain"] for row in got} == counts
        assert [row["gain"] for row in got] == sorted(counts.values(), reverse=True)
        over = {"type": "THRESHOLD", "threshold": 1, "operation": "BIGGER_EQUAL"}
        weights = {"type": "WEIGHTS"}
        both = config(4, "CATEGORY_COUNT", weights, **more)
        both["strategies"] += config(4, "CATEGORY_COUNT", over, **more)["strategies"]
        passed = db.select(both, dataset="d").sample_ids
        assert {name.removesuffix(".png") for name in passed} == {name for name, count in counts.items() if count}


@pytest.mark.parametrize("task_type", TYPES)
def test_unknown_categories_are_refused_with_the_nearest(db, tmp_path, task_type):
    ingested(db, tmp_path, task_type, **objects_of(task_type))
    with pytest.raises(ConfigError, match=r"no class in task 't' 'dogs'|did you mean 'dog'"):
        db.select(config(1, "CATEGORY_COUNT", {"type": "WEIGHTS"}, categories=["dogs"]), dataset="d")


@pytest.mark.parametrize("task_type", TYPES)
def test_a_mix_of_probabilities_adds_up_objects(db, tmp_path, task_type):
    predictions = {
        "a": [(CAT, 0.75, 0.25)],
        "b": [(DOG, 0.25, 0.75)],
        "c": [(CAT, 1.0, 0.0)],
        "d": [],
    }
    if task_type not in ("classification", "semantic-segmentation"):
        predictions["b"] = [(DOG, 0.125, 0.875), (DOG, 0.375, 0.625)]
    if task_type == "semantic-segmentation":
        predictions["b"] = [(DOG, 0.0, 1.0), (CAT, 0.5, 0.5)]
    ingested(db, tmp_path, task_type, **predictions)
    # the mix of a and b is 1 : 1 where b is one prediction, else (0.75 + 0.5) : (0.25 + 1.5)
    share = 0.5 if task_type == "classification" else 1.25 / 3
    target = {"type": "BALANCE", "target": {"cat": share, "dog": 1 - share}}
    assert set(chosen(db, 2, "CLASS_DISTRIBUTION", target)) == {"a", "b"}
    selection = db.select(config(2, "CLASS_DISTRIBUTION", target), dataset="d")
    mix = selection.summary()["objectives"][0]["reached"]["mixes"]["probabilities"]
    assert mix == pytest.approx({"cat": share, "dog": 1 - share})
    # an empty prediction is an answer: the sample stays, and comes last
    assert chosen(db, 4, "CLASS_DISTRIBUTION", target)[-1] == "d"
    assert db.select(config(4, "CLASS_DISTRIBUTION", target), dataset="d").summary()["left_out"]["missing"] == []


@pytest.mark.parametrize("task_type", TYPES)
def test_without_probabilities_a_mix_is_refused_with_the_way_out_and_classes_are_counted(db, tmp_path, task_type):
    ingested(db, tmp_path, task_type, **objects_of(task_type))
    target = {"type": "BALANCE", "target": {"cat": 0.5, "dog": 0.5}}
    with pytest.raises(ConfigError) as refusal:
        db.select(config(2, "CLASS_DISTRIBUTION", target), dataset="d")
    (problem,) = refusal.value.problems
    assert problem.where == "strategies[0].input.name"
    assert "carry them" in problem.message
    assert '"count": "PREDICTED"' in problem.message
    selection = db.select(config(2, "CLASS_DISTRIBUTION", {**target, "count": "PREDICTED"}), dataset="d")
    mix = selection.summary()["objectives"][0]["reached"]["mixes"]["predicted"]
    if task_type == "classification":
        assert mix == pytest.approx({"cat": 0.5, "dog": 0.5})
    assert "c.png" not in selection.sample_ids


@pytest.mark.parametrize("task_type", TYPES)
def test_the_plan_is_the_same_in_every_way_to_it(db, tmp_path, task_type):
    predictions = {"a": [(CAT, 0.75, 0.25)], "b": [(DOG, 0.25, 0.75)]}
    ingested(db, tmp_path, task_type, **predictions)
    counted = config(1, "CATEGORY_COUNT", {"type": "WEIGHTS"}, categories=["cat"])
    mixed = config(2, "CLASS_DISTRIBUTION", {"type": "BALANCE", "distribution": "UNIFORM"})
    for asked in (counted, mixed):
        explained = db.explain(asked, dataset="d")
        assert "predictions" in explained.sql()
        assert "predictions" in explained.sql("spark")
        sqlsel.register(db.connection)
        query = "SELECT sample_id FROM sqlsel_select('d', $config) ORDER BY rank"
        by_sql = db.connection.execute(query, {"config": json.dumps(asked)}).fetchall()
        assert [name for (name,) in by_sql] == db.select(asked, dataset="d").sample_ids
