"""Objects as samples: the relation that they are the rows of, and the inputs that each has of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.config import MetadataInput, PredictionsInput, ScoresInput
from sqlsel.plan.ids import OBJECT_ID, same
from sqlsel.plan.metadata import path_value
from sqlsel.plan.model import InputStep

if TYPE_CHECKING:
    from sqlsel.facts import DatasetFacts
    from sqlsel.plan.look import Look

SAMPLES = "s"
OBJECTS = "o"

_PREDICTED = ("category", "score", "probabilities", "bbox")
_BOX = {"x": 1, "y": 2, "width": 3, "height": 4}


def from_samples(query: exp.Select, facts: DatasetFacts) -> exp.Select:
    """The query over the samples ``s``; where objects are the samples, objects ``o`` and images ``s``."""
    samples = sql.table("samples", facts.name, facts.catalog, alias=SAMPLES)
    if facts.objects_of is None:
        return query.from_(samples)
    return query.from_(sql.subquery(objects_query(facts), OBJECTS)).join(samples, on=same(("sample_id",), OBJECTS, "s"))


def objects_query(facts: DatasetFacts) -> exp.Select:
    """Query with the objects of the task whose objects are the samples: their ids, and their predictions if any.

    The objects of a task are those of its predictions; where it has none, those that have embeddings.
    """
    task = str(facts.objects_of)
    if not facts.tasks[task].has_predictions:
        stored = sql.table(facts.object_embeddings[task].table, facts.name, facts.catalog)
        return exp.select(*(sql.column(name) for name in OBJECT_ID)).from_(stored)
    pointed = ("keypoint_confidence",) if facts.tasks[task].has_keypoints else ()
    columns = [sql.column(name) for name in (*OBJECT_ID, *_PREDICTED, *pointed)]
    query = exp.select(*columns).from_(sql.table("predictions", facts.name, facts.catalog))
    of_task = exp.EQ(this=sql.column("task"), expression=sql.text(task))
    return query.where(of_task, sql.present(sql.column("object_index")))


def own_input(look: Look, column: str, facts: DatasetFacts) -> InputStep | None:
    """The step of an input that looks at the object's own prediction; None where it looks at anything else."""
    source = look.input
    if facts.objects_of is None or getattr(source, "task", None) != facts.objects_of:
        return None
    if isinstance(source, ScoresInput):
        return _score(source, column, facts)
    if isinstance(source, PredictionsInput) and source.name == "CATEGORY_COUNT":
        return _is_of(source, column)
    if isinstance(source, PredictionsInput):
        return _class(source, column, facts) if look.predicted else _distribution(source, column, facts)
    return None


def own_value(path: tuple[str, ...]) -> exp.Expr:
    """The value of one of the keys that every object has, such as ``object.score``."""
    name = path[-1]
    if name == "image":
        return sql.varchar(sql.column("sample_id", SAMPLES))
    if name == "area":
        return exp.Mul(this=_side("width"), expression=_side("height"))
    return _side(name) if name in _BOX else sql.column(name, OBJECTS)


def metadata_value(source: MetadataInput | str, facts: DatasetFacts) -> exp.Expr:
    """The value of a metadata key of the samples ``s``, or of an object's own."""
    key = facts.keys[source if isinstance(source, str) else source.name]
    if key.path_group is not None:
        return path_value(key.path_group)
    return own_value(key.path) if key.of_object else sql.field(sql.column("metadata", SAMPLES), key.path)


def _side(name: str) -> exp.Expr:
    """A number of the box, counted as the dialect counts."""
    return exp.Bracket(this=sql.column("bbox", OBJECTS), expressions=[sql.number(_BOX[name])], offset=1)


def _score(source: ScoresInput, column: str, facts: DatasetFacts) -> InputStep | None:
    """A score of the object's own; None for one that is stored for its image."""
    label = f"score {source.score} of the object"
    if source.score == "objectness_least_confidence":
        value: exp.Expr = exp.Sub(this=sql.number(1.0), expression=sql.column("score", OBJECTS))
    elif source.score == "mean_uncertainty" and facts.tasks[source.task].has_keypoints:
        value = exp.Sub(this=sql.number(1.0), expression=sql.column("keypoint_confidence", OBJECTS))
    elif source.score.startswith("uncertainty_") and facts.tasks[source.task].has_probabilities:
        value = sql.call(f"sqlsel_{source.score}", sql.column("probabilities", OBJECTS))
    else:
        return None
    return InputStep(column=column, label=label, kind="number", value=value)


def _is_of(source: PredictionsInput, column: str) -> InputStep:
    """Whether the object is of one of the listed categories, as 1 or 0."""
    category = sql.column("category", OBJECTS)
    counted = sql.present(category)
    if source.categories:
        counted = exp.In(this=category.copy(), expressions=[sql.text(name) for name in source.categories])
    value = exp.Case(ifs=[exp.If(this=counted, true=sql.number(1.0))], default=sql.number(0.0))
    what = ", ".join(source.categories) if source.categories else "any category"
    return InputStep(column=column, label=f"object is of {what}", kind="number", value=value)


def _distribution(source: PredictionsInput, column: str, facts: DatasetFacts) -> InputStep:
    return InputStep(
        column=column,
        label=f"class distribution of the object of task {source.task}",
        kind="distribution",
        value=sql.column("probabilities", OBJECTS),
        categories=facts.tasks[source.task].categories,
        task=source.task,
    )


def _class(source: PredictionsInput, column: str, facts: DatasetFacts) -> InputStep:
    return InputStep(
        column=column,
        label=f"predicted class of the object of task {source.task}",
        kind="class",
        value=sql.column("category", OBJECTS),
        categories=facts.tasks[source.task].categories,
        task=source.task,
    )
