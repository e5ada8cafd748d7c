"""Which image of a file of labels is which sample: they may name it from different folders."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_TRIED = 500


def match_names(samples: Sequence[str], others: Iterable[str], prefix: str | None = None) -> dict[str, str]:
    """By file name of a sample, the name that another list has for it.

    Args:
        samples: File names of samples.
        others: Names of images elsewhere, relative to one folder.
        prefix: What the samples' names have before those, if it is known; else it is what fits most of them, and it may
            be that the others have more.
    """
    there = list(others)
    if prefix is not None:
        known = {f"{prefix}{name}": name for name in there}
        if found := {name: known[name] for name in samples if name in known}:
            return found
    own, theirs = _difference(samples, there)
    known = {f"{own}{name.removeprefix(theirs)}": name for name in there if name.startswith(theirs)}
    return {name: known[name] for name in samples if name in known}


def _difference(samples: Sequence[str], others: Sequence[str]) -> tuple[str, str]:
    """What the samples' names have before those of the others, and what these have before the samples'."""
    by_end: dict[str, list[str]] = defaultdict(list)
    for name in others:
        by_end[name.rpartition("/")[2]].append(name)
    votes: Counter[tuple[str, str]] = Counter()
    for sample in samples[:_TRIED]:
        for name in by_end.get(sample.rpartition("/")[2], ()):
            if sample == name:
                votes["", ""] += 1
            elif sample.endswith(f"/{name}"):
                votes[sample[: -len(name)], ""] += 1
            elif name.endswith(f"/{sample}"):
                votes["", name[: -len(sample)]] += 1
    if not votes:
        return "", ""
    return min(votes, key=lambda pair: (-votes[pair], len(pair[0]) + len(pair[1]), pair))
