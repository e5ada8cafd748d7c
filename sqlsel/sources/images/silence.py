"""Decoders warn of odd files; what matters of that is told in our own words."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def silently() -> Iterator[None]:
    """No warnings while the context lasts. Python has one setting for all threads: enter it before they start."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
