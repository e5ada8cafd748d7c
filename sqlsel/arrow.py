"""Between Arrow and numpy by their buffers. The conversions of pyarrow itself import pandas where it is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Bools = npt.NDArray[np.bool_]


def to_numpy(column: pa.ChunkedArray | pa.Array, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """The numbers of a column of that very type, in one array; what stands for NULL is undefined."""
    found = [_numbers(chunk, np.dtype(dtype)) for chunk in _chunks(column)]
    return found[0] if len(found) == 1 else np.concatenate([np.empty(0, dtype), *found])


def to_doubles(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    """``(N,)`` float64 of a column of doubles, NaN for NULL."""
    values = to_numpy(column, np.float64)
    if column.null_count:
        values = np.where(valid(column), values, np.nan)
    return values


def to_booleans(column: pa.ChunkedArray) -> Bools:
    """``(N,)`` bool of a column of booleans without NULL."""
    found = [_bits(chunk.buffers()[1], chunk.offset, len(chunk)) for chunk in _chunks(column)]
    return np.concatenate([np.empty(0, np.bool_), *found])


def valid(column: pa.ChunkedArray | pa.Array) -> Bools:
    """``(N,)`` False where the column is NULL."""
    found = [np.empty(0, np.bool_)]
    for chunk in _chunks(column):
        bitmap = chunk.buffers()[0]
        found.append(np.ones(len(chunk), np.bool_) if bitmap is None else _bits(bitmap, chunk.offset, len(chunk)))
    return np.concatenate(found)


def vectors_of(column: pa.Array, width: int) -> npt.NDArray[np.float32]:
    """``(N, width)`` float32 of a column of vectors without NULL."""
    # not flatten(), which loads all of pyarrow.compute first
    begin = column.offsets[0].as_py() if hasattr(column, "offsets") else column.offset * width
    flat: npt.NDArray[np.float32] = to_numpy(column.values.slice(begin, len(column) * width), np.float32)
    return flat.reshape(-1, width)


def from_numpy(values: npt.NDArray[Any], present: Bools | None = None) -> pa.Array:
    """Arrow's array of the numbers, without a copy; NULL where not present."""
    bitmap = None if present is None else pa.py_buffer(np.packbits(present, bitorder="little"))
    kind = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, len(values), [bitmap, pa.py_buffer(np.ascontiguousarray(values))])


def from_texts(texts: Sequence[str], times: int = 1) -> pa.Array:
    """Arrow's array of a few texts, all of them so many times over."""
    encoded = [text.encode() for text in texts]
    offsets = np.zeros(times * len(encoded) + 1, dtype=np.int32)
    np.cumsum(np.tile([len(text) for text in encoded], times), out=offsets[1:])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded) * times)]
    return pa.Array.from_buffers(pa.string(), len(offsets) - 1, buffers)


def _chunks(column: pa.ChunkedArray | pa.Array) -> list[pa.Array]:
    return column.chunks if isinstance(column, pa.ChunkedArray) else [column]


def _numbers(chunk: pa.Array, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    if pa.from_numpy_dtype(dtype) != chunk.type:
        raise TypeError(f"a column of {chunk.type} is not one of {dtype}")
    if not len(chunk):
        return np.empty(0, dtype)
    return np.frombuffer(chunk.buffers()[1], dtype, count=chunk.offset + len(chunk))[chunk.offset :]


def _bits(buffer: pa.Buffer, offset: int, count: int) -> Bools:
    bits = np.unpackbits(np.frombuffer(buffer, np.uint8), count=offset + count, bitorder="little")
    return bits[offset:].astype(np.bool_)
