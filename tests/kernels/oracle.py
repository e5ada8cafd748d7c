"""The definition of a selection, step by step in plain numpy: everything from scratch at every step, in double."""

from __future__ import annotations

import itertools

import numpy as np

from sqlsel.kernels import Balance, Coverage, Diversity, ObjectDiversity, Objects, ObjectWeights, Weights


def pairwise_halves(matrix):
    wide = matrix.astype(np.float64)
    halves = np.empty((len(wide), len(wide)))
    for row in range(len(wide)):
        halves[row] = 0.5 * np.sum((wide - wide[row]) ** 2, axis=1)
    return halves


class OfWeights:
    def __init__(self, declared, alone):
        self.raw = np.asarray(declared.values, dtype=float)
        self.used = self.raw
        if not alone and np.nanmin(self.raw, initial=0.0) < 0:
            self.used = self.raw - np.nanmin(self.raw)
        self.max_sum, self.range = declared.max_sum, declared.target_range

    def state(self, chosen):
        return sum(self.used[i] for i in chosen if not np.isnan(self.used[i]))

    def value(self, i, chosen):
        return self.state(chosen) + self.used[i]

    def term(self, i, chosen):
        return self.raw[i]

    def admits(self, i, chosen, new):
        return self.range is None or sum(self.raw[j] for j in new) + self.raw[i] <= self.range[1]

    reason = "target_range"

    def reached(self, new):
        return self.max_sum is not None and sum(self.raw[j] for j in new) >= self.max_sum


class OfObjectWeights:
    reason = None

    def __init__(self, declared, alone):
        self.of = [declared.values[a:b] for a, b in itertools.pairwise(declared.offsets)]
        self.own = declared.own

    def state(self, chosen):
        return sum(float(w) for i in chosen for w in self.of[i])

    def term(self, i, chosen):
        if not len(self.of[i]):
            return np.nan
        return max(self.of[i]) if self.own == "max" else sum(self.of[i]) / len(self.of[i])

    def value(self, i, chosen):
        own = self.term(i, chosen)
        return 0.0 if np.isnan(own) else self.state(chosen) + own

    def admits(self, i, chosen, new):
        return True

    def reached(self, new):
        return False


class OfObjectDiversity:
    """Samples are the special case of one object a row."""

    reason = "minimum_distance"

    def __init__(self, declared, alone):
        if isinstance(declared, Diversity):
            present = np.ones(len(declared.matrix), bool) if declared.present is None else declared.present
            self.of = [[i] if present[i] else [] for i in range(len(declared.matrix))]
            self.halves = pairwise_halves(np.where(present[:, None], declared.matrix, np.float32(0)))
        else:
            bounds = declared.objects.offsets
            self.of = [list(range(a, b)) for a, b in itertools.pairwise(bounds)]
            self.halves = pairwise_halves(declared.objects.matrix)
        self.minimum = declared.minimum_distance

    def members(self, chosen):
        return [o for i in chosen for o in self.of[i]]

    def total(self, chosen):
        members = self.members(chosen)
        if len(members) < 2:
            return 0.0
        between = self.halves[np.ix_(members, members)].copy()
        np.fill_diagonal(between, np.inf)
        return float(between.min(axis=1).sum())

    def own(self, i, chosen):
        return float(np.mean(self.halves[np.ix_(self.of[i], self.members(chosen))].min(axis=1)))

    def state(self, chosen):
        return self.total(chosen) if len(self.members(chosen)) > 1 else np.nan

    def value(self, i, chosen):
        if not self.of[i]:
            return 0.0
        return self.total(chosen) + self.own(i, chosen) if self.members(chosen) else 1e8

    def term(self, i, chosen):
        if not self.of[i] or not self.members(chosen):
            return np.nan
        return np.sqrt(2 * self.own(i, chosen))

    def admits(self, i, chosen, new):
        if self.minimum is None or not self.of[i] or not self.members(chosen):
            return True
        return not np.sqrt(2 * self.own(i, chosen)) < self.minimum

    def reached(self, new):
        return False


class OfCoverage:
    reason = None

    def __init__(self, declared, alone):
        objects = isinstance(declared.vectors, Objects)
        matrix = np.nan_to_num(declared.vectors.matrix if objects else declared.vectors).astype(np.float64)
        lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
        unit = np.divide(matrix, lengths, out=np.zeros_like(matrix), where=lengths > 0)
        reference = np.arange(len(matrix)) if declared.reference is None else declared.reference
        if declared.reference is None and declared.present is not None:
            reference = np.flatnonzero(declared.present)
        self.cosines = unit @ unit[reference].T
        self.cosines[self.cosines > 1 - 1e-12] = 1.0
        self.weights = np.ones(len(reference)) if declared.weights is None else declared.weights
        if objects:
            self.of = [list(range(a, b)) for a, b in itertools.pairwise(declared.vectors.offsets)]
        else:
            there = np.ones(len(matrix), bool) if declared.present is None else declared.present
            self.of = [[i] if there[i] else [] for i in range(len(matrix))]

    def state(self, chosen):
        members = [o for i in chosen for o in self.of[i]]
        if not members:
            return 0.0
        return float((np.maximum(self.cosines[members].max(axis=0), 0) * self.weights).sum())

    def value(self, i, chosen):
        return self.state([*chosen, i]) if self.of[i] else 0.0

    def term(self, i, chosen):
        return self.state([*chosen, i]) - self.state(chosen)

    def admits(self, i, chosen, new):
        return True

    def reached(self, new):
        return False


class OfBalance:
    reason = None

    def __init__(self, declared, alone):
        self.rows = declared.rows
        self.target = declared.target

    def shares(self, chosen):
        mix = np.zeros(len(self.target))
        for i in chosen:
            if not np.isnan(self.rows[i]).any():
                mix = mix + self.rows[i]
        return mix / mix.sum() if mix.sum() > 0 else mix

    def closeness(self, chosen):
        entropy = -sum(t * np.log(p + 1e-10) for t, p in zip(self.target, self.shares(chosen), strict=True))
        return 1 / max(entropy, 1e-8)

    state = closeness

    def value(self, i, chosen):
        return self.closeness([*chosen, i]) if self.rows[i].any() else 0.0

    def away(self, chosen):
        return float(np.abs(self.shares(chosen) - self.target).sum())

    def term(self, i, chosen):
        return self.away([*chosen, i])

    def admits(self, i, chosen, new):
        return True

    def reached(self, new):
        return False


ORACLES = {
    Coverage: OfCoverage,
    Weights: OfWeights,
    ObjectWeights: OfObjectWeights,
    Diversity: OfObjectDiversity,
    ObjectDiversity: OfObjectDiversity,
    Balance: OfBalance,
}


def log(value):
    return np.log(max(value, 1e-8))


def gain_of(i, chosen, objectives, oracles):
    if len(oracles) == 1:
        term = oracles[0].term(i, chosen)
        return oracles[0].away(chosen) - term if isinstance(oracles[0], OfBalance) else term
    gain = 0.0
    for objective, oracle in zip(objectives, oracles, strict=True):
        state = oracle.state(chosen)
        if not np.isnan(state):
            gain += objective.strength * (log(oracle.value(i, chosen)) - log(state))
    return gain


def exact_rank(i, objective, oracle, chosen):
    """What decides for one weights-like objective alone."""
    term = oracle.term(i, chosen)
    return np.sign(objective.strength) * (-1.0 if np.isnan(term) else term)


def pick(open_rows, chosen, objectives, oracles):
    if len(objectives) == 1 and isinstance(objectives[0], Weights | ObjectWeights):
        return max(open_rows, key=lambda i: (exact_rank(i, objectives[0], oracles[0], chosen), -i))
    parts = np.array(
        [[o.strength * log(k.value(i, chosen)) for o, k in zip(objectives, oracles, strict=True)] for i in open_rows]
    ).reshape(len(open_rows), len(objectives))
    scores = parts.sum(axis=1)
    best = int(np.argmax(scores))
    tolerance = 1e-13 * (1 + np.abs(parts[best]).sum())
    return min(i for i, score in zip(open_rows, scores, strict=True) if score >= scores[best] - tolerance)


def full(i, chosen, limits):
    """Whether a limit keeps a row out."""
    return any(
        limit.groups[i] >= 0 and sum(limit.groups[j] == limit.groups[i] for j in chosen) >= limit.most
        for limit in limits
    )


def select(objectives, n, candidates, preselected, limits=()):
    """(rows, gains, terms, (reason, objective)) of the selection, by definition."""
    oracles = [ORACLES[type(o)](o, len(objectives) == 1) for o in objectives]
    before = [int(i) for i in np.flatnonzero(preselected)]
    new, gains, terms, stop = [], [], [], ("n_samples", None)
    while len(new) < n:
        chosen = before + new
        left = [int(i) for i in np.flatnonzero(candidates & ~preselected) if i not in new]
        if not left:
            stop = ("candidates", None)
            break
        kept_out = [{i for i in left if not k.admits(i, chosen, new)} for k in oracles]
        kept_out.append({i for i in left if full(i, chosen, limits)})
        open_rows = [i for i in left if not any(i in out for out in kept_out)]
        if not open_rows:
            worst = int(np.argmax([len(out) for out in kept_out]))
            stop = (oracles[worst].reason, worst) if worst < len(oracles) else ("limits", None)
            break
        row = pick(open_rows, chosen, objectives, oracles)
        gains.append(gain_of(row, chosen, objectives, oracles))
        terms.append([k.term(row, chosen) for k in oracles])
        new.append(row)
        ended = [k for k, oracle in enumerate(oracles) if oracle.reached(new)]
        if ended and len(new) < n:
            stop = ("max_sum", ended[0])
            break
    return new, gains, terms, stop


def fast_value(objective, chosen, halves):
    """Values of all rows at once, from scratch, for runs too large for the loop above."""
    if isinstance(objective, Weights):
        return objective.values[chosen].sum() + objective.values
    if isinstance(objective, Balance):
        mixes = objective.rows[chosen].sum(axis=0) + objective.rows
        shares = mixes / mixes.sum(axis=1, keepdims=True)
        return 1 / np.maximum(-(objective.target * np.log(shares + 1e-10)).sum(axis=1), 1e-8)
    if not chosen:
        return np.full(len(halves), 1e8)
    between = halves[np.ix_(chosen, chosen)].copy()
    np.fill_diagonal(between, np.inf)
    return (between.min(axis=1).sum() if len(chosen) > 1 else 0.0) + halves[:, chosen].min(axis=1)


def select_fast(objectives, n, rows):
    """Like :func:`select`, for positive weights, full rows and no stops; only the picks."""
    halves = next((pairwise_halves(o.matrix) for o in objectives if isinstance(o, Diversity)), None)
    chosen = []
    for _ in range(n):
        parts = np.array([o.strength * np.log(np.maximum(fast_value(o, chosen, halves), 1e-8)) for o in objectives])
        scores = parts.sum(axis=0)
        scores[chosen] = -np.inf
        best = int(np.argmax(scores))
        tolerance = 1e-13 * (1 + np.abs(parts[:, best]).sum())
        chosen.append(int(np.argmax(scores >= scores[best] - tolerance)))
    return chosen


def typicality(matrix, k):
    distances = np.sqrt(2 * pairwise_halves(matrix))
    near = np.array([np.sort(np.delete(row, i))[:k] for i, row in enumerate(distances)])
    if near.size == 0 or near.mean() == 0:
        return np.ones(len(matrix))
    return np.exp(-near / near.mean()).mean(axis=1)


def similarity(matrix, queries):
    wide = queries.astype(np.float64)
    nearest = np.array([np.sqrt(np.sum((wide - row) ** 2, axis=1)).min() for row in matrix.astype(np.float64)])
    if len(nearest) < 2 or nearest.mean() == 0:
        return np.ones(len(nearest))
    return np.exp(-nearest / nearest.mean())
