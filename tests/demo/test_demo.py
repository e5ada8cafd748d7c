"""The demo: what it makes, again and again, and what it leaves alone."""

from __future__ import annotations

import json
import re
import sys
from contextlib import chdir

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import sqlsel
from sqlsel.cli import main
from sqlsel.demo import make_demo
from sqlsel.errors import UsageError
from tests.demo.made import copy_demo, made_demo


@pytest.fixture
def made(tmp_path_factory):
    return made_demo(tmp_path_factory)


@pytest.fixture
def read(made):
    with sqlsel.connect(made / "demo.duckdb", read_only=True) as db:
        yield db.engine.rows


def demo(*arguments):
    return CliRunner().invoke(main, ["demo", *arguments], prog_name="sqlsel")


def contents(folder):
    with sqlsel.connect(folder / "demo.duckdb", read_only=True) as db:
        return [db.engine.rows(f'FROM "{name}"."{table}" ORDER BY ALL') for name, table in db.engine.rows(
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema <> 'sqlsel' ORDER BY ALL"
        ) if table != "selections"]  # fmt: skip


def test_the_datasets_are_whole(read):
    assert read("SELECT count(*) FROM digits.samples") == read("SELECT count(*) FROM digits.embeddings") == [(1000,)]
    assert read("SELECT count(*) FROM sheets.samples") == [(120,)]
    assert read("SELECT count(*) FROM digits.predictions WHERE len(probabilities) = 10") == [(1000,)]
    assert read("SELECT count(*) FROM digits.samples WHERE metadata.lightly.width = 64") == [(1000,)]
    assert read("SELECT DISTINCT metadata.ink.amount FROM digits.samples ORDER BY 1") == [
        ("bold",),
        ("light",),
        ("normal",),
    ]


def test_the_classifier_is_real(read):
    wrong = (
        "SELECT avg(CAST(p.category <> CAST(s.metadata.digit AS VARCHAR) AS INT)) "
        "FROM {0}.samples AS s JOIN {0}.predictions AS p USING (sample_id)"
    )
    assert 0.05 < read(wrong.format("digits"))[0][0] < 0.2
    assert read(wrong.format("misread")) == [(1.0,)]


def test_digits_are_found_where_they_are(read):
    found = read(
        "SELECT s.metadata.digits, count(p.object_index) "
        "FROM sheets.samples AS s JOIN sheets.predictions AS p USING (sample_id) "
        "WHERE task = 'digit_detection' GROUP BY s.sample_id, 1"
    )
    assert len(found) == 120
    assert all(written == boxes for written, boxes in found)
    assert (0, 0) in found
    vectors = read('SELECT count(*) FROM sheets."object_embeddings/digit_detection"')[0][0]
    assert vectors == sum(boxes for _, boxes in found)
    assert read("SELECT count(*) FROM sheets.predictions WHERE bbox[1] + bbox[3] > 320 OR bbox[2] + bbox[4] > 240") == [
        (0,)
    ]


def test_no_image_is_both_learnt_from_and_selected_from(read):
    numbers = {int(name[0][6:10]) for name in read("SELECT file_name FROM digits.samples")}
    assert numbers == set(range(400, 1400))
    assert {int(name[0][6:10]) for name in read("SELECT file_name FROM misread.samples")} <= set(range(1400, 1797))


def test_the_files_it_names_hold_the_selection(made, read):
    ranked = [row[0] for row in read("SELECT sample_id FROM digits.tags WHERE tag = 'round-1' ORDER BY rank")]
    folder = made / "demo-files/round-1"
    assert (folder / "filenames.txt").read_text().splitlines() == ranked
    assert pq.read_table(folder / "selection.parquet").column("sample_id").to_pylist() == ranked
    with sqlsel.connect(made / "demo.duckdb", read_only=True) as db:
        assert db.select(folder / "config.json", dataset="digits").sample_ids == ranked


def test_the_selection_meets_its_config(read):
    amounts = dict(read(
        "SELECT metadata.ink.amount, count(*) FROM digits.samples JOIN digits.tags USING (sample_id) GROUP BY ALL"
    ))  # fmt: skip
    assert abs(amounts["light"] - 30) <= 5
    assert abs(amounts["bold"] - 30) <= 5
    assert read(
        "SELECT min(metadata.lightly.sharpness) > 20 FROM digits.samples JOIN digits.tags USING (sample_id)"
    ) == [(True,)]


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    """A folder with a demo in which it was made once more, and the outcome of that."""
    folder = copy_demo(made_demo(tmp_path_factory), tmp_path_factory.mktemp("again"))
    (folder / "demo-files").unlink()
    with chdir(folder):
        return folder, demo()


def test_again_is_an_update_that_changes_nothing(made, again):
    folder, outcome = again
    assert outcome.exit_code == 0, outcome.stderr
    assert "demo.duckdb is there already and is brought up to date" in outcome.stdout
    assert contents(folder) == contents(made)
    for file in sorted((made / "demo-files").rglob("*.json")):
        assert (folder / file.relative_to(made)).read_text() == file.read_text()


def test_what_it_prints(again):
    folder, outcome = again
    text = outcome.stdout
    assert max(len(line) for line in text.splitlines()) <= 80
    assert outcome.stderr == ""
    assert "Selected 100 of " in text
    assert "stopped: as many samples as asked for" in text
    for path in re.findall(r"^  (demo-files\S+)  ", text, re.MULTILINE):
        assert (folder / path).is_file()
    wrong, chosen = map(int, re.search(r"misreads (\d+)% of all digits and (\d+)% of the selected", text).groups())
    assert chosen > 2 * wrong


def test_the_next_commands_work_as_printed(again, tmp_path, monkeypatch):
    import shlex

    folder, outcome = again
    monkeypatch.chdir(copy_demo(folder, tmp_path))
    below = outcome.stdout.partition("Next:\n")[2].replace("\\\n", " ")
    commands = [line.strip() for line in below.splitlines() if line.strip() and not line.strip().startswith("#")]
    assert len(commands) >= 4
    for line in commands:
        program, *arguments = shlex.split(line)
        assert program == "sqlsel"
        outcome = CliRunner().invoke(main, arguments, prog_name="sqlsel")
        assert outcome.exit_code == 0, f"{line}\n{outcome.stderr}"


def test_a_database_that_is_not_the_demos_is_left_alone(tmp_path):
    with sqlsel.connect(tmp_path / "demo.duckdb") as db:
        db.connection.execute("CREATE TABLE precious AS SELECT 1 AS x")
    before = (tmp_path / "demo.duckdb").read_bytes()
    outcome = demo("--dir", str(tmp_path))
    assert outcome.exit_code == 2
    assert "is there and is not the demo's; it was left as it is" in outcome.stderr
    assert (tmp_path / "demo.duckdb").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["demo.duckdb"]


def test_a_text_file_called_demo_duckdb_is_left_alone(tmp_path):
    (tmp_path / "demo.duckdb").write_text("notes")
    assert demo("--dir", str(tmp_path)).exit_code == 1
    assert (tmp_path / "demo.duckdb").read_text() == "notes"


def test_a_folder_that_is_not_the_demos_is_left_alone(tmp_path):
    (tmp_path / "demo-files").mkdir()
    (tmp_path / "demo-files/mine.txt").write_text("mine")
    outcome = demo("--dir", str(tmp_path))
    assert outcome.exit_code == 2
    assert "demo-files is there and is not the demo's" in outcome.stderr
    assert [file.name for file in (tmp_path / "demo-files").iterdir()] == ["mine.txt"]
    assert not (tmp_path / "demo.duckdb").exists()


@pytest.mark.parametrize("module", ["sklearn", "PIL"])
def test_a_library_that_is_missing(tmp_path, monkeypatch, module):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UsageError, match=module) as refused:
        make_demo(tmp_path)
    assert refused.value.hint == "pip install 'sqlsel[demo]'"
    assert list(tmp_path.iterdir()) == []
    assert demo("--dir", str(tmp_path)).exit_code == 2


def test_the_prediction_files_are_as_lightly_has_them(made):
    root = made / "demo-files/digits/.lightly"
    assert json.loads((root / "predictions/tasks.json").read_text()) == ["digit_classification"]
    schema = json.loads((root / "predictions/digit_classification/schema.json").read_text())
    assert schema["task_type"] == "classification"
    assert schema["categories"][3] == {"id": 3, "name": "3"}
    one = json.loads((root / "predictions/digit_classification/digit_0400.json").read_text())
    assert one["file_name"] == "digit_0400.png"
    assert sum(one["predictions"][0]["probabilities"]) == pytest.approx(1)
    assert {key["path"] for key in json.loads((root / "metadata/schema.json").read_text())} == {
        "digit",
        "ink.amount",
        "ink.share",
        "slant.direction",
        "slant.degrees",
    }
