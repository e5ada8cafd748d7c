"""Whether the vectors and class probabilities of a selection fit into memory, and what is said where they do not."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.errors import Problem, SelectionError
from sqlsel.selection.objectives import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlsel.engines.base import Engine
    from sqlsel.engines.room import Room
    from sqlsel.plan.model import InputStep, Plan

BLOCK_SHARE = 32
LEAST_BLOCK, MOST_BLOCK = 1 << 18, 1 << 26
"""A block of vectors from a file is this share of the memory, and within these bounds."""
BLOCKS_HELD = 8
"""How often something as large as a block is held while blocks are worked on."""
AMOUNTS_HELD = 4
"""How often probabilities are held: as a column, as an array, by the classes of a target, and to bound them."""
BLOCK_ROW_BYTES, OWN_BYTES = 24, 16
"""What is held of a row whose vector is in a file, and more for each objective."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What a selection takes, and what there is.

    Attributes:
        room: What there is.
        vectors: Bytes of the vectors.
        rows: How many rows are in play.
        objectives: How many objectives look at them.
        neighbours: How many neighbours they look at of each row.
        amounts: Bytes of the class probabilities.
        held: Bytes that objectives hold beside these where all are in memory.
        held_in_blocks: The same where a block is.
    """

    room: Room
    vectors: int
    rows: int
    objectives: int
    neighbours: int = 0
    amounts: int = 0
    held: int = 0
    held_in_blocks: int = 0

    @property
    def stored(self) -> int:
        """Bytes of what may go to a file."""
        return self.vectors + self.amounts

    @property
    def needed(self) -> int:
        """Bytes that it takes with all of them in memory."""
        rows = self.vectors + AMOUNTS_HELD * self.amounts
        return self.room.needed(rows, self.rows, self.objectives) + self.held

    @property
    def fits(self) -> bool:
        """Whether they can all be in memory, or there are none."""
        return not self.stored or self.needed <= self.room.memory

    @property
    def block(self) -> int:
        """Bytes of them that are in memory at a time where not all can be."""
        return _block(self.room)

    @property
    def in_blocks(self) -> int:
        """Bytes that it takes beside the engine with these in a file."""
        of_row = BLOCK_ROW_BYTES + OWN_BYTES * self.objectives + 8 * self.neighbours
        return self.rows * of_row + BLOCKS_HELD * self.block + self.held_in_blocks

    def __str__(self) -> str:
        both = {"vectors": self.vectors, "class probabilities": self.amounts}
        what = " and ".join(name for name, size in both.items() if size)
        return (
            f"the {what} ({size_text(self.stored)}) do not fit into the memory that may be used "
            f"({size_text(self.room.memory)})"
        )


def fit_of(plan: Plan, engine: Engine, rows: int) -> Fit | None:
    """What a plan takes with so many rows in play; None where the engine does not say what there is."""
    room = engine.room()
    if room is None:
        return None
    vectors = sum(_vector_bytes(engine, step, rows) for step in plan.inputs)
    near = sum(getattr(step.strategy, "num_nearest_neighbors", 0) for step in plan.objectives)
    amounts = 8 * rows * sum(len(step.categories) for step in plan.inputs if step.kind == "distribution")
    in_block = min(_block(room) * rows // max(vectors, 1), rows)
    held, in_blocks = (
        sum(kind_of(step).holds(step, step.strategy, count) for step in plan.objectives) for count in (rows, in_block)
    )
    return Fit(room, vectors, rows, len(plan.objectives), near, amounts, held, in_blocks)


def _block(room: Room) -> int:
    return min(max(room.memory // BLOCK_SHARE, LEAST_BLOCK), MOST_BLOCK)


@contextmanager
def leaving_room(plan: Plan, engine: Engine) -> Iterator[None]:
    """Keep the engine small where those of all samples may not fit, until the run ends."""
    fit = fit_of(plan, engine, plan.facts.n_samples)
    if fit is None or fit.fits:
        yield
        return
    with engine.leaving_memory(fit.in_blocks):
        yield


def told(fit: Fit) -> str:
    """What becomes of them, for the user."""
    return f"{fit}: they are read from a temporary file in {fit.room.folder}"


def told_before(plan: Plan, engine: Engine) -> tuple[Problem, ...]:
    """The same before a run, which may come to less by what it leaves out; nothing where all of them fit."""
    fit = fit_of(plan, engine, plan.facts.n_samples) if plan.route == "greedy" else None
    if fit is None or fit.fits:
        return ()
    return (Problem("", f"with all samples in play, {told(fit)}", severity="notice"),)


def too_large(plan: Plan, fit: Fit) -> SelectionError:
    """The error for those that do not fit and have to."""
    return SelectionError(
        f"dataset {plan.facts.name}: {fit}, and all of them have to be there: it takes {size_text(fit.needed)}",
        hint="raise memory_limit, or look at fewer samples, by where or candidates",
    )


def size_text(size: float) -> str:
    """A number of bytes: ``4.8 GiB``."""
    size /= 1 << 20
    return f"{size:.3g} MiB" if size < 1000 else f"{size / 1024:,.1f} GiB"


def _vector_bytes(engine: Engine, step: InputStep, rows: int) -> int:
    """Of an input that has one a row, or one an object."""
    source = step.vectors
    if source is None:
        return 0
    if source.facts.task is not None and not step.per_object:
        stored = exp.select(sql.count()).from_(sql.table(source.facts.table, source.schema, source.catalog))
        rows = engine.rows(stored)[0][0]
    return 4 * source.facts.width * rows
