"""What is measured on the images of a folder, on its way into the metadata."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.readings import KEYS, KeptReadings
from sqlsel.sources.images.readings import COUNTS, MEASURES, VERSION
from sqlsel.sources.lightly.keeping import Keeping
from sqlsel.sources.lightly.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pyarrow as pa

    from sqlsel.engines.base import Engine
    from sqlsel.sources.images.readings import Reading

_NAMED = 5


@dataclass(slots=True)
class Measured:
    """How measuring went.

    Attributes:
        usable: Number of images that are samples.
        before: Number of those that were measured by an earlier ingest and have not changed since.
        unusable: Number of images that cannot be decoded.
        unmeasured: Number of images that are samples but too large to be measured.
        duplicates: Number of images left out because another has the very same bytes.
        examples: The first few of the images that cannot be decoded, with the reasons.
        large: The first few of those that are too large.
        alike: The first few duplicates, each with the image that it is the same as.
    """

    usable: int = 0
    before: int = 0
    unusable: int = 0
    unmeasured: int = 0
    duplicates: int = 0
    examples: list[str] = field(default_factory=list)
    large: list[str] = field(default_factory=list)
    alike: list[tuple[str, str]] = field(default_factory=list)

    def note(self, name: str, reading: Reading) -> None:
        """Count one more image."""
        if not reading.usable:
            self.unusable += 1
            self.examples += [f"{name} {reading.fault}"] if len(self.examples) < _NAMED else []
            return
        self.usable += 1
        if reading.values is None:
            self._too_large(name)

    def note_kept(self, name: str, *, unmeasured: bool) -> None:
        """Count one more image that was measured before."""
        self.usable += 1
        self.before += 1
        if unmeasured:
            self._too_large(name)

    def _too_large(self, name: str) -> None:
        self.unmeasured += 1
        self.large += [name] if len(self.large) < _NAMED else []


def spool_readings(root: Path, names: Path, path: Path, engine: Engine, tell: Callable[[int], None]) -> Measured:
    """Measure the images of a folder into a parquet file: ``file_name``, ``usable``, ``content`` and ``lightly``.

    ``lightly`` is a struct of the measures, NULL where there are none, and ``content`` the hash of the file's bytes.
    Readings are kept in the database as they come, so that the next run, after this one was cut off or images were
    added, measures only what is new or has another size or time of change.

    Args:
        root: The folder.
        names: Parquet file with the ``file_name`` of the images.
        path: The parquet file that is written.
        engine: The database.
        tell: Told how many images are done.
    """
    from sqlsel.sources.images.many import measure_images

    kept = KeptReadings(engine, str(root.resolve()), VERSION)
    measured = Measured()
    with Spool(path, _schema()) as spool, Keeping(kept) as keeping:
        if kept.count():
            names = _take_kept(root, names, kept, engine, spool, measured)
            tell(measured.before)
        for done, (name, reading) in enumerate(measure_images(root, _file_names(names)), start=measured.before + 1):
            content = reading.stamp.content if reading.stamp else None
            spool.add([(name, reading.usable, content, reading.values)], len(MEASURES))
            measured.note(name, reading)
            keeping.add(name, reading)
            tell(done)
    return measured


def _take_kept(root: Path, names: Path, kept: KeptReadings, engine: Engine, spool: Spool, measured: Measured) -> Path:
    """Spool the readings that still hold; gives a parquet file with the names of the other images."""
    files = names.with_name("files.parquet")
    _spool_files(root, names, files)
    known = kept.of(engine.scan(str(files), "parquet"))
    columns = [sql.column(name) for name in ("file_name", "content", *MEASURES)]
    for batch in engine.batches(exp.select(*columns).from_(sql.subquery(known, "known"))):
        for name, content, *values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            measured.note_kept(name, unmeasured=values[0] is None)
            lightly = dict(zip(MEASURES, values, strict=True)) if values[0] is not None else None
            spool.add([(name, True, content, lightly)], len(MEASURES))
    rest = names.with_name("rest.parquet")
    had = exp.select(sql.column("file_name")).from_(sql.subquery(known.copy(), "known"))
    new = exp.Not(this=exp.In(this=sql.column("file_name"), query=exp.Subquery(this=had)))
    query = exp.select(sql.column("file_name")).from_(engine.scan(str(names), "parquet")).where(new)
    _write(engine, query.order_by(sql.ascending(sql.column("file_name"))), rest)
    return rest


def _spool_files(root: Path, names: Path, path: Path) -> None:
    """Write the name, the size and the time of change of each image into a parquet file."""
    import pyarrow as pa

    kinds = (pa.string(), pa.int64(), pa.int64())
    with Spool(path, pa.schema(list(zip(KEYS, kinds, strict=True)))) as spool:
        for name in _file_names(names):
            try:
                facts = os.stat(root / name)  # noqa: PTH116 - a Path for each of many files takes as long as the call
            except OSError:
                continue
            spool.add([(name, facts.st_size, facts.st_mtime_ns)])


def _write(engine: Engine, query: exp.Query, path: Path) -> None:
    from pyarrow.parquet import ParquetWriter

    schema, batches = engine.stream(query)
    with ParquetWriter(path, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def _schema() -> pa.Schema:
    import pyarrow as pa

    lightly = pa.struct([(name, pa.int64() if name in COUNTS else pa.float64()) for name in MEASURES])
    names = {"file_name": pa.string(), "usable": pa.bool_(), "content": pa.string(), "lightly": lightly}
    return pa.schema(names)


def _file_names(path: Path) -> Iterator[str]:
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=4_096, columns=["file_name"]):
            yield from batch.column(0).to_pylist()
