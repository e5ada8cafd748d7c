"""The page about exports: commands run, outputs are what comes out, and the recipes for other libraries work."""

import importlib.util
import json
import os
import re
import subprocess
import sys

import pytest

from tests.cli.conftest import ROOT, demo, sqlsel  # noqa: F401 - a fixture
from tests.docs.test_limits_and_embeddings import blocks, run
from tests.sources.labels.made import coco, images, write, yolo

READY = {"datasets": "import datasets", "fiftyone": "import fiftyone; fiftyone.list_datasets()"}


@pytest.fixture
def page(demo):  # noqa: F811
    """The blocks of the page, in a folder with the labels that it names."""
    images(demo / "coco/images", "a.jpg", "b.jpg", "c.jpg")
    coco(demo / "coco/annotations/instances.json")
    yolo(demo / "yolo", {"a": "0 0.5 0.5 0.2 0.4\n"})
    random = {"input": {"type": "RANDOM"}, "strategy": {"type": "WEIGHTS"}}
    write(demo / "one.json", {"n_samples": 1, "strategies": [random]})
    return blocks("exporting")


def test_it_holds_what_it_shows(page, demo):  # noqa: F811
    for language, text in page:
        if language == "sh":
            for line in text.replace("\\\n", " ").splitlines():
                outcome = run(line)
                assert outcome.code == 0, f"{line}\n{outcome.err}"
        elif language == "console":
            command, _, shown = text.removeprefix("$ ").partition("\n")
            outcome = run(command)
            assert (outcome.out + outcome.err).split() == shown.split()
    assert len(json.loads((demo / "part.json").read_text())["images"]) == 1
    assert len(json.loads((demo / "tasks.json").read_text())) == 120
    assert len(list((demo / "chosen").glob("*.png"))) == 100


def python(code, folder):
    own = {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "cache")}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **own}, timeout=120
    )


@pytest.mark.parametrize("library", READY)
def test_recipes_for_other_libraries_work(page, demo, library):  # noqa: F811
    recipes = [text for language, text in page if language == "python"]
    recipes = [text for text in recipes if re.search(rf"^(from|import) {library}\b", text, re.MULTILINE)]
    assert recipes
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed: its recipes on the page were not run")
    if python(READY[library], demo).returncode:
        pytest.skip(f"{library} cannot work here, as FiftyOne without a MongoDB server: its recipes were not run")
    arguments = ["--db", "demo.duckdb", "--dataset", "digits", "--tag", "round-1", "--format", "images", "-o", "chosen"]
    assert sqlsel("export", *arguments).code == 0
    for recipe in recipes:
        done = python(recipe, demo)
        assert done.returncode == 0, done.stderr
