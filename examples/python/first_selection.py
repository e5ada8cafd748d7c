"""From files to two rounds of selection, in Python. Run it beside the files of `sqlsel demo`."""

import sqlsel

# Digits that the classifier is unsure of, as different from each other as possible.
CONFIG = {
    "n_samples": 20,
    "strategies": [
        {"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}},
        {
            "input": {"type": "SCORES", "task": "digit_classification", "score": "uncertainty_entropy"},
            "strategy": {"type": "WEIGHTS"},
        },
    ],
}

with sqlsel.connect("first_selection.duckdb") as db:
    # Images, predictions, metadata and embeddings of one folder. Doing it again updates, and doubles nothing.
    db.ingest("demo-files/digits", dataset="digits")

    # Nothing runs yet: what would happen?
    print(db.explain(CONFIG, dataset="digits"))

    # The first round, kept as a tag.
    first = db.select(CONFIG, dataset="digits", tag="round-1", overwrite=True)
    print(first)
    print("the first picks:", first.file_names[:3])

    # Each row says what the pick added (gain), and what each objective made of it (terms).
    print(first.to_arrow().slice(0, 2).to_pylist())

    # The second round knows the first: it looks for what is not there yet.
    second = db.select(CONFIG, dataset="digits", tag="round-2", preselected="round-1", overwrite=True)
    assert not set(first.sample_ids) & set(second.sample_ids)

    # Everything is plain tables.
    print(db.sql("SELECT tag, count(*) AS samples, count(rank) AS new FROM digits.tags GROUP BY tag ORDER BY tag"))

    # A list for the labelling tool: the new ones of the second round only.
    report = db.export("digits", "round-2", "filenames", "to_label.txt", exclude_preselected=True)
    print(f"{report.samples} file names in to_label.txt")
