"""Selecting again and again: the datapool, tags that grow, and candidates that are new or of a tag."""

import datetime as dt
import json

import numpy as np
import pytest

from sqlsel.datasets.tags import read_tag
from sqlsel.errors import SelectionError, UsageError
from tests import pool as p

DIVERSE = p.config(5, (p.EMBEDDINGS, p.DIVERSITY))
BRIGHT = p.config(5, (p.BRIGHTNESS, p.WEIGHTS))


@pytest.fixture
def pool():
    return p.make_pool(40, 7)


@pytest.fixture
def street(db, pool):
    """The first 25 samples; ``more`` brings the others."""
    db.ingest(pool.table(range(25)), dataset="street", **p.MAPPING)
    return db


def more(db, pool):
    db.ingest(pool.table(), dataset="street", **p.MAPPING)


def test_three_rounds_on_the_datapool_are_one_selection(street):
    whole = street.select({**DIVERSE, "n_samples": 15}, dataset="street").sample_ids
    rounds = []
    for number in (1, 2, 3):
        selection = street.select(DIVERSE, dataset="street", preselected="datapool", tag=f"round-{number}")
        assert (len(selection), selection.summary()["preselected"]) == (5, len(rounds))
        rounds += selection.sample_ids
    assert rounds == whole
    assert [(tag.selected, tag.preselected) for tag in street.tags("street")] == [(5, 0), (5, 5), (5, 10)]


def test_a_tag_grows_round_by_round(street):
    picks = [
        street.select(DIVERSE, dataset="street", preselected=before, tag="pool").sample_ids
        for before in (None, "pool", "pool")
    ]
    tag = read_tag(street.engine, "street", "pool").to_pydict()
    assert tag["sample_id"] == picks[2] + sorted(picks[0] + picks[1])
    assert tag["rank"] == [1, 2, 3, 4, 5, *[None] * 10]
    kept = street.engine.rows("SELECT sample_id, rank FROM street.selections")
    assert sorted(kept) == sorted((name, rank) for each in picks for rank, name in enumerate(each, start=1))
    with pytest.raises(UsageError, match="exists already"):
        street.select(DIVERSE, dataset="street", tag="pool")
    with pytest.raises(UsageError, match="exists already"):
        street.select(DIVERSE, dataset="street", preselected="datapool", tag="pool")


def test_the_datapool_holds_what_tags_of_selections_hold(street, pool):
    street.select(BRIGHT, dataset="street")
    assert street.select(BRIGHT, dataset="street", preselected="datapool").summary()["preselected"] == 0
    street.select(BRIGHT, dataset="street", preselected=["s000", "s001"], tag="one")
    pooled = read_tag(street.engine, "street", "datapool").to_pydict()
    assert pooled["sample_id"] == sorted(read_tag(street.engine, "street", "one").column("sample_id").to_pylist())
    assert set(pooled["rank"]) == {None}
    again = street.select(BRIGHT, dataset="street", preselected="datapool", tag="two")
    assert not set(again.sample_ids) & set(pooled["sample_id"])
    street.select(DIVERSE, dataset="street", tag="two", overwrite=True)
    assert not set(again.sample_ids) <= set(
        read_tag(street.engine, "street", "datapool").column("sample_id").to_pylist()
    )


def test_only_what_came_since_the_last_round(street, pool):
    old, new = pool.ids[:25], pool.ids[25:]
    first = street.select(BRIGHT, dataset="street", preselected="datapool", since="datapool", tag="one")
    assert set(first.sample_ids) <= set(old)
    with pytest.raises(SelectionError, match="no samples were added after"):
        street.select(BRIGHT, dataset="street", preselected="datapool", since="datapool", tag="two")
    more(street, pool)
    second = street.select(BRIGHT, dataset="street", preselected="datapool", since="datapool", tag="two")
    brightest = sorted(new, key=lambda name: -pool.brightness[pool.ids.index(name)])
    assert set(second.sample_ids) == set(brightest[:5])
    told = second.summary()
    assert (told["candidates"], told["left_out"]["where"]) == (15, 20)
    assert "left out: 20 that are not added after the latest selection" in " ".join(str(second).split())
    later = street.select(BRIGHT, dataset="street", since="one").sample_ids
    assert later == street.select(BRIGHT, dataset="street", candidates=new).sample_ids
    with pytest.raises(SelectionError, match="nothing to select from"):
        street.select(BRIGHT, dataset="street", since="two")


def test_moments_are_told_by_text_or_value(street, pool):
    now = dt.datetime.now(dt.UTC)
    more(street, pool)
    both = {
        street.select(BRIGHT, dataset="street", since=when).summary()["candidates"] for when in (now, now.isoformat())
    }
    assert both == {15}
    zone = dt.timezone(dt.timedelta(hours=5))
    assert street.select(BRIGHT, dataset="street", since=now.astimezone(zone)).summary()["candidates"] == 15
    assert street.select(BRIGHT, dataset="street", since="2020-01-31").summary()["candidates"] == 40
    with pytest.raises(SelectionError, match="0 added after 2999-01-31"):
        street.select(BRIGHT, dataset="street", since="2999-01-31")


def test_updating_a_sample_does_not_make_it_new(street, pool):
    street.select(BRIGHT, dataset="street", tag="one")
    street.ingest(pool.table(range(25)), dataset="street", **p.MAPPING)
    with pytest.raises(SelectionError, match="no samples were added"):
        street.select(BRIGHT, dataset="street", since="one")
    assert street.engine.rows("SELECT count(*) FROM street.samples") == [(25,)]


def test_candidates_of_a_tag_or_by_ids(street, pool):
    first = street.select(BRIGHT, dataset="street", tag="one")
    street.combine_tags("street", "DIFFERENCE", ["initial-tag", "one"], tag="rest")
    of_tag = street.select(DIVERSE, dataset="street", candidates="rest")
    by_ids = street.select(
        DIVERSE, dataset="street", candidates=[name for name in pool.ids[:25] if name not in first.sample_ids]
    )
    assert of_tag.sample_ids == by_ids.sample_ids
    assert not set(of_tag.sample_ids) & set(first.sample_ids)
    assert of_tag.summary()["left_out"]["conditions"] == ["of tag rest"]
    assert by_ids.summary()["left_out"]["conditions"] == ["among 20 given samples"]
    both = street.select(DIVERSE, dataset="street", candidates="rest", preselected="one")
    assert (both.summary()["preselected"], both.summary()["candidates"]) == (5, 20)
    assert not set(both.sample_ids) & set(first.sample_ids)


def test_in_sql_too(street, pool):
    street.select(BRIGHT, dataset="street", tag="one")
    more(street, pool)
    text = json.dumps(DIVERSE)
    found = street.sql(
        f"SELECT sample_id FROM sqlsel_select('street', '{text}', preselected := 'datapool', since := 'one', "
        "candidates := 'initial-tag')"
    ).fetchall()
    expected = street.select(DIVERSE, dataset="street", preselected="datapool", since="one")
    assert [name for (name,) in found] == expected.sample_ids


def test_the_plan_says_so_in_words_and_sql(street, pool):
    street.select(BRIGHT, dataset="street", tag="one")
    more(street, pool)
    explained = street.explain(DIVERSE, dataset="street", preselected="datapool", since="one", candidates="one")
    text = " ".join(str(explained).split())
    assert "start from the preselected samples of tag datapool" in text
    assert "keep candidates of tag one" in text
    assert "keep candidates added after tag one was selected (20" in text
    for dialect in ("duckdb", "spark"):
        assert "arrivals" in explained.sql(dialect)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"since": "yesterday"}, ["since 'yesterday' is neither a tag of dataset 'street' nor a moment", "'one'"]),
        ({"since": "by hand"}, ["no selection made this tag", "2026-01-31T18:30"]),
        ({"candidates": "on"}, ["no tag 'on'", "did you mean 'one'?"]),
        ({"candidates": ["s001", "x", 7]}, ["candidates: 2 ids are no samples", "'7', 'x'"]),
    ],
)
def test_what_does_not_exist_is_refused(street, asked, words):
    street.select(BRIGHT, dataset="street", tag="one")
    street.engine.execute("INSERT INTO street.tags VALUES ('by hand', 's004', 1)")
    with pytest.raises(UsageError) as refusal:
        street.select(DIVERSE, dataset="street", **asked)
    assert all(word in str(refusal.value) for word in words), str(refusal.value)


def test_similarity_to_the_datapool(street, pool):
    street.select(BRIGHT, dataset="street", tag="one")
    source = {"type": "EMBEDDINGS", "dataset_id": "street", "tag_name": "datapool"}
    near = p.config(5, (source, {"type": "SIMILARITY"}))
    selection = street.select(near, dataset="street")
    assert np.isclose(selection.to_arrow().column("gain").to_pylist(), 1).all()


def test_candidates_where_objects_are_the_samples(street, pool):
    objects = {**p.config(6, (p.EMBEDDINGS, p.DIVERSITY)), "select_objects_of": "things"}
    first = street.select(objects, dataset="street", tag="found")
    again = street.select(objects, dataset="street", candidates="found")
    assert set(again.to_arrow().select(["sample_id", "object_index"]).to_pylist()[0]) == {"sample_id", "object_index"}
    pairs = [set(zip(*each.to_arrow().select([0, 1]).to_pydict().values(), strict=True)) for each in (first, again)]
    assert pairs[0] == pairs[1]
    street.select(BRIGHT, dataset="street", tag="bright")
    bright = set(read_tag(street.engine, "street", "bright").column("sample_id").to_pylist())
    assert set(street.select(objects, dataset="street", candidates="bright").sample_ids) <= bright
