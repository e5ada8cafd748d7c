"""Small datasource folders, made file by file."""

import json
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from sqlsel.engines.duckdb import open_database
from sqlsel.sources import ReadOptions
from sqlsel.sources.lightly import read_folder

ANIMALS = [{"id": 0, "name": "cat"}, {"id": 5, "name": "dog"}]


def write(path, content):
    """Text or JSON into a file whose folders may not exist yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))


def images(root, *names, size=(4, 3)):
    """Images of one colour each."""
    for index, name in enumerate(names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", size, (10 * index, 20, 30)).save(root / name)


def task(root, name="animals", task_type="classification", categories=None, **files):
    """A task; its files are named by place, with ``__`` for ``/``."""
    folder = root / ".lightly" / "predictions"
    listed = json.loads((folder / "tasks.json").read_text()) if (folder / "tasks.json").exists() else []
    write(folder / "tasks.json", [*listed, name])
    write(folder / name / "schema.json", {"task_type": task_type, "categories": categories or ANIMALS})
    for place, document in files.items():
        write(folder / name / f"{place.replace('__', '/')}.json", document)


def metadata(root, schema, **files):
    """Metadata; ``files`` are named by place, with ``__`` for ``/``, and hold what stands under ``metadata``."""
    folder = root / ".lightly" / "metadata"
    write(folder / "schema.json", schema)
    for place, values in files.items():
        write(folder / f"{place.replace('__', '/')}.json", {"type": "image", "metadata": values})


def key(path, kind, default=None):
    return {"name": path, "path": path, "defaultValue": default, "valueDataType": kind}


def vectors(path, names, width=2, **columns):
    """A parquet file of vectors with further columns."""
    rows = {"file_name": names, "embedding": [[float(index + 1)] * width for index in range(len(names))], **columns}
    pq.write_table(pa.table(rows), path)


@contextmanager
def reading(root, **options):
    """The intake of a folder, and a function that gives the rows of one of its queries."""
    engine = open_database(":memory:")
    try:
        with read_folder(root, engine, ReadOptions(**options)) as intake:
            yield intake, lambda query: engine.table(query).to_pylist()
    finally:
        engine.close()


def read(root, **options):
    """Samples by id, predictions in order, and the notices' texts of a folder."""
    with reading(root, **{"measure": False, **options}) as (intake, rows):
        samples = {row["sample_id"]: row for row in rows(intake.samples)}
        predictions = rows(intake.predictions) if intake.predictions is not None else []
        order = sorted(predictions, key=lambda row: (row["task"], row["sample_id"], row["object_index"] or 0))
        return samples, order, [str(problem) for problem in intake.problems]
