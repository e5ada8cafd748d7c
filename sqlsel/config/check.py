"""Reading a config, and everything that is wrong with it at once."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlsel.config.against_data import check_against_data
from sqlsel.config.findings import Finding, notice
from sqlsel.config.models import Config
from sqlsel.config.outline import Outline, take_apart
from sqlsel.config.queries import with_whole_paths
from sqlsel.config.rules import check_rules
from sqlsel.config.source import Source, open_source
from sqlsel.config.spelling import snake_case
from sqlsel.config.tiling import AUTO_TASKS
from sqlsel.errors import ConfigError, Problem

if TYPE_CHECKING:
    from sqlsel.config.catalog import Catalog
    from sqlsel.config.document import Document


@dataclass(frozen=True, slots=True)
class _Checked:
    document: Document
    outline: Outline | None
    problems: tuple[Problem, ...]


def read_config(
    source: Source, *, catalog: Catalog | None = None, dataset: str | None = None
) -> tuple[Config, tuple[Problem, ...]]:
    """Read a config and check it whole.

    Args:
        source: A mapping, JSON text (it starts with ``{`` or has several lines), or the path of a file. Comments and
            commas after the last element are allowed in a text.
        catalog: The datasets there are; without it names in the config are not looked up.
        dataset: The dataset the config is for.

    Returns:
        The config, and notices about it.

    Raises:
        ConfigError: If anything is wrong; its ``problems`` are all errors, in the order of the config.
    """
    checked = _check(source, catalog, dataset)
    errors = tuple(problem for problem in checked.problems if problem.severity == "error")
    if errors or checked.outline is None:
        raise ConfigError(errors, source=checked.document.name)
    return _build(checked.outline), tuple(problem for problem in checked.problems if problem.severity == "notice")


def check_config(source: Source, *, catalog: Catalog | None = None, dataset: str | None = None) -> tuple[Problem, ...]:
    """Everything that is wrong with a config, and notices about it, in the order of the config.

    Takes what ``read_config`` takes, and raises nothing whatever the config is.
    """
    return _check(source, catalog, dataset).problems


def _check(source: Source, catalog: Catalog | None, dataset: str | None) -> _Checked:
    document = open_source(source)
    if document.value is None:
        return _Checked(document, None, document.problems(()))
    top, twice = snake_case(document.value)
    outline = with_whole_paths(take_apart(top), source, document.name)
    findings: list[Finding] = [*twice, *outline.findings, *check_rules(outline), *_inexact(document, top)]
    if catalog is not None and dataset is not None:
        findings += check_against_data(outline, catalog, dataset)
    return _Checked(document, outline, document.problems(findings))


def _inexact(document: Document, top: dict[str, object]) -> list[Finding]:
    """A notice about a share written with more digits than a number keeps."""
    share = top.get("proportion_samples")
    written = document.number_text(("proportion_samples",))
    if not isinstance(share, float) or not 0 < share <= 1 or written is None:
        return []
    if Decimal(written) == Decimal(str(share)):
        return []
    return [notice(("proportion_samples",), f"has more digits than can be kept; {share!r} is used")]


def _build(outline: Outline) -> Config:
    top = {name: value for name, value in outline.top.items() if value is not None and name in Config.model_fields}
    if AUTO_TASKS in top:
        top[AUTO_TASKS] = [{key: value for key, value in task.items() if value is not None} for task in top[AUTO_TASKS]]
    objectives = [{"input": pair.input.model, "strategy": pair.strategy.model} for pair in outline.pairs]
    return Config.model_validate({**top, "strategies": objectives})
