"""The pages about limits and several embeddings: commands run, outputs are what comes out, configs are right."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import sqlsel as package
from sqlsel.config import check_config
from sqlsel.datasets.catalog import DatasetCatalog
from tests.cli.conftest import demo, sqlsel  # noqa: F401 - a fixture

ROOT = Path(__file__).parents[2]
PAGES = ["limits", "embeddings-several"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page):
    return BLOCK.findall((ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8"))


def words(text):
    """The words of an output; numbers are #, as the classifier's last digits are the machine's."""
    return re.sub(r"\d[\d.,]*", "#", re.sub(r"'\d'(, '\d')*", "'#'", text)).split()


def run(line):
    program, *arguments = shlex.split(line)
    assert program == "sqlsel"
    return sqlsel(*arguments)


@pytest.mark.parametrize("page", PAGES)
def test_it_holds_what_it_shows(demo, page):  # noqa: F811
    (demo / "examples").symlink_to(ROOT / "examples")
    for language, text in blocks(page):
        if language == "sh":
            for line in text.replace("\\\n", " ").splitlines():
                outcome = run(line)
                assert outcome.code == 0, f"{line}\n{outcome.err}"
        elif language == "console":
            command, _, shown = text.removeprefix("$ ").partition("\n")
            outcome = run(command)
            assert words(outcome.out + outcome.err) == words(shown)
        elif language == "json":
            with package.connect("demo.duckdb", read_only=True) as db:
                assert check_config(text, catalog=DatasetCatalog(db.engine), dataset="digits") == ()
        elif language == "sql":
            outcome = sqlsel("sql", text.strip().rstrip(";"), "--db", "demo.duckdb", "--format", "csv")
            assert outcome.code == 0, outcome.err
            assert len(outcome.out.splitlines()) > 1


def test_the_python_of_several_embeddings_runs(tmp_path, monkeypatch):
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    monkeypatch.chdir(tmp_path)
    names = ["a.jpg", "b.jpg"]
    vectors = pa.array([[1.0, 0.0], [0.0, 1.0]])
    pq.write_table(pa.table({"file_name": names, "clip_vector": vectors, "dino_vector": vectors}), "photos.parquet")
    np.save("dino-large.npy", np.eye(2, 3))
    Path("dino-large.txt").write_text("b.jpg\na.jpg\n")
    (python,) = [text for language, text in blocks("embeddings-several") if language == "python"]
    exec(compile(python, "docs/embeddings-several.md", "exec"), {})
    with package.connect("curation.duckdb", read_only=True) as db:
        found = DatasetCatalog(db.engine).facts("photos").embeddings
    assert {name: each.width for name, each in found.items()} == {"clip": 2, "dino": 2, "dino-large": 3}


def test_the_example_is_the_config_that_the_page_shows():
    shown, *_ = [text for language, text in blocks("limits") if language == "json"]
    example = (ROOT / "examples" / "configs" / "limit_per_digit.json").read_text(encoding="utf-8")
    from sqlsel.config import read_config

    assert read_config(shown)[0] == read_config(example + "\n")[0]
