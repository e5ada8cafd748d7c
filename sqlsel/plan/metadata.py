"""Metadata as numbers and as classes: one key, several keys together, and values that stand in file names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.config.joint import JOINER
from sqlsel.plan.model import InputStep

if TYPE_CHECKING:
    from sqlsel.config import MetadataInput
    from sqlsel.facts import DatasetFacts, MetadataKey, PathGroup

NOT_A_NUMBER = float("nan")


def path_value(group: PathGroup) -> exp.Expr:
    """The text that a group takes out of the file name of the samples ``s``; NULL where it is empty or not found."""
    name = sql.column("file_name", "s")
    # an unknown function to sqlglot, so that no dialect changes the expression or its group
    found = sql.call("regexp_extract", name, sql.text(group.expression), sql.number(group.number))
    return exp.Nullif(this=found, expression=sql.text(""))


def class_step(source: MetadataInput, column: str, facts: DatasetFacts, values: list[exp.Expr]) -> InputStep:
    """The step whose value is a class: the text of one key's value, or the combination of several."""
    texts = [sql.varchar(value) for value in values]
    value = texts[0] if len(texts) == 1 else _joined(texts)
    return InputStep(column=column, label=_label(source, facts), kind="class", value=value, optional=True)


def number_step(source: MetadataInput, column: str, facts: DatasetFacts, value: exp.Expr) -> InputStep:
    """The step whose value is a number; times are seconds since 1970-01-01 UTC, and text of file names is read as one.

    NaN, and text that is no number, is none.
    """
    key = facts.keys[source.name]
    label = _label(source, facts)
    if key.kind == "timestamp":
        value = sql.call("sqlsel_seconds", value)
        label = f"{label} (seconds since 1970)"
    number: exp.Expr = sql.double(value)
    if key.path_group is not None:
        number = exp.TryCast(this=value, to=exp.DataType.build("DOUBLE"), safe=True)
    if key.kind == "number" or key.path_group is not None:
        number = exp.Nullif(this=number, expression=sql.number(NOT_A_NUMBER))
    return InputStep(column=column, label=label, kind="number", value=number)


def _label(source: MetadataInput, facts: DatasetFacts) -> str:
    return f"metadata {JOINER.join(_called(facts.keys[name]) for name in source.keys)}"


def _called(key: MetadataKey) -> str:
    return key.key if key.path_group is None else f"{key.key} (of the file name)"


def _joined(texts: list[exp.Expr]) -> exp.Expr:
    """The name of a combination, as ``config.joint.joined`` makes it; NULL if any of the values is."""
    first, *others = map(_escaped, texts)
    for text in others:
        with_joiner = exp.DPipe(this=first, expression=sql.text(JOINER))
        first = exp.DPipe(this=with_joiner, expression=text)
    return first


def _escaped(text: exp.Expr) -> exp.Expr:
    for special in ("\\", JOINER):
        text = exp.Replace(this=text, expression=sql.text(special), replacement=sql.text(f"\\{special}"))
    return text
