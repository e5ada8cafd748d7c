"""What a run may take of the machine, and whether the vectors of a selection fit into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ENGINE_BYTES = 64 << 20
"""The least that an engine works in."""
ROW_BYTES = 64
"""What kernels hold of a row beside its vector, and the same again for each objective."""
WORK_BYTES = 1 << 26
"""The blocks of vectors that kernels work on, all together; no more than there are vectors."""


@dataclass(frozen=True, slots=True)
class Room:
    """Memory, and where to go with what does not fit into it.

    Attributes:
        memory: Bytes for the engine and for the arrays of a selection together.
        held: Bytes that the engine holds and cannot let go.
        folder: A folder that exists, for files as large as what does not fit.
    """

    memory: int
    held: int
    folder: Path

    def needed(self, vectors: int, rows: int, objectives: int = 1) -> int:
        """Bytes that a selection takes which has all of its vectors in memory.

        Args:
            vectors: Bytes of the vectors.
            rows: How many rows are in play.
            objectives: How many objectives look at them.
        """
        beside = rows * ROW_BYTES * (1 + objectives)
        return vectors + beside + min(WORK_BYTES, vectors) + ENGINE_BYTES + self.held
