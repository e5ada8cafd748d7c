"""Vectors of objects from a file of their own, for a dataset that exists."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest

import sqlsel
from sqlsel.errors import IngestError, UsageError
from tests import pool as p
from tests.cli.conftest import sqlsel as run

WIDTH = 4


@pytest.fixture
def pool():
    return p.make_pool(12, 3)


@pytest.fixture
def db(pool):
    with sqlsel.connect() as opened:
        opened.ingest(without_vectors(pool), dataset="pool", **p.MAPPING)
        yield opened


def without_vectors(pool):
    objects = [[{**each, "embedding": None} for each in found] for found in pool.objects]
    stripped = p.Pool(pool.ids, pool.vectors, pool.brightness, pool.weather, pool.score, pool.probabilities, objects)
    table = stripped.table()
    plain = pa.list_(
        pa.struct([field for field in table.schema.field("things").type.value_type if field.name != "embedding"])
    )
    things = pa.array(
        [[{k: v for k, v in each.items() if k != "embedding"} for each in found] for found in objects], plain
    )
    return table.set_column(table.schema.get_field_index("things"), "things", things)


def rows_of(pool):
    return [(i, k) for i, found in enumerate(pool.objects) for k in range(len(found))]


def vectors_of(pool):
    rng = np.random.default_rng(9)
    return p.unit(rng.standard_normal((len(rows_of(pool)), WIDTH)))


def table_of(pool, **more):
    rows = rows_of(pool)
    return pa.table(
        {
            "file_name": [f"{pool.ids[i]}.jpg" for i, _ in rows],
            "object_index": [k for _, k in rows],
            "embedding": pa.array(vectors_of(pool).tolist(), pa.list_(pa.float32())),
            **more,
        }
    )


def stored(db, task="things"):
    query = f'SELECT sample_id, object_index, embedding FROM pool."object_embeddings/{task}" ORDER BY ALL'
    return db.connection.execute(query).fetchall()


def check_stored(db, pool):
    found = stored(db)
    assert [(image, place) for image, place, _ in found] == [(pool.ids[i], k) for i, k in rows_of(pool)]
    np.testing.assert_allclose([vector for *_, vector in found], vectors_of(pool), rtol=1e-6)


def write(kind, pool, folder):
    import pyarrow.parquet as pq

    path, table = folder / f"objects.{kind}", table_of(pool)
    if kind == "parquet":
        pq.write_table(table, path)
    elif kind == "npz":
        np.savez(
            path,
            file_name=np.array(table.column("file_name").to_pylist()),
            object_index=np.array(table.column("object_index")),
            embedding=vectors_of(pool),
        )
    elif kind == "csv":
        lines = ["file_name,object_index,embedding"]
        lines += [f'{r["file_name"]},{r["object_index"]},"{r["embedding"]}"' for r in table.to_pylist()]
        path.write_text("\n".join(lines) + "\n")
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in table.to_pylist()))
    return path


@pytest.mark.parametrize("kind", ["parquet", "npz", "csv", "jsonl"])
def test_a_file_of_each_kind(db, pool, tmp_path, kind):
    report = db.add_object_embeddings(write(kind, pool, tmp_path), dataset="pool", task="things")
    assert report.problems == ()
    check_stored(db, pool)
    config = {**p.config(5, ({"type": "EMBEDDINGS"}, p.DIVERSITY)), "select_objects_of": "things"}
    assert len(db.select(config, dataset="pool")) == 5
    assert len(db.select(p.config(5, (p.OBJECTS, p.DIVERSITY)), dataset="pool")) == 5


def test_rows_named_by_sample_id_and_by_task(db, pool):
    rows = rows_of(pool)
    table = table_of(pool, task=["things"] * len(rows), key=[pool.ids[i] for i, _ in rows])
    db.add_object_embeddings(table, dataset="pool", id="key")
    check_stored(db, pool)
    db.add_object_embeddings(
        table.rename_columns(["name", "object_index", "embedding", "task", "sample_id"]), dataset="pool"
    )
    check_stored(db, pool)


def test_a_task_without_predictions_has_the_objects_of_the_file(db, pool):
    db.add_object_embeddings(table_of(pool), dataset="pool", task="tiles")
    config = {**p.config(100, ({"type": "EMBEDDINGS"}, p.DIVERSITY)), "select_objects_of": "tiles"}
    found = db.select(config, dataset="pool")
    assert sorted(found.objects) == [(pool.ids[i], k) for i, k in rows_of(pool)]
    assert db.explain(
        {
            **config,
            "strategies": p.config(
                1, ({"type": "METADATA", "key": "object.image"}, {"type": "BALANCE", "distribution": "UNIFORM"})
            )["strategies"],
        },
        dataset="pool",
    )


def test_rows_that_belong_to_nothing_are_left_out_and_told(db, pool):
    strange = pa.table(
        {
            "file_name": ["zebra.jpg", f"{pool.ids[0]}.jpg"],
            "object_index": [0, 99],
            "embedding": pa.array([[1.0, 0, 0, 0]] * 2, pa.list_(pa.float32())),
        }
    )
    report = db.add_object_embeddings(pa.concat_tables([table_of(pool), strange]), dataset="pool", task="things")
    assert [str(problem) for problem in report.problems] == [
        "object embeddings of things: 1 row left out, as the dataset has no such samples: 'zebra.jpg#0'",
        "object embeddings of things: 1 row left out, as task 'things' has no such objects: 's000.jpg#99'",
    ]
    check_stored(db, pool)


def column(name, values):
    return lambda table: table.set_column(table.schema.get_field_index(name), name, pa.array(values(table)))


@pytest.mark.parametrize(
    ("change", "task", "kind", "parts"),
    [
        (
            lambda t: t.drop_columns(["object_index"]),
            "things",
            IngestError,
            ["there is no column object_index", "'file_name'"],
        ),
        (lambda t: t.drop_columns(["file_name"]), "things", IngestError, ["there is no column file_name or sample_id"]),
        (lambda t: t.drop_columns(["embedding"]), "things", IngestError, ["there is no column embedding"]),
        (
            column("object_index", lambda t: [0.5] * len(t)),
            "things",
            IngestError,
            ["of type DOUBLE, not a whole number"],
        ),
        (
            column("object_index", lambda t: [-1, *[0] * (len(t) - 1)]),
            "things",
            IngestError,
            ["NULL or negative in 1 row"],
        ),
        (column("file_name", lambda t: ["x"] * len(t)), "things", IngestError, ["none of the", "such as 's000#0'"]),
        (column("object_index", lambda t: [50] * len(t)), "things", IngestError, ["no such objects", "'s000.jpg#50'"]),
        (lambda t: t, None, UsageError, ["nothing says of which task", "name it with --task", "'things'"]),
        (
            lambda t: t.append_column("task", pa.array(["a"] * len(t))),
            "b",
            UsageError,
            ["has no rows of task 'b'", "'a'"],
        ),
        (lambda t: pa.concat_tables([t, t]), "things", IngestError, ["vectors twice", "more than one vector"]),
        (
            column("embedding", lambda t: [[0.0] * 4] * len(t)),
            "things",
            IngestError,
            ["all numbers are 0", "task 'things'"],
        ),
    ],
)
def test_what_is_wrong_is_said(db, pool, change, task, kind, parts):
    with pytest.raises(kind) as caught:
        db.add_object_embeddings(change(table_of(pool)), dataset="pool", task=task)
    told = f"{caught.value} {caught.value.hint}"
    for part in parts:
        assert part in told
    assert "object_embeddings/things" not in {name for (name,) in db.sql("SHOW TABLES FROM pool").fetchall()}


@pytest.mark.parametrize(
    ("arrays", "part"),
    [
        (
            {"embedding": np.ones((3, 2)), "object_index": np.zeros(2, int)},
            "have not the same number of rows (embedding: 3, object_index: 2)",
        ),
        ({"embedding": np.ones((3, 2, 2))}, "not one vector of numbers in each row"),
        ({"embedding": np.array([{}], dtype=object)}, "no npz file of numbers and texts"),
    ],
)
def test_broken_archives(db, tmp_path, arrays, part):
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(IngestError) as caught:
        db.add_object_embeddings(tmp_path / "x.npz", dataset="pool", task="things")
    assert part in str(caught.value)


def test_the_command(pool, tmp_path):
    with sqlsel.connect(tmp_path / "x.duckdb") as db:
        db.ingest(without_vectors(pool), dataset="pool", **p.MAPPING)
    file = write("npz", pool, tmp_path)
    outcome = run(
        "add-object-embeddings", str(file), "--db", str(tmp_path / "x.duckdb"), "--dataset", "pool", "--task", "things"
    )
    assert outcome.code == 0, outcome.err
    assert f"object_embeddings/things: {len(rows_of(pool))} rows" in outcome.err
    with sqlsel.connect(tmp_path / "x.duckdb") as db:
        check_stored(db, pool)
