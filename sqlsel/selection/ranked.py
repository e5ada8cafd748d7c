"""The ranked table: ids and names of the picks with their rank, gain and terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.arrow import from_numpy, from_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa


def ranked_table(
    picked: pa.Table, names: Sequence[str], terms: npt.NDArray[np.float64], gains: npt.NDArray[np.float64]
) -> pa.Table:
    """Table with ``sample_id, file_name, rank, gain, terms``; of objects with ``object_index`` behind the id.

    Args:
        picked: ``sample_id`` (and ``object_index``), ``file_name`` and ``rank`` of the k picks, by rank.
        names: The K objectives' names, the keys of the terms.
        terms: ``(k, K)``; NaN becomes NULL.
        gains: ``(k,)``; NaN becomes NULL.
    """
    import numpy as np
    import pyarrow as pa

    count, width = terms.shape
    rank = picked.column("rank")
    offsets = from_numpy(np.arange(count + 1, dtype=np.int32) * width)
    values = from_numpy(terms.reshape(-1), ~np.isnan(terms.reshape(-1)))
    columns = {
        **{name: picked.column(name) for name in ids_of(picked).column_names},
        "file_name": picked.column("file_name"),
        "rank": rank if rank.type == pa.int64() else rank.cast(pa.int64()),
        "gain": from_numpy(gains, ~np.isnan(gains)),
        "terms": pa.MapArray.from_arrays(offsets, from_texts(names, count), values),
    }
    return pa.table(columns)


def ids_of(ranked: pa.Table) -> pa.Table:
    """What tells the picks apart: ``sample_id``, and of objects ``object_index``."""
    return ranked.select([name for name in ("sample_id", "object_index") if name in ranked.column_names])
