"""The list of tasks and their schemas."""

import pytest

from sqlsel.errors import IngestError
from tests.sources.lightly.folders import ANIMALS, images, read, reading, task, write

SCHEMA = {"task_type": "classification", "categories": ANIMALS}
FOLDER = ".lightly/predictions"


def refused(root):
    images(root, "a.png")
    with pytest.raises(IngestError) as caught:
        read(root)
    assert len(caught.value.problems) == 1
    return str(caught.value.problems[0])


def test_a_missing_list_is_refused_with_what_it_could_hold(tmp_path):
    write(tmp_path / FOLDER / "animals" / "schema.json", SCHEMA)
    told = refused(tmp_path)
    assert told.startswith(f"{FOLDER}/tasks.json: there is no such file")
    assert '["animals"]' in told


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        ("[", "1:2: this is no JSON"),
        ({}, "should be a list of task names, not an object"),
        ([3], "[0]: should be a task name, not the number 3"),
        ([""], "[0]: should be a task name"),
        (["../up"], "[0]: '../up' is no name of a folder"),
        (["/etc"], "[0]: '/etc' is no name of a folder"),
        (["animals", "animals"], "[1]: lists the task 'animals' twice"),
        (["plants"], "lists the task 'plants', but there is no folder plants; add it"),
        (["empty"], "lists the task 'empty', but there is no empty/schema.json; add it"),
    ],
)
def test_a_list_that_is_wrong_is_refused(tmp_path, listed, message):
    write(tmp_path / FOLDER / "animals" / "schema.json", SCHEMA)
    (tmp_path / FOLDER / "empty").mkdir()
    write(tmp_path / FOLDER / "tasks.json", listed)
    told = refused(tmp_path)
    assert told.startswith(f"{FOLDER}/tasks.json")
    assert message in told


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("{", ":1:2: this is no JSON"),
        ([], ": should be a JSON object, not a list"),
        ({"categories": ANIMALS}, " task_type: should be one of classification, object-detection"),
        ({**SCHEMA, "task_type": "poetry"}, " task_type: should be one of"),
        ({"task_type": "classification"}, " categories: should be a list of at least one"),
        ({**SCHEMA, "categories": []}, " categories: should be a list of at least one {id, name}, not an empty list"),
        ({**SCHEMA, "categories": ["cat"]}, " categories[0]: should be an object with id and name"),
        ({**SCHEMA, "categories": [{"id": -1, "name": "x"}]}, " categories[0].id: should be a whole number from 0 on"),
        ({**SCHEMA, "categories": [{"id": 1.0, "name": "x"}]}, " categories[0].id: should be a whole number"),
        ({**SCHEMA, "categories": [{"id": 1, "name": ""}]}, " categories[0].name: should be a text that is not empty"),
        ({**SCHEMA, "categories": [*ANIMALS, {"id": 5, "name": "x"}]}, " categories[2].id: the id 5 is given twice"),
        (
            {**SCHEMA, "categories": [*ANIMALS, {"id": 6, "name": "cat"}]},
            "categories[2].name: the name 'cat' is given twice",
        ),
    ],
)
def test_a_schema_that_is_wrong_is_refused(tmp_path, schema, message):
    write(tmp_path / FOLDER / "tasks.json", ["animals"])
    write(tmp_path / FOLDER / "animals" / "schema.json", schema)
    told = refused(tmp_path)
    assert told.startswith(f"{FOLDER}/animals/schema.json")
    assert message in told


def test_task_names_may_hold_slashes_and_quotes(tmp_path):
    images(tmp_path, "a.png")
    task(tmp_path, 'it\'s/a "task"; --', a={"predictions": [{"category_id": 0}]})
    with reading(tmp_path) as (intake, rows):
        assert [row["task"] for row in rows(intake.predictions)] == ['it\'s/a "task"; --']
        assert not intake.problems


def test_empty_folders_are_as_good_as_none(tmp_path):
    images(tmp_path, "a.png")
    for name in ("predictions", "metadata"):
        (tmp_path / ".lightly" / name).mkdir(parents=True)
    samples, predictions, told = read(tmp_path)
    assert samples == {"a.png": {"sample_id": "a.png", "file_name": "a.png"}}
    assert not predictions
    assert not told


def test_tasks_that_an_empty_list_leaves_out_are_told(tmp_path):
    images(tmp_path, "a.png")
    write(tmp_path / FOLDER / "animals" / "schema.json", SCHEMA)
    write(tmp_path / FOLDER / "tasks.json", [])
    assert read(tmp_path)[2] == [f"{FOLDER}/animals: not read, as tasks.json does not list it"]
