"""Several numbers, or vectors, a row: those of its objects, next to each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from sqlsel.kernels.objects import spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Ragged:
    """What the objects of some rows have.

    Attributes:
        values: ``(M, ...)``, one an object.
        offsets: ``(n + 1,)`` int64; row i has ``values[offsets[i]:offsets[i + 1]]``, none is allowed.
    """

    values: npt.NDArray[Any]
    offsets: Rows

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.offsets) - 1

    def __getitem__(self, rows: Rows) -> Self:
        """Some of the rows."""
        objects, starts = spread(self.offsets, rows)
        return type(self)(self.values[objects], starts)

    def having(self, values: npt.NDArray[Any]) -> Self:
        """Other values of the same objects."""
        return type(self)(values, self.offsets)

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """The rows of some one after the other."""
        return cls.of([part.values for part in parts], [np.diff(part.offsets) for part in parts])

    @classmethod
    def of(cls, values: Sequence[npt.NDArray[Any]], counts: Sequence[Rows]) -> Self:
        """From runs of values, and how many of them each row has."""
        offsets = np.concatenate([np.zeros(1, np.int64), *counts]).astype(np.int64)
        return cls(np.concatenate(values), np.cumsum(offsets, dtype=np.int64))


def joined(parts: Sequence[Any]) -> Any:  # noqa: ANN401
    """The rows of some arrays, plain or ragged, one after the other."""
    return Ragged.joined(parts) if isinstance(parts[0], Ragged) else np.concatenate(parts)
