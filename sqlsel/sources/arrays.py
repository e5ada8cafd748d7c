"""Vectors in numpy arrays: in memory, in npy files with the names of their rows beside them, or in npz files."""

from __future__ import annotations

import csv
import json
import zipfile
from typing import TYPE_CHECKING, Any

from sqlsel.errors import IngestError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt
    import pyarrow as pa

_COLUMNS = ("file_name", "file_names", "filename", "filenames", "name")


def read_array(array: npt.NDArray[Any], name: str) -> pa.Table:
    """The rows of a matrix as vectors: a table with the column ``embedding``.

    Nothing is copied where the matrix is contiguous and holds numbers that Arrow knows.

    Args:
        array: (n, d), numbers.
        name: What it is, for messages.

    Raises:
        IngestError: If it is no matrix of numbers.
    """
    import numpy as np
    import pyarrow as pa

    if array.ndim != 2 or array.shape[1] == 0 or array.dtype.kind not in "fiu":
        raise IngestError(
            f"{name}: holds {array.dtype} of shape {array.shape}, not one vector of numbers in each row",
            hint="save a matrix of shape (samples, dimensions)",
        )
    if array.dtype == np.float16 or array.dtype.itemsize > 8:
        array = array.astype(np.float32 if array.dtype == np.float16 else np.float64)
    flat = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("=")).reshape(-1)
    return pa.table({"embedding": pa.FixedSizeListArray.from_arrays(pa.array(flat), array.shape[1])})


def read_vector_file(path: Path) -> pa.Table:
    """The vectors of an npy file: ``embedding`` and, where a names file lies beside it, ``file_name``.

    For ``vectors.npy`` the names are in ``vectors.txt`` (a name a line), ``vectors.json`` (a list), ``vectors.csv`` (a
    column ``file_name``, or the first), or in such a file called ``vectors_names``, ``vectors.names``, ``names`` or
    ``filenames``. The file is mapped into memory, not read into it.

    Raises:
        IngestError: If it is no matrix of numbers, or has another number of names than of rows.
    """
    import numpy as np
    import pyarrow as pa

    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError) as failure:
        # of anything else numpy says how it could be loaded by running what is in it
        why = "" if "pickle" in str(failure) else f": {failure}"
        raise IngestError(f"{path}: no npy file of numbers{why}", hint="save it with numpy.save") from failure
    table = read_array(array, str(path))
    names_path = names_file(path)
    if names_path is None:
        return table
    names = _names(names_path)
    if len(names) != len(array):
        raise IngestError(
            f"{names_path}: {len(names):,} names for the {len(array):,} vectors of {path.name}",
            hint="the names file has one name for each row, in the same order",
        )
    return table.add_column(0, "file_name", pa.array(names, pa.string()))


def read_archive(path: Path) -> pa.Table:
    """The arrays of an npz file as the columns of a table: matrices are vectors, the others hold a value for each row.

    Raises:
        IngestError: If it is no such file, or its arrays differ in length.
    """
    import numpy as np
    import pyarrow as pa

    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, AttributeError) as failure:
        raise IngestError(
            f"{path}: no npz file of numbers and texts: {failure}", hint="save it with numpy.savez"
        ) from failure
    lengths = {name: len(array) if array.ndim else 0 for name, array in arrays.items()}
    if len(set(lengths.values())) != 1:
        told = ", ".join(f"{name}: {length:,}" for name, length in lengths.items())
        raise IngestError(f"{path}: its arrays have not the same number of rows ({told})", hint="save one row each")
    columns = {
        name: read_array(array, f"{path}, {name}").column(0) if array.ndim > 1 else pa.array(array)
        for name, array in arrays.items()
    }
    return pa.table(columns)


def names_file(path: Path) -> Path | None:
    """The file with the names of an npy file's rows; None if there is none."""
    stems = (path.stem, f"{path.stem}_names", f"{path.stem}.names", f"{path.stem}_filenames", "names", "filenames")
    candidates = (path.with_name(f"{stem}{suffix}") for stem in stems for suffix in (".txt", ".json", ".csv"))
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def _names(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix == ".json":
            names = json.loads(text)
        elif path.suffix == ".csv":
            names = _csv_names(text)
        else:
            names = text.rstrip("\r\n").splitlines()
    except (OSError, ValueError) as failure:
        raise IngestError(
            f"{path}: cannot be read: {failure}", hint="save it as UTF-8, a name for each row"
        ) from failure
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise IngestError(f"{path}: not a list of names", hint="save a name for each row: no empty lines, no numbers")
    return names


def _csv_names(text: str) -> list[str]:
    """The column with the names, or the first one; a file without such a header has no header."""
    rows = [row for row in csv.reader(text.splitlines()) if row]
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    column = next((header.index(name) for name in _COLUMNS if name in header), None)
    return [row[0] for row in rows] if column is None else [row[column] for row in rows[1:]]
