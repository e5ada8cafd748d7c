"""The objectives that a dataset can be asked for, each with what it does in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlsel.config import computed_scores
from sqlsel.facts import DEFAULT_EMBEDDING
from sqlsel.starter.looking import class_counts, quantile
from sqlsel.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlsel.datasets.catalog import DatasetCatalog
    from sqlsel.engines.base import Engine
    from sqlsel.facts import DatasetFacts, EmbeddingFacts, MetadataKey, TaskFacts

_MOST_CLASSES = 12
_KEYS_LOOKED_AT = 30
_BEST_SCORES = ("uncertainty_entropy", "uncertainty_margin", "objectness_least_confidence", "mean_uncertainty")
_QUALITY = ("lightly.sharpness", "lightly.snr")
_LOW = 0.1


@dataclass(frozen=True, slots=True)
class Offer:
    """One objective that the dataset can be asked for.

    Attributes:
        about: What it does, in lines of a comment.
        input: What it looks at.
        strategy: What it wants.
        active: Whether a config should start with it; the others are there to be taken in.
    """

    about: tuple[str, ...]
    input: Mapping[str, Any]
    strategy: Mapping[str, Any]
    active: bool = False


def offers(engine: Engine, catalog: DatasetCatalog, facts: DatasetFacts) -> list[Offer]:
    """What the dataset can be asked for: at least one objective is active.

    Cost: a pass over at most thirty metadata keys.
    """
    found = [
        *_embeddings(facts),
        *_scores(facts),
        *_numbers(engine, facts),
        *_classes(engine, facts),
        *(each for task in facts.tasks.values() for each in _predictions(task)),
        *_objects(facts),
        *_queries(catalog, facts),
    ]
    if not any(each.active for each in found):
        found.append(Offer(("a random choice",), {"type": "RANDOM"}, {"type": "WEIGHTS"}, active=True))
    return found


def _embeddings(facts: DatasetFacts) -> Iterator[Offer]:
    for number, name in enumerate(facts.embeddings):
        source = {"type": "EMBEDDINGS", **({} if len(facts.embeddings) == 1 else {"embedding": name})}
        by = "" if name == DEFAULT_EMBEDDING else f", by embedding {name}"
        about = f"samples far from each other{by}: variety, and no near-duplicates"
        yield Offer((about,), source, {"type": "DIVERSITY"}, active=number == 0)
        if number == 0:
            about = "every sample near a chosen one: what is frequent counts, and outliers do not"
            yield Offer((about,), source, {"type": "COVERAGE"})
            about = "not the outliers: samples that have near neighbours"
            yield Offer((about,), source, {"type": "TYPICALITY", "strength": 0.5})


def _scores(facts: DatasetFacts) -> Iterator[Offer]:
    active = True
    for task in facts.tasks.values():
        names = [*dict.fromkeys([*task.scores, *computed_scores(task)])]
        if not names:
            continue
        best = next((name for name in _BEST_SCORES if name in names), names[0])
        about = [f"what task {task.name} is unsure of: high {best}" if best in _BEST_SCORES else f"high {best}"]
        if len(names) > 1:
            about.append(f"its scores: {', '.join(names)}")
        yield Offer(
            tuple(about), {"type": "SCORES", "task": task.name, "score": best}, {"type": "WEIGHTS"}, active=active
        )
        active = False


def _numbers(engine: Engine, facts: DatasetFacts) -> Iterator[Offer]:
    """A threshold on what tells good images from bad ones, else on the first number there is."""
    keys = [key for key in facts.keys.values() if key.kind == "number" and not key.categorical]
    keys.sort(key=lambda key: _QUALITY.index(key.key) if key.key in _QUALITY else len(_QUALITY))
    for key in keys[:_KEYS_LOOKED_AT]:
        low = quantile(engine, facts, key, _LOW)
        if low is not None:
            bound = float(f"{low:.3g}")
            about = [f"leave out the tenth of the samples with the lowest {key.key}"]
            others = [other.key for other in keys if other is not key]
            if others:
                about.append(f"other numbers: {quoted(others)}")
            strategy = {"type": "THRESHOLD", "threshold": bound, "operation": "BIGGER_EQUAL"}
            yield Offer(tuple(about), {"type": "METADATA", "key": key.key}, strategy)
            return


def _classes(engine: Engine, facts: DatasetFacts) -> Iterator[Offer]:
    """A mix for each key with a few classes, at most three of them."""
    offered = 0
    for key in list(filter(_may_be_categories, facts.keys.values()))[:_KEYS_LOOKED_AT]:
        counts = class_counts(engine, facts, key, _MOST_CLASSES + 1)
        if not 2 <= len(counts) <= _MOST_CLASSES:
            continue
        total = sum(count for _, count in counts)
        now = ", ".join(f"{name}: {count / total:.0%}" for name, count in counts)
        about = (f"as many samples of each {key.key}", f"in the dataset: {now}")
        source = {"type": "METADATA", "key": key.key}
        yield Offer(about, source, {"type": "BALANCE", "target": equal_shares([name for name, _ in counts])})
        offered += 1
        if offered == 3:
            return


def _may_be_categories(key: MetadataKey) -> bool:
    return key.kind in ("text", "boolean") or (key.kind == "integer" and key.categorical is True)


def equal_shares(names: Sequence[str]) -> dict[str, float]:
    """Shares of two or three decimals that add up to 1, as equal as these can be."""
    whole = 100 if len(names) <= 20 else 1000
    each, over = divmod(whole, len(names))
    return {name: (each + (place < over)) / whole for place, name in enumerate(names)}


def _predictions(task: TaskFacts) -> Iterator[Offer]:
    if not task.has_predictions:
        return
    source: dict[str, Any] = {"type": "PREDICTIONS", "task": task.name, "name": "CLASS_DISTRIBUTION"}
    if len(task.categories) >= 2:
        few = len(task.categories) <= _MOST_CLASSES
        wanted = {"target": equal_shares(task.categories)} if few else {"distribution": "UNIFORM"}
        about = (f"as much of each class that task {task.name} predicts",)
        yield Offer(about, source, {"type": "BALANCE", **wanted})
    if task.task_type != "classification":
        about = (f"samples in which task {task.name} finds something",)
        strategy = {"type": "THRESHOLD", "threshold": 1, "operation": "BIGGER_EQUAL"}
        yield Offer(about, {**source, "name": "CATEGORY_COUNT"}, strategy)


def _objects(facts: DatasetFacts) -> Iterator[Offer]:
    for task in facts.object_embeddings:
        about = (f"different objects of task {task}, not different scenes",)
        yield Offer(about, {"type": "EMBEDDINGS", "task": task}, {"type": "DIVERSITY"})


def _queries(catalog: DatasetCatalog, facts: DatasetFacts) -> Iterator[Offer]:
    """More like the samples of another dataset with an embedding of the same name and width."""
    for name in catalog.dataset_names():
        if name == facts.name:
            continue
        there = catalog.facts(name).embeddings
        for known in facts.embeddings.values():
            if _comparable(known, there):
                several = {} if len(facts.embeddings) == 1 else {"embedding": known.name}
                source = {"type": "EMBEDDINGS", **several, "dataset_id": name, "tag_name": "initial-tag"}
                yield Offer((f"more like the samples of dataset {name}",), source, {"type": "SIMILARITY"})
                break


def _comparable(known: EmbeddingFacts, there: Mapping[str, EmbeddingFacts]) -> bool:
    other = there.get(known.name)
    return other is not None and other.width == known.width
