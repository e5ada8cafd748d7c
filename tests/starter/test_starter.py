"""Configs to start from: right for whatever a dataset holds, as they are and with everything taken in."""

import json
import re

import jsonschema
import numpy as np
import pyarrow as pa
import pytest

import sqlsel
from sqlsel.config import json_schema
from sqlsel.errors import UsageError
from sqlsel.starter.objectives import equal_shares
from tests import pool as p
from tests.demo.made import made_demo

HOSTILE = 'a "b" // \\ {c}\nd, é'


def plain(text):
    """The config without comments, as any reader of JSON takes it."""
    return json.loads("\n".join(line for line in text.splitlines() if not line.lstrip().startswith("//")))


def variants(text):
    """The config with each commented objective or limit taken in, one at a time."""
    lines, found = text.splitlines(), []
    starts = [number for number, line in enumerate(lines) if re.match(r'\s+// (\{"input"|"limits")', line)]
    for start in starts:
        end = start
        while not lines[end].endswith(("}},", "}],")):
            end += 1
        taken = [line.replace("// ", "", 1) if start <= at <= end else line for at, line in enumerate(lines)]
        found.append("\n".join(taken))
    return found


def check(db, dataset):
    text = db.starter_config(dataset)
    whole = variants(text)
    for each in (text, *whole):
        assert sqlsel.validate(each, db, dataset) == []
        jsonschema.Draft202012Validator(json_schema()).validate(plain(each))
        assert len(plain(each)["strategies"]) + len(plain(each).get("limits", [])) == (
            len(plain(text)["strategies"]) + (each is not text)
        )
        assert len(db.select(each, dataset=dataset)) > 0
    return text, whole


@pytest.mark.parametrize("dataset", ["digits", "misread", "sheets"])
def test_it_runs_as_it_is_and_with_whatever_is_taken_in(tmp_path_factory, dataset):
    with sqlsel.connect(made_demo(tmp_path_factory) / "demo.duckdb", read_only=True) as db:
        text, whole = check(db, dataset)
    assert len(whole) >= 8
    assert '"$schema": "./sqlsel.schema.json"' in text


def test_it_names_what_the_dataset_holds(tmp_path_factory):
    with sqlsel.connect(made_demo(tmp_path_factory) / "demo.duckdb", read_only=True) as db:
        text = db.starter_config("digits")
        sheets = db.starter_config("sheets")
    assert plain(text)["n_samples"] == 100
    assert [each["strategy"]["type"] for each in plain(text)["strategies"]] == ["DIVERSITY", "WEIGHTS"]
    for part in (
        '"score": "uncertainty_entropy"',
        '"key": "lightly.sharpness"',
        '{"normal": 0.34, "light": 0.33, "bold": 0.33}',
        "in the dataset: normal: ",
        '"dataset_id": "misread"',
        "its scores: uncertainty_least_confidence, uncertainty_margin",
    ):
        assert part in text
    assert '"name": "CATEGORY_COUNT"' in sheets
    assert '{"type": "EMBEDDINGS", "task": "digit_detection"}' in sheets


def test_a_dataset_with_every_kind_of_input(db):
    made = p.make_pool(60, 2, lacking=0.2)
    db.ingest(made.table(), dataset="pool", **p.MAPPING)
    other = pa.table({"sample_id": made.ids, "embedding": made.vectors[:, :3].tolist()})
    db.add_embedding(other, dataset="pool", name="other", id="sample_id")
    text, whole = check(db, "pool")
    assert '"embedding": "default"' in text
    assert any('"embedding": "other"' in json.dumps(plain(each)) for each in whole)


def test_a_dataset_with_nothing_but_names(db):
    db.ingest(pa.table({"file_name": [f"{i}.jpg" for i in range(25)]}), dataset="bare")
    text, whole = check(db, "bare")
    assert whole == []
    assert plain(text)["n_samples"] == 2
    assert plain(text)["strategies"][0]["input"] == {"type": "RANDOM"}


def test_stored_scores_of_any_name(db):
    table = pa.table({"file_name": [f"{i}.jpg" for i in range(25)], "s": np.arange(25.0)})
    db.ingest(table, dataset="scored", scores={("t", "surprise"): "s"})
    text, _ = check(db, "scored")
    assert "// high surprise" in text


def test_hostile_names(db):
    kinds = [f"{HOSTILE} {i % 3}" for i in range(30)]
    flags = [bool(i % 2) for i in range(30)]
    table = pa.table({"file_name": [f"{i}.jpg" for i in range(30)], HOSTILE: kinds, "day": flags, "x": np.arange(30.0)})
    db.ingest(table, dataset='my "data"')
    text, whole = check(db, 'my "data"')
    targets = [each["strategy"].get("target", {}) for one in whole for each in plain(one)["strategies"]]
    assert {f"{HOSTILE} 0": 0.34, f"{HOSTILE} 1": 0.33, f"{HOSTILE} 2": 0.33} in targets
    assert {"false": 0.5, "true": 0.5} in targets
    assert all(line.isprintable() for line in text.splitlines())


def test_long_targets_go_on_below(db):
    kinds = [f"a rather long name of a class {i % 12}" for i in range(60)]
    db.ingest(pa.table({"file_name": [f"{i}.jpg" for i in range(60)], "kind": kinds}), dataset="long")
    text, _ = check(db, "long")
    assert max(map(len, text.splitlines())) <= 110


@pytest.mark.parametrize("count", [1, 2, 3, 7, 12, 20, 21, 80])
def test_shares_add_up(count):
    shares = equal_shares([str(number) for number in range(count)])
    assert sum(shares.values()) == pytest.approx(1, abs=1e-12)
    assert max(shares.values()) - min(shares.values()) <= 0.0101


def test_how_many(db):
    db.ingest(pa.table({"file_name": [f"{i}.jpg" for i in range(30)]}), dataset="bare")
    assert plain(db.starter_config("bare", n=7))["n_samples"] == 7
    with pytest.raises(UsageError, match="at least 1"):
        db.starter_config("bare", n=0)
    with pytest.raises(UsageError, match="no dataset"):
        db.starter_config("bear")
