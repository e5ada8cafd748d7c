"""The ranked table: ids and names of the picks with their rank, gain and terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa


def ranked_table(
    picked: pa.Table, names: Sequence[str], terms: npt.NDArray[np.float64], gains: npt.NDArray[np.float64]
) -> pa.Table:
    """Table with ``sample_id, file_name, rank, gain, terms``.

    Args:
        picked: ``sample_id``, ``file_name`` and ``rank`` of the k picks, by rank.
        names: The K objectives' names, the keys of the terms.
        terms: ``(k, K)``; NaN becomes NULL.
        gains: ``(k,)``; NaN becomes NULL.
    """
    import numpy as np
    import pyarrow as pa

    count, width = terms.shape
    keys = pa.DictionaryArray.from_arrays(
        np.tile(np.arange(width, dtype=np.int32), count), pa.array(names, pa.string())
    )
    offsets = np.arange(count + 1, dtype=np.int32) * width
    values = pa.array(terms.reshape(-1), pa.float64(), mask=np.isnan(terms.reshape(-1)))
    return pa.table(
        {
            "sample_id": picked.column("sample_id"),
            "file_name": picked.column("file_name"),
            "rank": picked.column("rank").cast(pa.int64()),
            "gain": pa.array(gains, pa.float64(), mask=np.isnan(gains)),
            "terms": pa.MapArray.from_arrays(pa.array(offsets), keys.cast(pa.string()), values),
        }
    )
