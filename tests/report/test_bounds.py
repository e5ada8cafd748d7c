"""A page stays small whatever the data hold: long names, many keys with long texts, many classes, many scores."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa

import sqlsel
from sqlsel.report.labels import ALL_LABEL_BYTES, LABEL_BYTES, bytes_each, labels_of
from tests import pool as p
from tests.report.conftest import read

MOST = 15_000_000


def test_a_page_of_long_texts_is_small(tmp_path):
    count, rng = 600, np.random.default_rng(0)
    # 12 bytes a character in JSON: 20 kB a name, 12 MB in all, and as much again as ids
    names = [f"{number:05}{'🚗' * 1_600}" for number in range(count)]
    table = {
        "sample_id": names,
        "file_name": [f"{name}.jpg" for name in names],
        "embedding": list(rng.standard_normal((count, 4)).astype(np.float32)),
        "task": [{"a": 0.25, "b": 0.75}] * count,
    }
    table |= {f"caption {key}": [f"{number % 40}{'<é>' * 2_000}" for number in range(count)] for key in range(12)}
    table |= {f"number {key}": -rng.random(count) * 1e-7 for key in range(30)}
    table |= {f"score_{key}": rng.random(count) for key in range(20)}
    scores = {("task", f"score_{key}"): f"score_{key}" for key in range(20)}
    balance = {"type": "BALANCE", "distribution": "UNIFORM"}
    config = p.config(360, (p.EMBEDDINGS, p.DIVERSITY), ({"type": "METADATA", "key": "number 3"}, p.WEIGHTS))
    config["strategies"].append({"input": {"type": "METADATA", "key": "caption 3"}, "strategy": balance})
    with sqlsel.connect() as db:
        db.ingest(pa.table(table), dataset="long", predictions={"task": "task"}, scores=scores)
        selection = db.select(config, dataset="long")
        selection.report(tmp_path / "report.html")
        told = read(selection.report(tmp_path / "report.json"))
    assert (tmp_path / "report.html").stat().st_size < MOST
    shown = told["map"]
    assert 0 < shown["selected"]["shown"] < 360 == shown["selected"]["of"]
    assert 0 < shown["others"]["shown"] < 240 == shown["others"]["of"]
    assert len(shown["points"]["attributes"]) == 24
    captions = next(each for each in told["distributions"] if each["name"] == "caption 3")
    assert len(set(captions["classes"])) == 20
    assert captions["others"]["classes"] == 20
    assert sum(captions["input"]) + captions["others"]["input"] == count


def test_labels_are_short_and_no_two_alike():
    texts = ["plain", "x" * 500, "x" * 400, "日本" * 300, "🚗" * 300, '"' * 200, "é" * 26]
    found = labels_of(texts)
    assert found[0] == "plain"
    assert found[6] == "é" * 26
    assert len(set(found)) == len(texts)
    assert found[2] == f"{found[1]} (2)"
    assert all(len(json.dumps(label)) <= LABEL_BYTES + 14 for label in found)
    assert all(label.endswith("…") for label in found[3:6])
    assert bytes_each(20) == LABEL_BYTES
    assert bytes_each(10_000) * 10_000 <= ALL_LABEL_BYTES
