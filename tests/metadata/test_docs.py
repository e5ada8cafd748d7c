"""The pages about metadata: their configs run, their numbers are those of the code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import sqlsel
from sqlsel.sources.images.measures import measure
from sqlsel.sources.images.readings import MEASURES

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", (DOCS / page).read_text(), re.MULTILINE | re.DOTALL)


def run(code, folder, monkeypatch):
    monkeypatch.chdir(folder)
    found = {}
    exec(compile(code, "page", "exec"), found)
    return found


@pytest.fixture(scope="module")
def drives(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drives")
    with pytest.MonkeyPatch.context() as monkeypatch:
        run(blocks("metadata.md", "python")[0], folder, monkeypatch)
    with sqlsel.connect(folder / "curation.duckdb", read_only=True) as db:
        yield db


CONFIGS = blocks("metadata.md", "json")


@pytest.mark.parametrize("text", CONFIGS)
def test_configs_run_without_complaint(drives, text):
    assert sqlsel.validate(text, drives, "drives") == []
    selection = drives.select(text, dataset="drives")
    assert len(selection.sample_ids) == json.loads(text)["n_samples"]
    assert drives.explain(text, dataset="drives").sql("spark")


def test_nested_and_joined_shares_choose_the_same(drives):
    nested, joined = (text for text in CONFIGS if '["weather.name", "night"]' in text)
    assert nested != joined
    names = [drives.select(text, dataset="drives").file_names for text in (nested, joined)]
    assert names[0] == names[1]
    (objective,) = drives.select(nested, dataset="drives").summary()["objectives"]
    assert objective["name"] == "balance:weather.name+night"
    assert objective["reached"]["l1"] < 1e-9


def test_the_regex_gives_what_the_page_says(drives):
    (text,) = (text for text in CONFIGS if "lightly_path_regex" in text)
    names = drives.select(text, dataset="drives").file_names
    assert sum(name.startswith("north/") for name in names) == len(names) / 2
    assert min(int(name[-8:-4]) for name in names) >= 100


@pytest.mark.parametrize("size", [(64, 48), (200, 3), (3, 3)])
def test_the_formulas_are_those_of_the_code(tmp_path, monkeypatch, size):
    (code,) = blocks("image-metadata.md", "python")
    pixels = np.random.default_rng(3).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    pixels[: size[1] // 3] = (9, 80, 200)
    exif = Image.Exif()
    exif[0x0112] = 6 if size[0] == 64 else 1
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)
    expected = run(code, tmp_path, monkeypatch)["measures"](tmp_path / "a.png")
    assert tuple(expected) == MEASURES
    assert measure(tmp_path / "a.png") == pytest.approx(expected, rel=1e-6)


def test_every_key_stands_in_the_table():
    table = re.findall(r"^\| (`.*?) \|", (DOCS / "image-metadata.md").read_text(), re.MULTILINE)
    assert tuple(re.findall(r"`(\w+)`", " ".join(table))) == MEASURES


def test_its_config_and_its_statement_run(tmp_path):
    rng = np.random.default_rng(1)
    for number in range(30):
        Image.fromarray(rng.integers(0, 256, (20, 30, 3), dtype=np.uint8)).save(tmp_path / f"{number}.png")
    with sqlsel.connect() as db:
        db.ingest(tmp_path, dataset="noise")
        (text,) = blocks("image-metadata.md", "json")
        assert len(db.select(text, dataset="noise").sample_ids) == 20
        (statement,) = blocks("image-metadata.md", "sql")
        db.connection.execute(statement)
        assert db.ingest(tmp_path, dataset="noise").problems == ()
