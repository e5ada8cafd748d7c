"""How many threads numpy's matrix products use while one sample is picked after the other."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def one_thread() -> Iterator[None]:
    """Matrix products on one thread while the context lasts.

    Between two picks they are small: waking a second thread costs more than it saves, and where another process wants
    the core, both wait for each other. Picks are the same for any number of threads.
    """
    with threadpool_limits(1, user_api="blas"):
        yield
