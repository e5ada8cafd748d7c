"""Texts out of data as labels: whole where they are short, else their beginning, and no two alike."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LABEL_BYTES = 160
"""The most that a label takes on the page, in bytes of JSON."""
ALL_LABEL_BYTES = 1_000_000
"""The most that those of all distributions take together."""
_FEWEST_BYTES = 24


def bytes_each(labels: int) -> int:
    """How long each of so many labels may be."""
    return max(_FEWEST_BYTES, min(LABEL_BYTES, ALL_LABEL_BYTES // max(labels, 1)))


def labels_of(texts: Iterable[str], most: int = LABEL_BYTES) -> list[str]:
    """A label for each text; those that begin alike are numbered."""
    found: list[str] = []
    seen: dict[str, int] = {}
    for text in texts:
        label = _shortened(text, most)
        seen[label] = seen.get(label, 0) + 1
        found.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return found


def _shortened(text: str, most: int) -> str:
    if _size(text) <= most:
        return text
    kept = text[:most]
    while _size(kept) > most:
        kept = kept[: len(kept) * most // _size(kept)]
    return f"{kept}…"


def _size(text: str) -> int:
    return len(json.dumps(text)) - 2
