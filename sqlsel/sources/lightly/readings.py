"""What is measured on the images of a folder, on its way into the metadata."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlsel.sources.images.readings import COUNTS, MEASURES
from sqlsel.sources.lightly.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlsel.sources.images.readings import Reading

_NAMED = 5


@dataclass(slots=True)
class Measured:
    """How measuring went.

    Attributes:
        usable: Number of images that are samples.
        unusable: Number of images that cannot be decoded.
        unmeasured: Number of images that are samples but too large to be measured.
        examples: The first few of the images that cannot be decoded, with the reasons.
        large: The first few of those that are too large.
    """

    usable: int = 0
    unusable: int = 0
    unmeasured: int = 0
    examples: list[str] = field(default_factory=list)
    large: list[str] = field(default_factory=list)

    def note(self, name: str, reading: Reading) -> None:
        """Count one more image."""
        if not reading.usable:
            self.unusable += 1
            self.examples += [f"{name} {reading.fault}"] if len(self.examples) < _NAMED else []
            return
        self.usable += 1
        if reading.values is None:
            self.unmeasured += 1
            self.large += [name] if len(self.large) < _NAMED else []


def spool_readings(root: Path, names: Path, path: Path, tell: Callable[[int], None]) -> Measured:
    """Measure the images of a folder into a parquet file: ``file_name``, whether it is ``usable``, and ``lightly``.

    ``lightly`` is a struct of the measures, NULL where there are none.

    Args:
        root: The folder.
        names: Parquet file with the ``file_name`` of the images.
        path: The parquet file that is written.
        tell: Told how many images are done.
    """
    import pyarrow as pa

    from sqlsel.sources.images.many import measure_images

    kinds = [(name, pa.int64() if name in COUNTS else pa.float64()) for name in MEASURES]
    schema = pa.schema({"file_name": pa.string(), "usable": pa.bool_(), "lightly": pa.struct(kinds)})
    measured = Measured()
    with Spool(path, schema) as spool:
        for done, (name, reading) in enumerate(measure_images(root, _file_names(names)), start=1):
            tell(done)
            spool.add([(name, reading.usable, reading.values)], len(MEASURES))
            measured.note(name, reading)
    return measured


def _file_names(path: Path) -> Iterator[str]:
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=4_096, columns=["file_name"]):
            yield from batch.column(0).to_pylist()
