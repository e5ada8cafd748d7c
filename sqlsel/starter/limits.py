"""A limit that a config could set, on a key with many values such as that of a video or a camera."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlsel.starter.looking import class_counts

if TYPE_CHECKING:
    from sqlsel.engines.base import Engine
    from sqlsel.facts import DatasetFacts

_FEWEST, _MOST = 3, 1000
_KEYS_LOOKED_AT = 30


def limit_offer(engine: Engine, facts: DatasetFacts, n: int) -> dict[str, Any] | None:
    """The key of text with the most values that samples share, and twice the even share of ``n`` for each; else None.

    Cost: one pass over each of at most thirty metadata keys.
    """
    best: tuple[int, str] | None = None
    texts = [key for key in facts.keys.values() if key.kind == "text"]
    for key in texts[:_KEYS_LOOKED_AT]:
        values = len(class_counts(engine, facts, key, _MOST + 1))
        shared = _FEWEST <= values <= min(_MOST, facts.n_samples // 2)
        if shared and (best is None or values > best[0]):
            best = (values, key.key)
    return None if best is None else {"key": best[1], "max": max(1, 2 * n // best[0])}
