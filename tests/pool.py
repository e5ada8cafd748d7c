"""A made dataset with every kind of input, as plain Python values, so that oracles need nothing of sqlsel."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

WEATHER = ["sunny", "cloudy", "rainy", None]
CLASSES = ["bus", "car", "dog"]
WIDTH = 6


@dataclass
class Pool:
    """Samples with ids s000, s001, ...; every attribute is by row."""

    ids: list[str]
    vectors: np.ndarray
    brightness: list[float | None]
    weather: list[str | None]
    score: list[float | None]
    probabilities: list[list[float] | None]
    objects: list[list[dict] | None] = field(default_factory=list)

    def table(self, rows=None) -> pa.Table:
        """The rows, in any order, as a table that ingest takes."""
        rows = range(len(self.ids)) if rows is None else rows
        objects = pa.struct(
            {
                "category": pa.string(),
                "score": pa.float64(),
                "probabilities": pa.list_(pa.float64()),
                "embedding": pa.list_(pa.float32()),
            }
        )
        return pa.table(
            {
                "sample_id": [self.ids[i] for i in rows],
                "file_name": [f"{self.ids[i]}.jpg" for i in rows],
                "embedding": pa.array([self.vectors[i].tolist() for i in rows], pa.list_(pa.float32())),
                "light": pa.array([{"brightness": self.brightness[i]} for i in rows]),
                "weather": pa.array([self.weather[i] for i in rows], pa.string()),
                "doubt": pa.array([self.score[i] for i in rows], pa.float64()),
                "scene": pa.array([self.probabilities[i] for i in rows], pa.list_(pa.float64())),
                "things": pa.array([self.objects[i] for i in rows], pa.list_(objects)),
            }
        )

    def tie_order(self, seed=0) -> list[int]:
        """All rows in the order that ties are broken in."""
        if seed is None:
            return sorted(range(len(self.ids)), key=lambda i: self.ids[i])
        key = [hashlib.md5(f"{name}:{seed}".encode()).hexdigest() for name in self.ids]
        return sorted(range(len(self.ids)), key=lambda i: (key[i], self.ids[i]))


MAPPING = {
    "predictions": {"scene": "scene", "things": "things"},
    "scores": {("scene", "doubt"): "doubt"},
    "classes": {"scene": CLASSES, "things": CLASSES},
}


def unit(matrix: np.ndarray) -> np.ndarray:
    wide = matrix.astype(np.float64)
    return (wide / np.linalg.norm(wide, axis=-1, keepdims=True)).astype(np.float32)


def make_pool(count: int, seed: int, *, lacking: float = 0.0) -> Pool:
    """A pool of ``count`` samples; each optional input is lacked with the given probability."""
    rng = np.random.default_rng(seed)

    def some(value):
        return None if rng.random() < lacking else value

    def shares():
        found = rng.dirichlet(np.ones(len(CLASSES)))
        return [float(p) for p in found]

    def things():
        found = []
        for vector in unit(rng.standard_normal((int(rng.integers(0, 4)), WIDTH))):
            probabilities = shares()
            best = int(np.argmax(probabilities))
            found.append(
                {
                    "category": CLASSES[best],
                    "score": probabilities[best],
                    "probabilities": probabilities,
                    "embedding": vector.tolist(),
                }
            )
        return found

    return Pool(
        ids=[f"s{i:03d}" for i in range(count)],
        vectors=unit(rng.standard_normal((count, WIDTH))),
        brightness=[some(round(float(rng.random()), 2)) for _ in range(count)],
        weather=[WEATHER[int(rng.integers(len(WEATHER)))] for _ in range(count)],
        score=[some(float(rng.random())) for _ in range(count)],
        probabilities=[some(shares()) for _ in range(count)],
        objects=[some(things()) for _ in range(count)],
    )


def config(n, *objectives):
    """A config from pairs of input and strategy."""
    return {"n_samples": n, "strategies": [{"input": dict(i), "strategy": dict(s)} for i, s in objectives]}


EMBEDDINGS = {"type": "EMBEDDINGS"}
OBJECTS = {"type": "EMBEDDINGS", "task": "things"}
BRIGHTNESS = {"type": "METADATA", "key": "light.brightness"}
WEATHER_KEY = {"type": "METADATA", "key": "weather"}
DOUBT = {"type": "SCORES", "task": "scene", "score": "doubt"}
SCENE = {"type": "PREDICTIONS", "task": "scene", "name": "CLASS_DISTRIBUTION"}
THINGS = {"type": "PREDICTIONS", "task": "things", "name": "CLASS_DISTRIBUTION"}
DIVERSITY = {"type": "DIVERSITY"}
WEIGHTS = {"type": "WEIGHTS"}
TYPICALITY = {"type": "TYPICALITY", "num_nearest_neighbors": 5}
