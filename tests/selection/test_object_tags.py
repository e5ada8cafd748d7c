"""Tags on objects: kept, read by plain SQL, preselected, grown, combined, queried and exported."""

from __future__ import annotations

import json

import pytest

import sqlsel
from sqlsel.errors import UsageError
from tests import pool as p
from tests.kernels import oracle
from tests.selection.object_cases import OWN, ingested, objects, tie_order, vectors


@pytest.fixture
def db():
    with sqlsel.connect() as opened:
        yield opened


@pytest.fixture
def rounds(db):
    """A pool with a tag on images and two rounds of objects, the second beside the first."""
    pool = p.make_pool(40, 2)
    ingested(db, pool)
    config = {**p.config(6, (OWN, p.DIVERSITY)), "select_objects_of": "things"}
    db.select(p.config(3, (p.EMBEDDINGS, p.DIVERSITY)), dataset="pool", tag="images")
    first = db.select(config, dataset="pool", tag="round-1")
    second = db.select(config, dataset="pool", tag="round-2", preselected="round-1")
    return db, pool, config, first, second


def rows(db, query):
    return db.connection.execute(query).fetchall()


def test_a_tag_is_on_the_objects_and_on_their_images(rounds):
    db, _, _, first, second = rounds
    kept = rows(db, "SELECT sample_id, object_index FROM pool.selected_objects WHERE tag = 'round-1' ORDER BY rank")
    assert kept == first.objects
    images = rows(db, "SELECT sample_id FROM pool.tags WHERE tag = 'round-1' ORDER BY rank")
    assert [image for (image,) in images] == list(dict.fromkeys(first.sample_ids))
    later = "FROM pool.selected_objects WHERE tag = 'round-2' AND rank IS"
    assert set(rows(db, f"SELECT sample_id, object_index {later} NULL")) == set(first.objects)
    assert rows(db, f"SELECT sample_id, object_index {later} NOT NULL ORDER BY rank") == second.objects
    assert not set(first.objects) & set(second.objects)
    in_one_run = db.select({**rounds[2], "n_samples": 12}, dataset="pool").objects
    assert [*first.objects, *second.objects] == in_one_run


def test_a_kept_object_joins_its_prediction_and_its_image(rounds):
    db, pool, _, first, _ = rounds
    joined = rows(
        db,
        "SELECT s.file_name, p.category FROM pool.selected_objects JOIN pool.predictions AS p "
        "USING (sample_id, task, object_index) JOIN pool.samples AS s USING (sample_id) "
        "WHERE tag = 'round-1' ORDER BY rank",
    )
    assert joined == [
        (f"{image}.jpg", pool.objects[pool.ids.index(image)][k]["category"]) for image, k in first.objects
    ]


def test_a_tag_on_images_preselects_all_their_objects_and_so_does_an_id(rounds):
    db, pool, config, *_ = rounds
    tagged = [image for (image,) in rows(db, "SELECT sample_id FROM pool.tags WHERE tag = 'images'")]
    on_them = [(pool.ids[i], k) for i, k in objects(pool) if pool.ids[i] in tagged]
    by_tag = db.select(config, dataset="pool", preselected="images", tag="after-images")
    assert by_tag.summary()["preselected"] == len(on_them)
    having = [image for image in tagged if any(each[0] == image for each in on_them)]
    by_ids = db.select(config, dataset="pool", preselected=having)
    assert by_tag.to_arrow().equals(by_ids.to_arrow())
    kept = "SELECT sample_id, object_index FROM pool.selected_objects WHERE tag = 'after-images' AND rank IS NULL"
    assert sorted(rows(db, kept)) == on_them


def test_a_tag_on_objects_preselects_their_images_where_whole_samples_are_chosen(rounds):
    db, _, _, first, _ = rounds
    found = db.select(p.config(4, (p.EMBEDDINGS, p.DIVERSITY)), dataset="pool", preselected="round-1")
    assert found.summary()["preselected"] == len(set(first.sample_ids))
    assert not set(found.sample_ids) & set(first.sample_ids)
    assert found.objects == []


def test_a_tag_grows_and_is_replaced(rounds):
    db, _, config, first, second = rounds
    grown = db.select(config, dataset="pool", tag="round-1", preselected="round-1")
    assert grown.objects == second.objects
    held = "SELECT sample_id, object_index FROM pool.selected_objects WHERE tag = 'round-1' AND rank IS"
    assert set(rows(db, f"{held} NULL")) == set(first.objects)
    assert rows(db, f"{held} NOT NULL ORDER BY rank") == grown.objects
    whole = db.select(p.config(2, (p.EMBEDDINGS, p.DIVERSITY)), dataset="pool", tag="round-1", overwrite=True)
    assert rows(db, "SELECT * FROM pool.selected_objects WHERE tag = 'round-1'") == []
    assert rows(db, "SELECT sample_id FROM pool.tags WHERE tag = 'round-1' ORDER BY rank") == [
        (image,) for image in whole.sample_ids
    ]


def test_tags_are_counted_and_combined_by_images(rounds):
    db, _, _, first, _ = rounds
    tags = {tag.tag: tag for tag in db.tags("pool")}
    assert (tags["round-1"].objects, tags["round-1"].selected) == (6, len(set(first.sample_ids)))
    assert (tags["round-2"].objects, tags["images"].objects) == (12, 0)
    db.combine_tags("pool", "union", ["round-1", "images"], tag="round-2", overwrite=True)
    assert rows(db, "SELECT * FROM pool.selected_objects WHERE tag = 'round-2'") == []
    images = rows(db, "SELECT DISTINCT sample_id FROM pool.tags WHERE tag IN ('round-1', 'images')")
    assert sorted(rows(db, "SELECT sample_id FROM pool.tags WHERE tag = 'round-2'")) == sorted(images)


def test_objects_of_another_task_are_no_preselected_ones(rounds):
    db, _, config, _, _ = rounds
    for table in ("pool.predictions", "sqlsel.tasks"):
        copies = f"SELECT * REPLACE ('others' AS task) FROM {table} WHERE task = 'things'"
        db.connection.execute(f"INSERT INTO {table} BY NAME {copies}")
    other = {**p.config(3, ({"type": "RANDOM"}, p.WEIGHTS)), "select_objects_of": "others"}
    with pytest.raises(UsageError, match="tag 'round-1' is put on objects of task 'things', not of 'others'"):
        db.select(other, dataset="pool", preselected="round-1")
    assert len(db.select(other, dataset="pool", preselected="images")) == 3
    pooled = db.select(config, dataset="pool", preselected="datapool")
    kept = rows(db, "SELECT DISTINCT sample_id, object_index FROM pool.selected_objects")
    assert not set(pooled.objects) & set(kept)


def test_ids_that_are_no_objects_are_refused(rounds):
    db, _, config, first, _ = rounds
    image = first.sample_ids[0]
    with pytest.raises(
        UsageError, match=r"2 ids are no objects of task 'things' in dataset 'pool', such as 's0\d\d#99'"
    ):
        db.select(config, dataset="pool", preselected=[f"{image}#99", "zebra", first.objects[0]])


def test_similarity_to_a_tag_on_objects_means_these_objects(rounds):
    db, pool, _, first, _ = rounds
    query = {"type": "EMBEDDINGS", "dataset_id": "pool", "tag_name": "round-1"}
    config = {**p.config(9, (query, {"type": "SIMILARITY"})), "select_objects_of": "things"}
    found = db.select(config, dataset="pool")
    order = tie_order(pool, 0)
    queries = vectors(pool, [(pool.ids.index(image), k) for image, k in first.objects])
    likeness = oracle.similarity(vectors(pool, order), queries)
    best = sorted(range(len(order)), key=lambda row: -likeness[row])[:9]
    assert found.objects == [(pool.ids[order[row][0]], order[row][1]) for row in best]
    assert "near the objects of tag round-1 of pool" in str(db.explain(config, dataset="pool"))


def test_everything_else_of_a_selection_works_on_objects(rounds, tmp_path):
    db, pool, config, first, _ = rounds
    told = first.summary(full=True)
    assert told["objectives"][0]["alone"]["smallest_distance"] >= told["objectives"][0]["random"]["smallest_distance"]
    assert told["coverage"]["selected"]["n"][-1] == 6
    found = db.sql(f"FROM sqlsel_select('pool', '{json.dumps(config)}')").fetchall()
    assert [(row[0], row[5]) for row in found] == first.objects
    assert first.df()["object_index"].tolist() == [place for _, place in first.objects]
    db.export("pool", "round-1", "filenames", tmp_path / "names.txt")
    assert (tmp_path / "names.txt").read_text().split() == [f"{i}.jpg" for i in dict.fromkeys(first.sample_ids)]
    db.export("pool", "round-2", "jsonl", tmp_path / "rows.jsonl")
    written = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    assert len(written) == 12
    assert [row["rank"] for row in written] == [*range(1, 7), *[None] * 6]
    for row in written:
        meant = pool.objects[pool.ids.index(row["sample_id"])][row["object_index"]]
        assert (row["category"], row["score"], row["task"]) == (meant["category"], meant["score"], "things")
