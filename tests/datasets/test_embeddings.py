"""Several embeddings in one dataset."""

import numpy as np
import pyarrow as pa
import pytest

import sqlsel
from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.datasets.embeddings import add_embedding
from sqlsel.errors import IngestError, UsageError
from sqlsel.facts import EmbeddingFacts

UNIT = np.eye(4, dtype=np.float32)


def vectors(ids, matrix):
    return pa.table({"sample_id": ids, "embedding": pa.array(list(matrix), pa.list_(pa.float32()))})


@pytest.fixture
def db():
    with sqlsel.connect() as db:
        db.ingest(vectors(["a", "b", "c"], UNIT[:3, :3]), dataset="street")
        yield db


def facts(db):
    return DatasetCatalog(db.engine).facts("street")


def test_an_embedding_is_added_beside_the_one_there_is(db):
    report = add_embedding(db.engine, "street", "clip", vectors(["b", "a"], UNIT[:2]))
    assert report.counts["embeddings/clip"] == 2
    assert not report.created
    assert facts(db).embeddings == {
        "default": EmbeddingFacts("embeddings", 3),
        "clip": EmbeddingFacts("embeddings/clip", 4, name="clip"),
    }
    assert facts(db).embedding is None
    rows = db.engine.rows('SELECT sample_id, embedding FROM street."embeddings/clip" ORDER BY sample_id')
    assert rows == [("a", (0, 1, 0, 0)), ("b", (1, 0, 0, 0))]
    assert db.engine.rows("SELECT count(*) FROM street.embeddings") == [(3,)]


def test_the_only_embedding_needs_no_name():
    with sqlsel.connect() as db:
        db.ingest(pa.table({"sample_id": ["a"], "n": [1]}), dataset="street")
        add_embedding(db.engine, "street", "clip", vectors(["a"], UNIT[:1]))
        assert facts(db).embedding == EmbeddingFacts("embeddings/clip", 4, name="clip")


def test_vectors_of_the_same_name_are_replaced(db):
    add_embedding(db.engine, "street", "clip", vectors(["a", "b"], UNIT[:2]))
    add_embedding(db.engine, "street", "clip", vectors(["b", "c"], UNIT[2:]).to_reader(max_chunksize=1))
    rows = dict(db.engine.rows('SELECT sample_id, embedding FROM street."embeddings/clip"'))
    assert rows == {"a": (1, 0, 0, 0), "b": (0, 0, 1, 0), "c": (0, 0, 0, 1)}


def test_default_is_the_name_of_the_one_without(db):
    add_embedding(db.engine, "street", "default", vectors(["a"], UNIT[1:2, :3]))
    assert db.engine.rows("SELECT embedding FROM street.embeddings WHERE sample_id = 'a'") == [((0, 1, 0),)]
    assert list(facts(db).embeddings) == ["default"]


def test_vectors_of_samples_that_are_not_there_are_told(db):
    report = add_embedding(db.engine, "street", "clip", vectors(["a", "x"], UNIT[:2]))
    (problem,) = report.problems
    assert (problem.where, "1 row left out" in problem.message) == ("embeddings/clip", True)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (" ", "' ' is no name for an embedding"),
        ("Clip", "'Clip' differs from 'clip' by case alone"),
        ("Default", "'Default' differs from 'default' by case alone"),
    ],
)
def test_names_that_cannot_be(db, name, message):
    add_embedding(db.engine, "street", "clip", vectors(["a"], UNIT[:1]))
    with pytest.raises(UsageError, match=message):
        add_embedding(db.engine, "street", name, vectors(["a"], UNIT[:1]))
    assert list(facts(db).embeddings) == ["default", "clip"]


@pytest.mark.parametrize("name", ["ViT-B/32", "mein Modell", "模型", 'a"b', "embeddings", "clip.v2"])
def test_any_other_name_will_do(db, name):
    add_embedding(db.engine, "street", name, vectors(["a"], UNIT[:1]))
    assert facts(db).embeddings[name] == EmbeddingFacts(f"embeddings/{name}", 4, name=name)


def test_another_width_is_refused_and_a_name_offered(db):
    with pytest.raises(IngestError, match=r"the vectors of dataset 'street' have 3 numbers, .* 4") as refused:
        add_embedding(db.engine, "street", "default", vectors(["a"], UNIT[:1]))
    assert "a name of their own" in refused.value.hint
    add_embedding(db.engine, "street", "clip", vectors(["a"], UNIT[:1]))
    with pytest.raises(IngestError, match=r"the vectors of embedding 'clip' of dataset 'street' have 4 numbers, .* 3"):
        add_embedding(db.engine, "street", "clip", vectors(["a"], UNIT[:1, :3]))


def test_unusable_vectors_are_named_and_nothing_is_stored(db):
    broken = np.array([[0, 0, 0, 0], [np.nan, 1, 0, 0]], np.float32)
    with pytest.raises(IngestError) as refused:
        add_embedding(db.engine, "street", "clip", vectors(["a", "b"], broken))
    assert [problem.where for problem in refused.value.problems] == ["embedding 'clip'"] * 2
    assert list(facts(db).embeddings) == ["default"]


def test_the_dataset_has_to_exist(db):
    with pytest.raises(UsageError, match="no dataset 'stret'"):
        add_embedding(db.engine, "stret", "clip", vectors(["a"], UNIT[:1]))
