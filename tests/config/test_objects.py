"""Configs that choose objects, and tasks of tiles, against the data."""

from __future__ import annotations

import pytest

from sqlsel.config import check_config, read_config
from sqlsel.config.tiling import Tiling, grid_of
from tests.config.examples import (
    BALANCE,
    COUNT,
    DIVERSITY,
    EMBEDDINGS,
    METADATA,
    RANDOM,
    SCORES,
    SIMILARITY,
    THRESHOLD,
    WEIGHTS,
    FakeCatalog,
    config,
)

TILES = {"type": "TILING", "name": "boxes", "num_rows": 2, "num_cols": 2}
OF_BOXES = {**SCORES, "task": "boxes"}


class ObjectCatalog(FakeCatalog):
    """The same datasets; all objects of clothing are 250, and the tiles of ``boxes`` as given."""

    def __init__(self, tiles=None):
        super().__init__()
        self.tiles = tiles

    def count_objects(self, dataset, task):
        assert dataset == "clothing"
        return 250

    def tiling(self, dataset, task):
        return self.tiles if task == "boxes" else None


def problems(*pairs, dataset="clothing", tiles=None, **top):
    top = {"select_objects_of": "boxes", **top}
    return check_config(config(*pairs, **top), catalog=ObjectCatalog(tiles), dataset=dataset)


@pytest.mark.parametrize(
    ("source", "strategy"),
    [
        (EMBEDDINGS, DIVERSITY),
        ({**EMBEDDINGS, "task": "boxes"}, DIVERSITY),
        ({**EMBEDDINGS, "dataset_id": "clothing", "tag_name": "round-1"}, SIMILARITY),
        (OF_BOXES, WEIGHTS),
        ({**OF_BOXES, "score": "objectness_least_confidence"}, THRESHOLD),
        (SCORES, WEIGHTS),
        (COUNT, THRESHOLD),
        (METADATA, BALANCE),
        ({"type": "METADATA", "key": "object.category"}, {"type": "BALANCE", "target": {"hat": 0.5}}),
        ({"type": "METADATA", "key": "object.area"}, THRESHOLD),
        ({"type": "METADATA", "key": "object.image"}, {"type": "BALANCE", "distribution": "UNIFORM"}),
    ],
)
def test_what_objects_have(source, strategy):
    assert problems((source, strategy)) == ()


@pytest.mark.parametrize("key", ["select_objects_of", "selectObjectsOf"])
def test_it_is_read_and_written(key):
    read, notices = read_config({**config(), key: "boxes"})
    assert (read.select_objects_of, notices) == ("boxes", ())
    assert read.to_dict()["select_objects_of"] == "boxes"
    assert read_config({**config(), key: None})[0] == read_config(config())[0]


@pytest.mark.parametrize(
    ("task", "parts"),
    [
        ("boxs", ["there is no task 'boxs' with objects in dataset 'clothing'", "did you mean 'boxes'?"]),
        ("garments", ["task 'garments' is a classification", "no objects", "tasks with objects: 'boxes', 'plain'"]),
        ("ratings", ["has scores only", "tasks with objects: 'boxes', 'plain'"]),
        ("", ["must not be empty; name a task, or leave it out to choose whole samples"]),
        ("my boxes", ["may hold only letters, digits and", "not 'my boxes'"]),
        (5, ["must be text, not 5"]),
        (["boxes"], ["must be text, not a list"]),
    ],
)
def test_tasks_whose_objects_cannot_be_chosen(task, parts):
    found = problems((RANDOM, WEIGHTS), select_objects_of=task)[0]
    assert found.where == "select_objects_of"
    for part in parts:
        assert part in found.message


def test_a_dataset_without_objects_says_what_to_ingest():
    (found,) = problems((RANDOM, WEIGHTS), dataset="bare")
    assert found.message.endswith("the dataset has none; ingest detections or embeddings of objects")


@pytest.mark.parametrize(
    ("source", "strategy", "where", "parts"),
    [
        (
            {**EMBEDDINGS, "task": "plain"},
            DIVERSITY,
            "task",
            ["the samples are the objects of task 'boxes', and those of 'plain' are not theirs", "leave 'task' out"],
        ),
        (
            {**OF_BOXES, "score": "object_frequency"},
            WEIGHTS,
            "score",
            ["computed over all objects of a sample, and here each object is a sample", "'uncertainty_entropy'"],
        ),
        ({"type": "METADATA", "key": "object.size"}, WEIGHTS, "key", ["'object.size'", "did you mean 'object.score'"]),
        ({"type": "METADATA", "key": "object.category"}, WEIGHTS, "key", ["holds text", "balance it with BALANCE"]),
        ({"type": "METADATA", "key": "object"}, WEIGHTS, "key", ["is a group of keys", "'object.score'"]),
    ],
)
def test_what_objects_do_not_have(source, strategy, where, parts):
    (found,) = problems((source, strategy))
    assert found.where == f"strategies[0].input.{where}"
    for part in parts:
        assert part in found.message


def test_a_class_that_no_object_has_is_told():
    balance = {"type": "BALANCE", "target": {"hat": 0.5, "glove": 0.1}}
    (found,) = problems(({"type": "METADATA", "key": "object.category"}, balance))
    assert found.severity == "notice"
    assert "no sample has 'glove' in 'object.category'" in found.message


def test_objects_without_embeddings():
    (found,) = problems((EMBEDDINGS, DIVERSITY), select_objects_of="plain")
    assert found.where == "strategies[0].input.type"
    assert found.message == (
        "the objects of task 'plain', which are the samples, have no embeddings; tasks whose objects have them: 'boxes'"
    )


def test_keys_of_objects_are_those_of_selections_of_objects_only():
    (found,) = check_config(
        config(({"type": "METADATA", "key": "object.score"}, WEIGHTS)), catalog=ObjectCatalog(), dataset="clothing"
    )
    assert "there is no key 'object.score'" in found.message


def tiles(**changes):
    return problems(
        ({**EMBEDDINGS, "task": "boxes"}, DIVERSITY),
        select_objects_of=None,
        auto_tasks=[{**TILES, **changes.pop("task", {})}],
        **changes,
    )


def test_tiles_that_are_there():
    assert tiles(tiles=Tiling(2, 2)) == ()
    assert tiles(tiles=Tiling(2, 2, 0.1 + 1e-9), task={"overlap": 0.1}) == ()


def test_tiles_of_another_grid():
    for there, task in [(Tiling(2, 3), {}), (Tiling(2, 2, 0.1), {}), (Tiling(2, 2), {"overlap": 0.5})]:
        (found,) = tiles(tiles=there, task=task)
        assert found.where == "auto_tasks[0]"
        assert f"has {there} in task 'boxes', not 2 x 2 tiles with overlap" in found.message


def test_a_task_that_holds_no_tiles():
    (found,) = tiles(tiles=None)
    assert found.message == "task 'boxes' of dataset 'clothing' holds no tiles; give this one another name"


def test_tiles_that_are_not_there_yet():
    (found,) = problems(
        ({**EMBEDDINGS, "task": "grid"}, DIVERSITY),
        ({**EMBEDDINGS, "task": "grid"}, {"type": "TYPICALITY"}),
        select_objects_of=None,
        autoTasks=[{"type": "TILING", "name": "grid", "numRows": 3, "numCols": 2, "overlap": 0.2}],
    )
    assert found.where == "autoTasks[0]"
    assert found.message == (
        "dataset 'clothing' has no tiles 'grid' yet; `sqlsel tile --task grid --rows 3 --columns 2 --overlap 0.2` "
        "makes them, then `sqlsel embed --task grid` computes their embeddings"
    )


def test_tiles_that_nothing_looks_at_need_not_be_there():
    assert problems((EMBEDDINGS, DIVERSITY), auto_tasks=[{**TILES, "name": "grid"}]) == ()
    (found,) = problems((RANDOM, WEIGHTS), select_objects_of="grid", auto_tasks=[{**TILES, "name": "grid"}])
    assert "no tiles 'grid' yet" in found.message


@pytest.mark.parametrize(
    ("tasks", "where", "parts"),
    [
        ({}, "auto_tasks", ["must be a list of tasks, not an object"]),
        ([5], "auto_tasks[0]", ["must be an object with 'type' and 'name', not 5"]),
        ([{**TILES, "type": "CROP"}], "auto_tasks[0].type", ["unknown type 'CROP'", "allowed: TILING"]),
        ([{**TILES, "num_rows": 0}], "auto_tasks[0].num_rows", ["must be at least 1, not 0"]),
        ([{**TILES, "overlap": 1}], "auto_tasks[0].overlap", ["must be below 1, not 1"]),
        ([{**TILES, "overlap": -0.1}], "auto_tasks[0].overlap", ["must be at least 0"]),
        ([{**TILES, "name": "a b"}], "auto_tasks[0].name", ["may hold only letters, digits and"]),
        ([{**TILES, "num_row": 2}], "auto_tasks[0].num_row", ["unknown key 'num_row'", "did you mean 'num_rows'?"]),
        ([TILES, TILES], "auto_tasks[1].name", ["'boxes' is named twice, first in auto_tasks[0]"]),
    ],
)
def test_what_is_wrong_with_automatic_tasks(tasks, where, parts):
    (found,) = check_config({**config(), "auto_tasks": tasks})
    assert found.where == where
    for part in parts:
        assert part in found.message


@pytest.mark.parametrize("missing", ["type", "name", "num_rows", "num_cols"])
def test_what_an_automatic_task_needs(missing):
    (found,) = check_config({**config(), "auto_tasks": [{k: v for k, v in TILES.items() if k != missing}]})
    assert found.where == "auto_tasks[0]"
    assert f"missing {missing!r}: " in found.message


@pytest.mark.parametrize("tiling", [Tiling(1, 1), Tiling(3, 2, 0.2), Tiling(2, 5, 0.5), Tiling(4, 1, 0.9)])
def test_tiles_are_alike_and_fill_the_image(tiling):
    boxes = tiling.boxes()
    assert len(boxes) == len(tiling.names()) == tiling.rows * tiling.columns
    assert boxes[0][:2] == (0, 0)
    assert max(x + w for x, _, w, _ in boxes) == pytest.approx(1)
    assert max(y + h for _, y, _, h in boxes) == pytest.approx(1)
    assert len({(w, h) for *_, w, h in boxes}) == 1
    if tiling.columns > 1:
        assert boxes[0][0] + boxes[0][2] - boxes[1][0] == pytest.approx(tiling.overlap * boxes[0][2])
    assert grid_of(tiling.names()) == (tiling.rows, tiling.columns)


def test_names_that_are_no_grid():
    for names in [(), ("hat",), ("r1c1", "r1c3"), ("r1c1", "r2c2"), ("r1c2", "r1c1")]:
        assert grid_of(names) is None
