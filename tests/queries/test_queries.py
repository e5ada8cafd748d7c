"""SIMILARITY to queries from elsewhere: a file, given samples, another dataset or database, an id of Lightly's."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sqlsel
from sqlsel.errors import ConfigError, DatabaseError, IngestError, UsageError
from tests import pool as p
from tests.cli.conftest import sqlsel as command

HEX = "0123456789abcdef01234567"
SIMILARITY = {"type": "SIMILARITY"}


def near(n=8, **where):
    return p.config(n, ({"type": "EMBEDDINGS", **where}, SIMILARITY))


def oracle(vectors, queries):
    """exp(-d / mean d) of each vector, d to the nearest query."""
    wide, asked = vectors.astype(np.float64), queries.astype(np.float64)
    nearest = np.sqrt(((wide[:, None] - asked[None]) ** 2).sum(axis=2)).min(axis=1)
    return np.exp(-nearest / nearest.mean())


def check(selection, pool, queries):
    """The selection is the nearest, by the definition."""
    weights = oracle(pool.vectors, queries)
    order = sorted(range(len(weights)), key=lambda i: (-weights[i], pool.tie_order().index(i)))
    assert selection.sample_ids == [pool.ids[i] for i in order[: len(selection)]]
    gains = selection.to_arrow().column("gain").to_pylist()
    assert np.allclose(gains, weights[order[: len(selection)]], rtol=0, atol=1e-12)


def failures(seed=5, count=7):
    rng = np.random.default_rng(seed)
    return p.unit(rng.standard_normal((count, p.WIDTH)))


def fill(db, pool):
    db.ingest(pool.table(), dataset="street", **p.MAPPING)


@pytest.fixture
def pool():
    return p.make_pool(30, 3)


@pytest.fixture
def street(db, pool):
    fill(db, pool)
    return db


def vectors_table(vectors, **more):
    return pa.table({**more, "embedding": pa.array(vectors.tolist(), pa.list_(pa.float32()))})


def write(vectors, path):
    """The vectors in a file of the format that its name says."""
    if path.suffix == ".npy":
        np.save(path, vectors)
    elif path.suffix == ".parquet":
        pq.write_table(vectors_table(vectors, file_name=[f"{i}.jpg" for i in range(len(vectors))]), path)
    elif path.suffix == ".csv":
        header = ",".join(["filenames", *(f"embedding_{i}" for i in range(vectors.shape[1]))])
        rows = [",".join([f"{i}.jpg", *map(repr, row)]) for i, row in enumerate(vectors.astype(float).tolist())]
        path.write_text("\n".join([header, *rows]))
    else:
        path.write_text("\n".join(json.dumps({"embedding": row}) for row in vectors.astype(float).tolist()))


@pytest.mark.parametrize("name", ["failures.npy", "failures.parquet", "failures.csv", "failures.jsonl"])
@pytest.mark.parametrize("scale", [1, 3.5])
def test_a_file_of_vectors_is_brought_to_unit_length_as_the_samples_are(street, pool, tmp_path, name, scale):
    write(failures() * np.float32(scale), tmp_path / name)
    selection = street.select(near(query_file=str(tmp_path / name)), dataset="street")
    if scale == 1:
        check(selection, pool, failures())
    again = p.unit(failures() * np.float32(scale))
    check(selection, pool, again)
    told = selection.summary()["objectives"][0]
    assert told["name"] == f"similarity:{name}"
    assert told["asked"] == f"near the vectors of {tmp_path / name}"


def test_vectors_that_were_not_brought_to_unit_length_are_compared_as_they_are(db, tmp_path):
    rng = np.random.default_rng(1)
    vectors, queries = rng.standard_normal((20, 4)).astype(np.float32), rng.standard_normal((3, 4)).astype(np.float32)
    db.ingest(vectors_table(vectors), dataset="raw", normalize=False)
    np.save(tmp_path / "queries.npy", queries)
    selection = db.select(near(query_file=str(tmp_path / "queries.npy")), dataset="raw", seed=None)
    weights = oracle(vectors, queries)
    assert selection.sample_ids == np.argsort(-weights, kind="stable")[:8].tolist()
    assert np.allclose(selection.to_arrow().column("gain").to_pylist(), np.sort(weights)[::-1][:8], rtol=0, atol=1e-12)


def test_a_relative_path_starts_at_the_folder_of_the_config(street, pool, tmp_path, monkeypatch):
    folder = tmp_path / "configs"
    (folder / "vectors").mkdir(parents=True)
    write(failures(), folder / "vectors" / "failures.npy")
    (folder / "near.json").write_text(json.dumps(near(query_file="vectors/failures.npy")))
    monkeypatch.chdir(tmp_path)
    check(street.select("configs/near.json", dataset="street", tag="kept"), pool, failures())
    kept = json.loads(street.engine.rows("SELECT config FROM sqlsel.runs")[0][0])
    whole = str(folder / "vectors" / "failures.npy")
    assert kept["strategies"][0]["input"]["query_file"] == whole
    with pytest.raises(ConfigError, match="there is no file"):
        street.select(near(query_file="vectors/failures.npy"), dataset="street")
    monkeypatch.chdir(folder)
    check(street.select(near(query_file="vectors/failures.npy"), dataset="street"), pool, failures())
    check(street.select((folder / "near.json").read_text(), dataset="street"), pool, failures())


def test_given_samples_of_the_dataset_itself(street, pool):
    selection = street.select(near(query_sample_ids=["s003", "s007"]), dataset="street", preselected=["s003", "s007"])
    assert not {"s003", "s007"} & set(selection.sample_ids)
    check(street.select(near(query_sample_ids=["s003", "s007"]), dataset="street"), pool, pool.vectors[[3, 7]])
    assert selection.summary()["objectives"][0]["asked"] == "near 2 given samples of street"


def test_ids_that_are_numbers(db):
    rng = np.random.default_rng(2)
    vectors = p.unit(rng.standard_normal((20, 4)))
    db.ingest(vectors_table(vectors, sample_id=list(range(20))), dataset="numbers")
    for ids in ([4], ["4"]):
        assert db.select(near(1, query_sample_ids=ids), dataset="numbers").sample_ids == [4]


def test_given_samples_of_another_dataset_and_its_tags(street, pool):
    street.ingest(vectors_table(failures(), sample_id=[f"f{i}" for i in range(7)]), dataset="failures")
    street.select(p.config(2, (p.EMBEDDINGS, p.DIVERSITY)), dataset="failures", tag="worst")
    worst = street.select(p.config(2, (p.EMBEDDINGS, p.DIVERSITY)), dataset="failures").sample_ids
    ids = street.select(near(dataset_id="failures", query_sample_ids=worst), dataset="street")
    tagged = street.select(near(dataset_id="failures", tag_name="worst"), dataset="street")
    check(ids, pool, failures()[[int(name[1:]) for name in worst]])
    assert tagged.sample_ids == ids.sample_ids
    assert [each.summary()["objectives"][0]["name"] for each in (ids, tagged)] == [
        "similarity:failures/samples",
        "similarity:failures",
    ]
    assert tagged.summary()["objectives"][0]["asked"] == "near the samples of tag worst of failures"


def test_objects_are_compared_with_a_file_too(street, pool, tmp_path):
    write(failures(), tmp_path / "crops.npy")
    source = {"type": "EMBEDDINGS", "task": "things", "query_file": str(tmp_path / "crops.npy")}
    selection = street.select(p.config(5, (source, SIMILARITY)), dataset="street")
    objects = [(i, each["embedding"]) for i in range(30) for each in pool.objects[i] or []]
    weights = oracle(np.array([vector for _, vector in objects], np.float32), failures())
    best = [max([w for (i, _), w in zip(objects, weights, strict=True) if i == row], default=0) for row in range(30)]
    assert selection.sample_ids == [pool.ids[i] for i in np.argsort(-np.array(best), kind="stable")[:5]]


@pytest.fixture
def other(tmp_path):
    path = tmp_path / "other.duckdb"
    with sqlsel.connect(path) as db:
        db.ingest(vectors_table(failures(), sample_id=[f"f{i}" for i in range(7)]), dataset="failures")
        db.select(p.config(2, (p.EMBEDDINGS, p.DIVERSITY)), dataset="failures", tag="worst")
        db.record_lightly_id("failures", HEX)
    return path


def test_a_dataset_of_an_attached_database(street, pool, other):
    assert street.attach(other) == "other"
    selection = street.select(near(dataset_id="other.failures"), dataset="street")
    check(selection, pool, failures())
    assert selection.summary()["objectives"][0]["asked"] == "near the samples of tag initial-tag of other.failures"
    tagged = street.select(near(dataset_id="other.failures", tag_name="worst"), dataset="street")
    assert len(tagged) == 8
    check(street.select(near(dataset_id=f"other.{HEX}"), dataset="street"), pool, failures())
    check(
        street.select(near(dataset_id="other.failures", query_sample_ids=["f2"]), dataset="street"),
        pool,
        failures()[[2]],
    )
    explained = street.explain(near(dataset_id="other.failures"), dataset="street")
    assert '"other"."failures"."embeddings"' in explained.sql()
    assert "near the samples of tag initial-tag of other.failures" in " ".join(str(explained).split())
    with pytest.raises(ConfigError, match=r"there is: .street., .other[.]failures."):
        street.select(near(dataset_id="other.failres"), dataset="street")


def test_attaching_by_another_name_or_in_vain(street, other, tmp_path):
    assert street.attach(other, "elsewhere") == "elsewhere"
    assert street.select(near(dataset_id="elsewhere.failures"), dataset="street").summary()["selected"] == 8
    with pytest.raises(UsageError, match="the name is taken"):
        street.attach(other, "elsewhere")
    with pytest.raises(UsageError, match="no such database"):
        street.attach(tmp_path / "nothing.duckdb")
    (tmp_path / "text.duckdb").write_text("this is no database" * 300)
    with pytest.raises(DatabaseError, match="cannot be attached"):
        street.attach(tmp_path / "text.duckdb")


def test_an_id_of_lightlys(street, pool):
    street.ingest(vectors_table(failures()), dataset="failures")
    with pytest.raises(ConfigError) as refusal:
        street.select(near(dataset_id=HEX), dataset="street")
    assert f"--lightly-dataset-id {HEX}" in str(refusal.value)
    street.record_lightly_id("failures", HEX)
    selection = street.select(near(dataset_id=HEX, tag_name="initial-tag"), dataset="street")
    check(selection, pool, failures())
    assert selection.summary()["objectives"][0]["asked"] == "near the samples of tag initial-tag of failures"
    with pytest.raises(UsageError, match="recorded for dataset 'failures'"):
        street.record_lightly_id("street", HEX)
    with pytest.raises(UsageError, match="24 hex digits"):
        street.record_lightly_id("street", HEX.upper())
    with pytest.raises(UsageError, match="no dataset 'strret'"):
        street.record_lightly_id("strret", HEX)


def bad(name, tmp_path):
    """A file that cannot be used."""
    path = tmp_path / name
    if name == "wide.npy":
        np.save(path, np.ones((3, p.WIDTH + 1), np.float32))
    if name == "good.npy":
        np.save(path, failures())
    if name == "text.parquet":
        pq.write_table(pa.table({"a": ["x"], "b": [1]}), path)
    if name == "none.parquet":
        pq.write_table(pa.table({"embedding": pa.array([None], pa.list_(pa.float32()))}), path)
    if name == "words.txt":
        path.write_text("x")
    return str(path)


@pytest.mark.parametrize(
    ("where", "place", "words"),
    [
        ({}, "input", ["missing 'dataset_id'", "'query_sample_ids' or 'query_file'"]),
        ({"query_file": "wide.npy"}, "input.query_file", ["have 7 numbers, those of 'street' 6", "same model"]),
        ({"query_file": "text.parquet"}, "input.query_file", ["no column with vectors, but 'a', 'b'"]),
        ({"query_file": "none.parquet"}, "input.query_file", ["holds no vectors"]),
        ({"query_file": "gone.npy"}, "input.query_file", ["there is no file"]),
        ({"query_file": "words.txt"}, "input.query_file", ["words.txt"]),
        ({"query_file": 5}, "input.query_file", ["must be text, not 5"]),
        ({"query_file": "good.npy", "dataset_id": "street"}, "input.dataset_id", ["does not go with 'query_file'"]),
        (
            {"query_sample_ids": ["s001"], "tag_name": "initial-tag"},
            "input.tag_name",
            ["does not go with 'query_sample_ids'"],
        ),
        ({"query_sample_ids": []}, "input.query_sample_ids", ["must not be empty"]),
        ({"query_sample_ids": ["s001", "s1", "s2"]}, "input.query_sample_ids", ["2 of 3 ids", "'street': 's1', 's2'"]),
        ({"query_sample_ids": ["s001", 1.5]}, "input.query_sample_ids[1]", ["must be text, not 1.5"]),
        ({"dataset_id": HEX}, "input.dataset_id", ["no dataset is known by Lightly's id"]),
    ],
)
def test_what_cannot_be_used_is_told_with_its_place(street, tmp_path, where, place, words):
    if isinstance(where.get("query_file"), str):
        where = {**where, "query_file": bad(where["query_file"], tmp_path)}
    (problem,) = (each for each in sqlsel.validate(near(**where), street, "street") if each.severity == "error")
    assert problem.where == f"strategies[0].{place}"
    assert all(word in problem.message for word in words), problem.message


def test_they_belong_to_similarity(street):
    source = p.config(3, ({"type": "EMBEDDINGS", "query_file": "x.npy"}, p.DIVERSITY))
    assert "'query_file' belongs to SIMILARITY, not to DIVERSITY" in str(sqlsel.validate(source)[0])


def test_bad_vectors_of_a_file_are_named(street, tmp_path):
    vectors = failures()
    vectors[2, 1] = np.nan
    vectors[4] = 0
    np.save(tmp_path / "queries.npy", vectors)
    with pytest.raises(IngestError) as refusal:
        street.select(near(query_file=str(tmp_path / "queries.npy")), dataset="street")
    text = str(refusal.value)
    assert "queries.npy: some vectors of the queries cannot be used" in text
    assert "NaN: 1 row, 3 (row 3)" in text
    assert "all numbers are 0: 1 row, 5 (row 5)" in text


def test_on_the_command_line(tmp_path, other, pool):
    database = tmp_path / "here.duckdb"
    with sqlsel.connect(database) as db:
        fill(db, pool)
    on = ("--db", database, "--dataset", "street")
    (tmp_path / "near.json").write_text(json.dumps(near(dataset_id="other.failures")))
    config = tmp_path / "near.json"
    for words in (("select",), ("explain",), ("validate",)):
        assert command(*words, config, *on).code == 2
        assert command(*words, config, *on, "--attach", other).code == 0
    (tmp_path / "near.json").write_text(json.dumps(near(dataset_id="it.failures")))
    assert command("select", config, *on, "--attach", f"it={other}").code == 0
    np.save(tmp_path / "failures.npy", failures())
    (tmp_path / "near.json").write_text(json.dumps(near(query_file="failures.npy")))
    outcome = command("explain", config, *on)
    assert f"near the vectors of {tmp_path / 'failures.npy'}" in " ".join(outcome.out.split())
    assert command("explain", config, *on, "--dialect", "spark").code == 0
    ingested = ("ingest", tmp_path / "failures.npy", "--db", database, "--dataset", "failures")
    assert command(*ingested, "--lightly-dataset-id", "xyz").code == 2
    assert command(*ingested, "--lightly-dataset-id", HEX).code == 0
    (tmp_path / "near.json").write_text(json.dumps(near(dataset_id=HEX)))
    assert command("select", config, *on).code == 0


def test_in_sql(street, pool, tmp_path):
    np.save(tmp_path / "failures.npy", failures())
    text = json.dumps(near(query_file=str(tmp_path / "failures.npy")))
    rows = street.sql(f"SELECT sample_id FROM sqlsel_select('street', '{text}')").fetchall()
    assert [name for (name,) in rows] == street.select(text, dataset="street").sample_ids
