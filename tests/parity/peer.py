"""lightly-mundig as a function of our own objectives."""

from __future__ import annotations

import itertools

import lightly_mundig
import numpy as np

from sqlsel.kernels import Balance, Diversity, ObjectDiversity, ObjectWeights, Weights


def members(offsets):
    return [list(range(int(a), int(b))) for a, b in itertools.pairwise(offsets)]


def add(selection, objective, extra):
    if isinstance(objective, Diversity):
        selection.add_diversifying_strategy(objective.matrix, objective.strength, objective.minimum_distance)
    elif isinstance(objective, Weights):
        selection.add_weighting_strategy(objective.values.astype(np.float32), objective.strength)
    elif isinstance(objective, Balance):
        selection.add_balancing_strategy(
            objective.rows.astype(np.float32), objective.target.astype(np.float32), objective.strength
        )
    elif isinstance(objective, ObjectDiversity):
        selection.add_subpart_diversifying_strategy(
            objective.objects.matrix, members(objective.objects.offsets), objective.strength, objective.minimum_distance
        )
    elif isinstance(objective, ObjectWeights):
        owners = members(objective.offsets)
        if objective.own == "max":
            selection.add_subpart_similarity_strategy(*extra[objective.name], owners, objective.strength)
        else:
            selection.add_subpart_typicality_strategy(*extra[objective.name][:1], owners, objective.strength, 5)


def picks(objectives, n, rows, preselected=(), extra=None):
    """New picks of the peer, in order; ``extra`` holds the vectors behind object weights."""
    selection = lightly_mundig.Selection()
    for objective in objectives:
        add(selection, objective, extra or {})
    before = [int(row) for row in preselected]
    return selection.run_selection(before, rows, len(before) + n)[len(before) :]
