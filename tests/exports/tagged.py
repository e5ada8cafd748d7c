"""Datasets with a tag on some of their samples, made of nothing but what the test is about."""

RANDOM = {"input": {"type": "RANDOM"}, "strategy": {"type": "WEIGHTS"}}


def tag(db, dataset, names, tag="round-1", preselected=()):
    """Put a tag on samples by their file names, the first in the lowest rank; returns the names in rank order."""
    config = {"n_samples": len(names), "strategies": [RANDOM]}
    ids = dict(db.engine.rows(f'SELECT file_name, sample_id FROM "{dataset}".samples'))
    chosen = db.select(
        config,
        dataset=dataset,
        tag=tag,
        candidates=[ids[name] for name in names],
        preselected=[ids[name] for name in preselected] or None,
    )
    assert sorted(chosen.file_names) == sorted(names)
    return chosen.file_names


def tag_objects(db, dataset, task, n, tag="objects-1"):
    """Put a tag on objects; returns their image ids and numbers."""
    config = {"n_samples": n, "select_objects_of": task, "strategies": [RANDOM]}
    return db.select(config, dataset=dataset, tag=tag).objects
