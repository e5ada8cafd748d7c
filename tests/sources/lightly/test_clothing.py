"""A real datasource, from the folder to a selection."""

import json
from collections import Counter

import sqlsel


def test_the_whole_folder_arrives(clothing, db):
    report = db.ingest(clothing, dataset="clothing", measure=False)
    assert (report.added, report.problems) == (341, ())
    counts = dict(report.counts)
    assert counts["samples"] == counts["embeddings"] == 341
    assert counts["object_embeddings/garment_regions"] == 800
    assert counts["predictions"] == 341 + 800 + 13


def test_rows_say_what_the_files_say(clothing, db):
    db.ingest(clothing, dataset="clothing", measure=False)
    folder = clothing / ".lightly" / "predictions"
    for task in json.loads((folder / "tasks.json").read_text()):
        names = {c["id"]: c["name"] for c in json.loads((folder / task / "schema.json").read_text())["categories"]}
        for path in sorted((folder / task).glob("*/*.json"))[::29]:
            document = json.loads(path.read_text())
            expected = [
                (i, names[p["category_id"]], p["score"], p["probabilities"], p.get("bbox"))
                for i, p in enumerate(document["predictions"])
            ] or [(None, None, None, None, None)]
            rows = db.connection.execute(
                "SELECT object_index, category, score, probabilities, bbox FROM clothing.predictions "
                "WHERE sample_id = $1 AND task = $2 ORDER BY object_index",
                [document["file_name"], task],
            ).fetchall()
            assert rows == expected


def test_a_threshold_on_what_was_measured_works_at_once(clothing, tmp_path):
    config = {
        "n_samples": 20,
        "strategies": [
            {"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}},
            {
                "input": {"type": "METADATA", "key": "lightly.sharpness"},
                "strategy": {"type": "THRESHOLD", "threshold": 200, "operation": "BIGGER"},
            },
            {
                "input": {"type": "PREDICTIONS", "task": "garment_regions", "name": "CLASS_DISTRIBUTION"},
                "strategy": {"type": "BALANCE", "distribution": "UNIFORM"},
            },
        ],
    }
    with sqlsel.connect(tmp_path / "c.duckdb") as db:
        db.ingest(clothing, dataset="clothing")
        chosen = db.select(config, dataset="clothing", tag="round-1").sample_ids
        sharp = "SELECT sample_id FROM clothing.samples WHERE metadata.lightly.sharpness > 200"
        assert set(chosen) <= {name for (name,) in db.connection.execute(sharp).fetchall()}
        assert len(set(chosen)) == 20


def test_a_second_time_changes_nothing(clothing, db):
    def everything():
        tables = ("samples", "embeddings", "predictions", "object_embeddings/garment_regions")
        return {
            table: Counter(map(repr, db.connection.execute(f'SELECT * FROM clothing."{table}"').fetchall()))
            for table in tables
        }

    db.ingest(clothing, dataset="clothing", measure=False)
    first = everything()
    again = db.ingest(clothing, dataset="clothing", measure=False)
    assert (again.added, again.updated) == (0, 341)
    assert everything() == first


def test_the_files_are_enough_where_the_images_are_elsewhere(clothing, db, tmp_path):
    (tmp_path / ".lightly").symlink_to(clothing / ".lightly", target_is_directory=True)
    for name in ("embeddings.parquet", "object_embeddings.parquet"):
        (tmp_path / name).symlink_to(clothing / name)
    db.ingest(clothing, dataset="with_images", measure=False)
    report = db.ingest(tmp_path, dataset="without_images")
    assert report.problems == ()
    for table in ("samples", "embeddings", "predictions"):
        rows = [
            Counter(map(repr, db.connection.execute(f"SELECT * FROM {dataset}.{table}").fetchall()))
            for dataset in ("with_images", "without_images")
        ]
        assert rows[0] == rows[1]
