"""Ids and file names in a csv stay as they are written."""

from __future__ import annotations

import numpy as np
import pytest

import sqlsel


def ids(db, dataset="d"):
    return [row[0] for row in db.sql(f"SELECT sample_id FROM {dataset}.samples ORDER BY 1").fetchall()]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (["007", "010", "7"], ["007", "010", "7"]),
        (["7", "10", "8"], [7, 8, 10]),
        (["-7", "10"], [-7, 10]),
        (["+7", "10"], ["+7", "10"]),
        (["1.10", "1.20"], ["1.10", "1.20"]),
        (["2024-1-05", "2024-01-06"], ["2024-01-06", "2024-1-05"]),
        (["true", "FALSE"], ["FALSE", "true"]),
        (["7 ", " 8"], [7, 8]),
        (["12345678901234567890123456789012345678901", "1"], ["1", "12345678901234567890123456789012345678901"]),
    ],
)
def test_ids(db, tmp_path, written, kept):
    lines = "\n".join(f"{text},{number}" for number, text in enumerate(written))
    (tmp_path / "x.csv").write_text(f"sample_id,value\n{lines}\n")
    db.ingest(tmp_path / "x.csv", dataset="d")
    assert ids(db) == kept
    assert db.sql("SELECT typeof(metadata.value) FROM d.samples").limit(1).fetchall() == [("BIGINT",)]


def test_a_named_column_and_several_files(db, tmp_path):
    (tmp_path / "a.csv").write_text("code,zip\n001,01\n002,02\n")
    (tmp_path / "b.csv").write_text("code,zip\n3,03\n")
    db.ingest(str(tmp_path / "*.csv"), dataset="d", id="code")
    assert ids(db) == ["001", "002", "3"]


def test_file_names_and_vectors_beside(db, tmp_path):
    rows = "\n".join(f"{number:03d},{number}" for number in range(4))
    (tmp_path / "samples.csv").write_text(f"file_name,value\n{rows}\n")
    vectors = "\n".join(f"{number:03d},{number + 1}.5,1.5" for number in range(4))
    (tmp_path / "vectors.csv").write_text(f"filenames,embedding_0,embedding_1\n{vectors}\n")
    db.ingest(tmp_path / "samples.csv", dataset="d", embeddings=tmp_path / "vectors.csv")
    assert ids(db) == ["000", "001", "002", "003"]
    assert db.sql("SELECT count(*) FROM d.embeddings").limit(1).fetchall() == [(4,)]


def test_the_one_shot_select(tmp_path):
    rows = "\n".join(f"{number:02d},{value}" for number, value in enumerate(np.linspace(0, 1, 5)))
    (tmp_path / "x.csv").write_text(f"id,value\n{rows}\n")
    config = {
        "n_samples": 1,
        "strategies": [{"input": {"type": "METADATA", "key": "value"}, "strategy": {"type": "WEIGHTS"}}],
    }
    assert sqlsel.select(tmp_path / "x.csv", config).sample_ids == ["04"]
