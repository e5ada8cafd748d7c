"""Selections from datasets with several embeddings: each objective looks at the one it names."""

import json

import numpy as np
import pyarrow as pa
import pytest

import sqlsel
from sqlsel.errors import ConfigError
from sqlsel.kernels import Diversity, Weights
from tests import pool as p
from tests.kernels import oracle

WIDE = 9


def lists(matrix):
    return pa.array(matrix.tolist(), pa.list_(pa.float32()))


class Both:
    """A pool with a second embedding, of another width."""

    def __init__(self, count, seed):
        self.pool = p.make_pool(count, seed)
        self.order = self.pool.tie_order()
        self.wide = p.unit(np.random.default_rng(seed + 100).standard_normal((count, WIDE)))

    def table(self):
        return self.pool.table().append_column("wide", lists(self.wide))

    def ingest(self, db, dataset="pool"):
        db.ingest(self.table(), dataset=dataset, embedding={"narrow": "embedding", "wide": "wide"}, **p.MAPPING)

    def picks(self, objectives, n):
        everyone, nobody = np.ones(len(self.order), bool), np.zeros(len(self.order), bool)
        rows, *_ = oracle.select(objectives, n, everyone, nobody)
        return [self.pool.ids[self.order[row]] for row in rows]


def by(name, **more):
    return {**p.EMBEDDINGS, "embedding": name, **more}


@pytest.fixture
def both():
    return Both(40, 3)


@pytest.fixture
def db(both):
    with sqlsel.connect() as db:
        both.ingest(db)
        yield db


def test_each_by_its_name(db, both):
    for name, matrix in (("narrow", both.pool.vectors), ("wide", both.wide)):
        found = db.select(p.config(12, (by(name), p.DIVERSITY)), dataset="pool")
        assert found.sample_ids == both.picks([Diversity("d", matrix[both.order])], 12)
        (objective,) = found.summary()["objectives"]
        assert (objective["name"], objective["embedding"]) == (f"diversity:{name}", name)
        assert f"far from each other, by embedding {name}" in str(found)


def test_two_at_once(db, both):
    config = p.config(
        10, (by("narrow"), p.DIVERSITY), (by("wide"), p.DIVERSITY), (by("wide"), {**p.TYPICALITY, "strength": 2.0})
    )
    found = db.select(config, dataset="pool")
    wide = both.wide[both.order]
    objectives = [
        Diversity("a", both.pool.vectors[both.order]),
        Diversity("b", wide),
        Weights("c", oracle.typicality(wide, 5), 2.0),
    ]
    assert found.sample_ids == both.picks(objectives, 10)
    assert [step.vectors.facts.name for step in db.explain(config, dataset="pool").plan.inputs] == ["narrow", "wide"]
    coverage = found.summary(full=True)["coverage"]
    assert coverage["embedding"] == "narrow"


def test_samples_that_lack_the_named_one_are_left_out(db, both):
    some = pa.table({"sample_id": both.pool.ids[:30], "embedding": lists(both.wide[:30])})
    db.add_embedding(some, dataset="pool", name="partial")
    found = db.select(p.config(40, (by("partial"), p.DIVERSITY)), dataset="pool")
    assert set(found.sample_ids) == set(both.pool.ids[:30])
    assert found.summary()["left_out"]["missing"] == [{"input": "embedding partial", "count": 10}]
    assert len(db.select(p.config(40, (by("wide"), p.DIVERSITY)), dataset="pool")) == 40


def test_similarity_looks_at_the_embedding_of_the_same_name(db, both):
    queries = Both(7, 8)
    queries.ingest(db, "failures")
    for name, mine, theirs in (
        ("narrow", both.pool.vectors, queries.pool.vectors),
        ("wide", both.wide, queries.wide),
    ):
        found = db.select(p.config(9, (by(name, dataset_id="failures"), {"type": "SIMILARITY"})), dataset="pool")
        weights = oracle.similarity(mine[both.order], theirs)
        assert found.sample_ids == both.picks([Weights("s", weights)], 9)
    with pytest.raises(ConfigError, match="dataset 'pool' has several embeddings"):
        db.select(p.config(9, ({**p.EMBEDDINGS, "dataset_id": "failures"}, {"type": "SIMILARITY"})), dataset="pool")


def test_one_shot(both):
    queries = p.unit(np.random.default_rng(1).standard_normal((4, WIDE)))
    config = p.config(
        6, (by("wide", dataset_id="seen"), {"type": "SIMILARITY"}), (by("narrow"), {**p.DIVERSITY, "strength": 0.5})
    )
    columns = {"narrow": "embedding", "wide": "wide"}
    found = sqlsel.select(both.table(), config, embedding=columns, queries={"seen": queries}, **p.MAPPING)
    objectives = [
        Weights("s", oracle.similarity(both.wide[both.order], queries)),
        Diversity("d", both.pool.vectors[both.order], 0.5),
    ]
    assert found.sample_ids == both.picks(objectives, 6)
    again = sqlsel.select(both.table(), config, embedding=columns, queries={"seen": Both(4, 5).table()}, **p.MAPPING)
    assert len(again) == 6


def test_in_sql(db, both):
    config = json.dumps(p.config(5, (by("wide"), p.DIVERSITY)))
    rows = db.sql(f"SELECT sample_id FROM sqlsel_select('pool', '{config}') ORDER BY rank").fetchall()
    assert [name for (name,) in rows] == both.picks([Diversity("d", both.wide[both.order])], 5)
