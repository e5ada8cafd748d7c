"""What a source hands over, made readable as often as it takes."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.errors import EngineError, EngineMemoryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlsel.engines.base import Engine

Result = TypeVar("Result")


@contextmanager
def readable(engine: Engine, objects: Mapping[str, object]) -> Iterator[None]:
    """Make objects queryable under their names while the context lasts, however often they are read.

    Arrow readers give their rows once, so they are copied into temporary tables, which the engine moves to disk where
    they outgrow its memory. Everything else is read where it lies.
    """
    import pyarrow as pa

    once = {name: value for name, value in objects.items() if isinstance(value, pa.RecordBatchReader)}
    with ExitStack() as stack:
        stack.enter_context(engine.bind({name: value for name, value in objects.items() if name not in once}))
        for name, value in once.items():
            stream = fresh_name("stream")
            with engine.bind({stream: value}):
                query = exp.select(exp.Star()).from_(sql.table(stream))
                stack.enter_context(temporary_table(engine, query, name))
        yield


@contextmanager
def temporary_table(engine: Engine, query: exp.Query, name: str | None = None) -> Iterator[exp.Table]:
    """The rows of a query in a temporary table, which goes with the context."""
    table = sql.table(name or fresh_name("rows"))
    temporary = exp.Properties(expressions=[exp.TemporaryProperty()])
    engine.execute(exp.Create(this=table.copy(), kind="TABLE", expression=query, properties=temporary))
    try:
        yield table
    finally:
        # a transaction that failed has dropped it already, and refuses every statement
        with suppress(EngineError):
            engine.execute(exp.Drop(kind="TABLE", exists=True, tables=[table.copy()]))


def sparingly(engine: Engine, work: Callable[[], Result], row_bytes: int = 0, *, one_thread: bool = False) -> Result:
    """Do work with the engine's memory bounded, or once more without the bound if it needs more than that.

    Args:
        engine: The session.
        work: What to do; when it fails it leaves nothing behind.
        row_bytes: Size of the largest rows that it writes.
        one_thread: Whether one thread of the engine does it, in half of the memory.
    """
    try:
        with engine.bounded_memory(row_bytes, one_thread=one_thread):
            return work()
    except EngineMemoryError:
        return work()


def fresh_name(purpose: str) -> str:
    """A name that nothing else in the session has."""
    return f"sqlsel_{purpose}_{uuid4().hex}"
