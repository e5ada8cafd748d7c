"""Progress of reading a folder, told now and then."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int | None], None]

_EVERY = 64


def stage(progress: Progress | None, name: str, total: int | None = None) -> Callable[[int], None]:
    """A function that takes how many are done, and passes on every sixty-fourth call and the last one.

    Args:
        progress: Takes the stage's name, how many are done and how many there are; None if nobody listens.
        name: The stage.
        total: How many there are; None if that is not known.
    """
    if progress is None:
        return lambda _done: None

    def tell(done: int) -> None:
        if done % _EVERY == 0 or done == total:
            progress(name, done, total)

    progress(name, 0, total)
    return tell
