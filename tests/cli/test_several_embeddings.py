"""Several embeddings by the command line: at ingest, added later, chosen by a config, and shown."""

import json
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests import pool as p
from tests.cli.conftest import sqlsel

ON = ("--db", "x.duckdb", "--dataset", "d")
RNG = np.random.default_rng(0)
CLIP, DINO = (p.unit(RNG.standard_normal((20, width))) for width in (4, 3))
NAMES = [f"{i:02d}.jpg" for i in range(20)]


def lists(matrix):
    return pa.array(matrix.tolist(), pa.list_(pa.float32()))


@pytest.fixture
def source(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    columns = {"file_name": NAMES, "clip_b32": lists(CLIP), "dino=v2": lists(DINO)}
    pq.write_table(pa.table(columns), "x.parquet")


def config(**source):
    return json.dumps(p.config(4, ({**p.EMBEDDINGS, **source}, p.DIVERSITY)))


def rows(query):
    with duckdb.connect("x.duckdb", read_only=True) as con:
        return con.execute(query).fetchall()


def ingest_both():
    outcome = sqlsel("ingest", "x.parquet", *ON, "--embedding", "clip=clip_b32", "--embedding", "dino=dino=v2")
    assert outcome.code == 0, outcome.err
    return outcome


def test_columns_become_embeddings_by_name(source):
    assert "embeddings/clip: 20 rows" in ingest_both().err
    found = rows('SELECT sample_id, embedding FROM d."embeddings/dino" ORDER BY 1')
    assert [name for name, _ in found] == NAMES
    np.testing.assert_allclose([vector for _, vector in found], DINO, rtol=1e-6)
    info = sqlsel("info", "--db", "x.duckdb").out
    assert "20 of 4 dimensions, called clip" in info
    assert "20 of 3 dimensions, called dino" in info
    listed = json.loads(sqlsel("info", "--db", "x.duckdb", "--format", "json").out)["datasets"][0]["embeddings"]
    assert [(each["name"], each["table"], each["dimensions"]) for each in listed] == [
        ("clip", "embeddings/clip", 4),
        ("dino", "embeddings/dino", 3),
    ]


def test_a_config_says_which_and_the_run_tells(source):
    ingest_both()
    chosen = {}
    for name in ("clip", "dino"):
        outcome = sqlsel("select", config(embedding=name), *ON, "--format", "filenames", "--tag", f"by {name}")
        assert outcome.code == 0, outcome.err
        assert f"far from each other, by embedding {name}" in outcome.err
        chosen[name] = outcome.out.split()
    assert chosen["clip"] != chosen["dino"]
    (plan, summary), *_ = rows("SELECT plan, summary FROM sqlsel.runs WHERE tag = 'by dino'")
    assert "by embedding dino" in " ".join(plan.split())
    assert json.loads(summary)["objectives"][0]["embedding"] == "dino"
    assert json.loads(summary)["objectives"][0]["input"] == "embedding dino"
    explained = sqlsel("explain", config(embedding="dino"), *ON, "--sql")
    assert '"d"."embeddings/dino"' in explained.out
    spark = sqlsel("explain", config(embedding="dino"), *ON, "--sql", "--dialect", "spark")
    assert "`embeddings/dino`" in spark.out


def test_none_named_lists_them(source):
    ingest_both()
    outcome = sqlsel("select", config(), *ON)
    assert outcome.code == 2
    assert "dataset 'd' has several embeddings" in outcome.err
    assert "'clip' (4 dimensions), 'dino' (3 dimensions)" in " ".join(outcome.err.split())


@pytest.mark.parametrize("kind", ["parquet", "npy", "csv"])
def test_one_more_from_a_file(source, kind):
    assert sqlsel("ingest", "x.parquet", *ON, "--embedding", "clip_b32").code == 0
    assert rows("SELECT count(*) FROM d.embeddings") == [(20,)]
    order = RNG.permutation(20)
    if kind == "npy":
        np.save("more.npy", DINO[order])
        Path("more.txt").write_text("\n".join(NAMES[i] for i in order))
    elif kind == "parquet":
        pq.write_table(pa.table({"file_name": [NAMES[i] for i in order], "v": lists(DINO[order])}), "more.parquet")
    else:
        numbers = {f"embedding_{k}": DINO[order, k] for k in range(3)}
        table = pa.table({"filenames": [NAMES[i] for i in order], **numbers})
        from pyarrow import csv

        csv.write_csv(table, "more.csv")
    column = ("--embedding", "v") if kind == "parquet" else ()
    outcome = sqlsel("add-embedding", f"more.{kind}", *ON, "--name", "dino", *column)
    assert outcome.code == 0, outcome.err
    assert "embeddings/dino: 20 rows" in outcome.err
    found = rows('SELECT sample_id, embedding FROM d."embeddings/dino" ORDER BY 1')
    np.testing.assert_allclose([vector for _, vector in found], DINO, rtol=1e-6)
    both = sqlsel("select", config(embedding="default"), *ON, "--format", "filenames")
    assert both.code == 0, both.err
    assert "by embedding default" in both.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--embedding", "a=clip_b32", "--embedding", "a=dino=v2"), "--embedding: 'a' is given twice"),
        (("--embedding", "clip_b32", "--embedding", "b=dino=v2"), "'clip_b32' is not of the form NAME=COLUMN"),
        (("--embedding", "a=nothing"), "no column 'nothing' in x.parquet (embedding 'a')"),
        (("--embedding", "a=dino=v2", "--embedding", "A=clip_b32"), "the names differ by case alone"),
        (("--embedding", " =clip_b32"), "' ' is no name for an embedding"),
    ],
)
def test_wrong_options_say_what_is_wrong(source, options, message):
    outcome = sqlsel("ingest", "x.parquet", *ON, *options)
    assert outcome.code in (1, 2)
    assert message in " ".join(outcome.err.split())


@pytest.mark.parametrize(
    ("file", "options", "message"),
    [
        ("x.parquet", ("--embedding", "v"), "no column 'v'"),
        ("x.parquet", (), "no column with vectors; it has"),
        ("nameless.npy", (), "nothing says whose vectors these are"),
        ("others.parquet", (), "none of the 2 rows belongs to a sample of dataset 'd', such as 'a.png', 'b.png'"),
        ("nothing.parquet", (), "no such file"),
        (".", (), "a folder, not a file with vectors"),
    ],
)
def test_files_that_cannot_be_added(source, file, options, message):
    assert sqlsel("ingest", "x.parquet", *ON).code == 0
    np.save("nameless.npy", CLIP)
    pq.write_table(pa.table({"file_name": ["b.png", "a.png"], "embedding": lists(CLIP[:2])}), "others.parquet")
    outcome = sqlsel("add-embedding", file, *ON, "--name", "more", *options)
    assert outcome.code in (1, 2)
    assert message in " ".join(outcome.err.split())
    assert rows("SELECT count(*) FROM sqlsel.embeddings") == [(0,)]


def test_rows_of_other_files_are_told_and_ids_will_do(source):
    assert sqlsel("ingest", "x.parquet", *ON).code == 0
    pq.write_table(pa.table({"file_name": ["00.jpg", "a.png"], "embedding": lists(CLIP[:2])}), "some.parquet")
    outcome = sqlsel("add-embedding", "some.parquet", *ON, "--name", "more")
    assert "1 row left out, as the dataset has no such samples: 'a.png'" in " ".join(outcome.err.split())
    outcome = sqlsel("add-embedding", "some.parquet", *ON, "--name", "ids", "--id", "file_name")
    assert outcome.code == 0, outcome.err
    assert rows('SELECT sample_id FROM d."embeddings/ids"') == rows('SELECT sample_id FROM d."embeddings/more"')


@pytest.mark.parametrize("source_kind", ["folder", "table"])
def test_a_file_of_vectors_beside_the_source_may_hold_several(source, demo_images, source_kind):
    names = sorted(path.name for path in Path("images").iterdir())
    columns = {"file_name": names[::-1], "a": lists(CLIP[:5]), "b": lists(DINO[:5]), "embedding": lists(CLIP[5:10])}
    pq.write_table(pa.table(columns), "vectors.parquet")
    pq.write_table(pa.table({"file_name": names}), "names.parquet")
    what = "images" if source_kind == "folder" else "names.parquet"
    named = ("--embedding", "one=a", "--embedding", "default=b")
    outcome = sqlsel("ingest", what, *ON, "--embeddings", "vectors.parquet", *named)
    assert outcome.code == 0, outcome.err
    for table, matrix in (("embeddings/one", CLIP), ("embeddings", DINO)):
        found = rows(f'SELECT embedding FROM d."{table}" ORDER BY sample_id DESC')
        np.testing.assert_allclose([vector for (vector,) in found], matrix[:5], rtol=1e-6)
    assert rows("SELECT table_name, width FROM sqlsel.embeddings ORDER BY 1") == [
        ("embeddings", 3),
        ("embeddings/one", 4),
    ]


@pytest.fixture
def demo_images(source):
    pytest.importorskip("PIL")
    from PIL import Image

    Path("images").mkdir()
    for number in range(5):
        Image.new("L", (8, 8), 40 * number).save(Path("images") / f"{number}.png")
