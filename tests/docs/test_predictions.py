"""The page about predictions: its files are made, its commands run, and outputs are what comes out."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import sqlsel
from tests.sources.labels.made import coco, images, voc, write, yolo
from tests.sources.test_huggingface import IMAGE, LABEL, pictures, table

PAGE = (Path(__file__).parents[2] / "docs" / "predictions.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"`(photos/[^`]+)`[^`]*$")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where the commands run, with the images and labels that they name."""
    monkeypatch.chdir(tmp_path)
    images(tmp_path / "photos/street", "a.jpg", "b.jpg", "c.jpg")
    images(tmp_path / "coco/images", "a.jpg", "b.jpg", "c.jpg")
    coco(tmp_path / "coco/annotations/instances.json")
    found = [{"image_id": 1, "category_id": 3, "bbox": [1, 2, 3, 4], "score": 0.5}]
    write(tmp_path / "coco/found.json", found)
    yolo(tmp_path / "yolo", {"a": "0 0.5 0.5 0.2 0.4\n"})
    voc(tmp_path / "voc/Annotations", a=[("cat", 1, 2, 3, 4)])
    pets = table({"image": IMAGE, "label": LABEL}, image=pictures("a.jpg", "b.jpg"), label=[0, 1])
    pq.write_table(pets, tmp_path / "pets.parquet")
    return tmp_path


def run(line):
    program, *arguments = shlex.split(line)
    assert program == "sqlsel"
    return sqlsel(*arguments)


def shown_by(text):
    """The commands of a block, with what is shown below each."""
    for part in text.split("$ ")[1:]:
        command, _, output = part.partition("\n")
        yield command, output.strip()


def test_it_holds_what_it_shows(folder):
    ran = 0
    for match in BLOCK.finditer(PAGE):
        language, text = match.groups()
        if language == "json":
            place = NAMED.search(PAGE[: match.start()].rstrip().removesuffix(":").rstrip())
            assert place, f"nothing says of which file this is: {text}"
            json.loads(text)
            write(folder / place[1], text)
        elif language == "sh":
            for line in text.splitlines():
                outcome = run(line)
                assert outcome.code == 0, f"{line}\n{outcome.err}"
        elif language == "console":
            for command, output in shown_by(text):
                outcome = run(command)
                assert (outcome.out + outcome.err).strip() == output, command
        elif language == "sql":
            outcome = sqlsel("sql", text.strip().rstrip(";"), "--db", "curation.duckdb", "--format", "csv")
            assert len(outcome.out.splitlines()) == 4, outcome.err
        else:
            continue
        ran += 1
    assert ran == 11
