"""What comparing two tags gives."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from sqlsel.tables import table_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTH = 80
TO_THE_TAG = "all samples to the tag"
"""What stands for an objective where distances of all samples to the nearest one of a tag are measured."""

_CLASSES_SHOWN = 12
_LABEL, _NUMBER = 20, 6


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two tags share.

    Attributes:
        kind: ``samples`` or ``objects``.
        a: How many the first has.
        b: How many the second has.
        both: How many both have.
    """

    kind: str
    a: int
    b: int
    both: int

    @property
    def jaccard(self) -> float | None:
        """The share of those that both have among those that either has; None where neither has any."""
        either = self.a + self.b - self.both
        return self.both / either if either else None


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure of both tags.

    Attributes:
        objective: The objective that is measured, or ``all samples to the tag``, whose measures are distances.
        measure: What is measured.
        category: The class whose share it is.
        target: The share of it that was asked for.
        a: The value of the first tag; None where it has none.
        b: The value of the second.
        of_all: The value of all samples in play; None where that says nothing.
        better: Which of both is nearer to what the objective wants, ``a`` or ``b``; None where neither is.
    """

    objective: str
    measure: str
    category: str | None
    target: float | None
    a: float | None
    b: float | None
    of_all: float | None
    better: str | None


@dataclass(frozen=True, slots=True)
class InPlay:
    """Which samples objectives were measured over, beside those of both tags.

    Attributes:
        tag: The tag whose selection asked for the objectives; None where a config was given.
        objectives: The objectives; none where the selection had those of the other tag, but chose among others.
        samples: How many samples, those of both tags among them.
        conditions: What its candidates had to be beside the config; empty where they might be anything.
        unknown: Why the samples are not those that it chose among; None where they are.
    """

    tag: str | None
    objectives: tuple[str, ...]
    samples: int
    conditions: str
    unknown: str | None

    def __str__(self) -> str:
        """In words; empty where there is nothing special to tell."""
        if not self.conditions and self.unknown is None:
            return ""
        if not self.objectives:
            return f"{self.tag} was chosen among others ({self.conditions}); it is measured over the same samples"
        over = f"{', '.join(self.objectives)}: over {self.samples:,} samples, "
        if self.unknown is not None:
            return f"{over}not those that {self.tag} was chosen among: {self.unknown}"
        return f"{over}those that {self.tag} was chosen among ({self.conditions}) and both tags"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two tags of a dataset beside each other. ``print()`` it, or see ``to_dict()`` and ``rows()``.

    Attributes:
        dataset: The dataset.
        tags: Both tags.
        overlap: What they share.
        measures: What each reaches of the objectives of both.
        in_play: Which samples these were measured over.
    """

    dataset: str
    tags: tuple[str, str]
    overlap: Overlap
    measures: tuple[Compared, ...]
    in_play: tuple[InPlay, ...]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values that JSON can hold."""
        shared = {**asdict(self.overlap), "jaccard": self.overlap.jaccard}
        return {
            "dataset": self.dataset,
            "tags": {"a": self.tags[0], "b": self.tags[1]},
            "overlap": shared,
            "measures": [asdict(each) for each in self.measures],
            "in_play": [asdict(each) for each in self.in_play],
        }

    def rows(self) -> list[dict[str, Any]]:
        """A row a measure, with the fields of ``Compared``; the overlap, which belongs to no objective, comes first."""
        overlap, nothing = self.overlap, {"category": None, "target": None, "of_all": None, "better": None}
        counts = {"samples": (overlap.a, overlap.b), "in both": (overlap.both,) * 2, "jaccard": (overlap.jaccard,) * 2}
        first = [
            {"objective": None, "measure": name.replace("samples", overlap.kind), **nothing, "a": a, "b": b}
            for name, (a, b) in counts.items()
        ]
        order = list(asdict(self.measures[0])) if self.measures else list(first[0])
        floats = [{name: _double(row[name]) for name in order} for row in first]
        return [*floats, *(asdict(each) for each in self.measures)]

    def text(self, width: int = WIDTH) -> str:
        """A table within so many columns; of many classes it shows those whose shares differ most.

        Below it stands which samples it is about, where a run did not choose among all.
        """
        headers, lines = ["", *self.tags, "all", "target", "better"], list(self._lines())
        # what is measured comes before what it is measured against
        while len(headers) > 3 and width < _LABEL + sum(max(len(name), _NUMBER) + 2 for name in headers[1:]):
            headers.pop()
        table = table_lines(headers, [line[: len(headers)] for line in lines], width)
        below = [line for each in self.in_play if str(each) for line in wrap(str(each), width, subsequent_indent="  ")]
        return "\n".join([*table, *([""] if below else []), *below])

    def _lines(self) -> Iterator[list[object]]:
        overlap = self.overlap
        yield [overlap.kind, overlap.a, overlap.b, None, None, None]
        yield ["in both", overlap.both, overlap.both, None, None, None]
        yield ["Jaccard", overlap.jaccard, overlap.jaccard, None, None, None]
        objective = None
        shown = self._shown()
        for each in self.measures:
            if each.objective != objective:
                objective = each.objective
                yield [objective, None, None, None, None, None]
            if each not in shown:
                continue
            label = f"    {each.category}" if each.category is not None else f"  {each.measure}"
            better = None if each.better is None else self.tags[0] if each.better == "a" else self.tags[1]
            yield [label, each.a, each.b, each.of_all, each.target, better]

    def _shown(self) -> set[Compared]:
        """All but the classes beyond the first dozen of an objective, by how much their shares differ."""
        shown = {each for each in self.measures if each.category is None}
        for objective in dict.fromkeys(each.objective for each in self.measures):
            classes = [each for each in self.measures if each.objective == objective and each.category is not None]
            classes.sort(key=lambda each: -abs((each.a or 0) - (each.b or 0)))
            shown |= set(classes[:_CLASSES_SHOWN])
        return shown

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        a, b = self.tags
        return f"<sqlsel.Comparison of {a!r} and {b!r} of {self.dataset!r}; print() it, or .to_dict(), .rows()>"


def _double(value: object) -> object:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
