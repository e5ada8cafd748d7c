"""Names with anything in them: as datasets, columns, keys, tasks, scores, classes, ids, files and values."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.datasets.runs import record_selection
from sqlsel.datasets.tags import read_tag, tag_counts
from tests.datasets.contents import rows
from tests.datasets.test_runs import PICKS, RUN

HOSTILE = [
    'a "quoted" one',
    "it's",
    "x'; DROP SCHEMA sqlsel CASCADE; --",
    '"; DROP TABLE samples; --',
    "semi;colon",
    "日本語 ✓ é",
    "SELECT",
    "a\\b\n\tc",
    "$1 ? :name {brace} %s",
    "/* comment */ -- end",
    "]) UNION ALL SELECT 1",
    " padded ",
    "0",
    "a.b",
    "...",
    "samples",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_with_anything_in_them_work_everywhere(db, tmp_path, name):
    columns = {
        "sample_id": [name, name + "2", "plain"],
        "file_name": [f"{name}/1", f"{name}/2", "plain"],
        f"vector {name}": [[1.0, 0.0], [0.0, 1.0], None],
        f"key {name}": [name, None, "other"],
        f"group {name}": [{f"inner {name}": 1}, {f"inner {name}": 2}, None],
        f"number {name}": [0.5, None, 1.0],
        f"guess {name}": pa.array([[(name, 1.0)], [("other", 1.0)], None], pa.map_(pa.string(), pa.float64())),
        f"boxes {name}": [[{"category": name, "embedding": [3.0, 4.0]}], [], None],
    }
    folder = tmp_path / name.replace("/", "_")
    folder.mkdir()
    path = folder / f"{name.replace('/', '_')}.parquet"
    pq.write_table(pa.table(columns), path)
    mapping = {
        "embedding": f"vector {name}",
        "scores": {(name, name): f"number {name}"},
        "predictions": {name: f"guess {name}", f"objects {name}": f"boxes {name}"},
    }
    for _ in range(2):
        report = db.ingest(path, dataset=name, **mapping)
        assert report.counts == {
            "samples": 3,
            "embeddings": 2,
            f"object_embeddings/objects {name}": 1,
            "predictions": 4,
            "scores": 2,
        }
    catalog = DatasetCatalog(db.engine)
    assert catalog.dataset_names() == (name,)
    facts = catalog.facts(name)
    assert set(facts.tasks) == {name, f"objects {name}"}
    assert facts.tasks[name].scores == (name,)
    assert facts.tasks[name].categories == tuple(sorted([name, "other"]))
    assert set(facts.keys) == {f"key {name}", f"group {name}.inner {name}"}
    assert catalog.key_values(name, f"key {name}", 9) == tuple(sorted([name, "other"]))
    assert catalog.key_values(name, f"group {name}.inner {name}", 9) == ("1", "2")
    assert rows(db, name, "scores") == sorted([(name, name, name, 0.5), ("plain", name, name, 1.0)])
    assert {row[0] for row in rows(db, name, "samples", "sample_id")} == {name, name + "2", "plain"}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_tag_is_kept_for_datasets_of_any_name(db, name):
    db.ingest(pa.table({"sample_id": [3, 10]}), dataset=name)
    from dataclasses import replace

    record_selection(db.engine, replace(RUN, dataset=name, config=name, stop=name), PICKS, tag="round-1")
    assert read_tag(db.engine, name, "round-1")["sample_id"].to_pylist() == [3, 10]
    assert [tag.selected for tag in tag_counts(db.engine, name)] == [2]
    assert db.engine.rows("SELECT dataset, config, stop FROM sqlsel.runs") == [(name, name, name)]
