"""What a reader hands to the dataset writer: queries over its source, and facts that no query can tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sqlglot import exp

    from sqlsel.datasets.imagery import Maker
    from sqlsel.datasets.label_files import LabelFile
    from sqlsel.errors import Problem
    from sqlsel.facts import MetadataKey, TaskFacts


@dataclass(frozen=True, slots=True)
class Intake:
    """One source, ready to be stored.

    The queries are read in one transaction, while ``bound`` objects are registered under their names. A query may be
    read several times and gives the same rows each time; an Arrow reader that is bound is copied before it is read.

    Attributes:
        samples: Query with ``sample_id``, ``file_name`` (VARCHAR) and, where there is metadata, a STRUCT ``metadata``.
            None where the source only adds to samples that the dataset has (an embeddings file).
        embedding: Query with ``sample_id`` and ``embedding`` (list or array of numbers). Where it is NULL, the sample
            has no vector and loses the one it had.
        embeddings: Likewise, by name, for vectors beside those: a dataset can hold several embeddings.
        object_embeddings: By task, queries with ``sample_id``, ``object_index`` and ``embedding``.
        predictions: Query with the columns of the predictions table, of which ``area`` and ``keypoint_confidence`` may
            lack. A sample whose prediction is empty has one row with ``object_index`` and ``category`` NULL.
        predicted: Query with ``sample_id`` and ``task``: whose predictions are replaced, if only by none. Without it,
            those that ``predictions`` names.
        scores: Query with ``sample_id``, ``task``, ``score`` and ``value``. Where the value is NULL or NaN, the sample
            has no such score and loses the one it had.
        tasks: The tasks that predictions and scores belong to.
        keys: Metadata keys whose kind the source declares; the others follow from the column types.
        images: The folder that the samples' file names are relative to, if there are images in it.
        labels: The file of labels that predictions come from, if they do.
        maker: What looked at the images to make the vectors and predictions, if they come from images.
        bound: Arrow tables, readers, frames or relations that the queries name.
        problems: What was left out or repaired while reading, as notices.
        skip_bad: Whether rows that cannot be used are left out, with notices, instead of refused.
        normalize: Whether vectors are brought to unit length.
        many_files: Whether it is read from a file a sample, which takes so long that storing it can be left to one
            thread of the engine, and to little memory.
    """

    samples: exp.Query | None = None
    embedding: exp.Query | None = None
    embeddings: Mapping[str, exp.Query] = field(default_factory=dict)
    object_embeddings: Mapping[str, exp.Query] = field(default_factory=dict)
    predictions: exp.Query | None = None
    predicted: exp.Query | None = None
    scores: exp.Query | None = None
    tasks: tuple[TaskFacts, ...] = ()
    keys: tuple[MetadataKey, ...] = ()
    images: Path | None = None
    labels: LabelFile | None = None
    maker: Maker | None = None
    bound: Mapping[str, object] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    skip_bad: bool = False
    normalize: bool = True
    many_files: bool = False
