"""What must hold in a config that chooses sequences of frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from sqlsel.config.findings import Finding
from sqlsel.config.kinds import STRATEGIES

if TYPE_CHECKING:
    from sqlsel.config.outline import Outline, Pair

LENGTH = "selected_sequence_length"

NOT_OF_SEQUENCES = {
    "select_objects_of": "objects are no frames",
    "limits": "a limit counts single samples, and the frames of a sequence may have several values",
}
"""Fields that have no place beside a sequence length, and why."""


def check_sequences(outline: Outline) -> list[Finding]:
    """Whether the number of samples is a multiple of the length, and everything asked has a meaning for sequences."""
    length = outline.top.get(LENGTH)
    if not _is_length(length) or length == 1:
        return []
    found = _multiple(outline.top.get("n_samples"), length)
    for name, why in NOT_OF_SEQUENCES.items():
        if outline.top.get(name) not in (None, []):
            found.append(Finding((name,), f"does not go with {LENGTH!r}: {why}; leave one of them out", at_key=True))
    for pair in outline.pairs:
        found += _sums(pair)
    return found


def _is_length(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _multiple(asked: object, length: int) -> list[Finding]:
    if not _is_length(asked) or asked % length == 0:
        return []
    below, above = asked // length * length, (asked // length + 1) * length
    choice = f"{below:,} or {above:,}" if below else f"{above:,}"
    return [Finding(("n_samples",), f"{asked:,} is no multiple of {LENGTH!r}, which is {length:,}: choose {choice}")]


def _sums(pair: Pair) -> list[Finding]:
    if pair.strategy.kind is None:
        return []
    why = "the value of a sequence is a mean, and means do not add up to the sum of the frames; leave it out"
    return [
        Finding((*pair.strategy.path, name), f"does not go with {LENGTH!r}: {why}", at_key=True)
        for name in STRATEGIES[pair.strategy.kind].not_of_sequences
        if pair.strategy.data.get(name) is not None
    ]
