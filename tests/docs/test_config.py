"""The page about the config is what the models make, and its links and the words it is built of are there."""

from __future__ import annotations

import re

from sqlsel.config.kinds import INPUTS, STRATEGIES
from tests.docs.config_reference import PAGE, page


def test_the_page_is_what_the_models_make():
    written = PAGE.read_text(encoding="utf-8")
    assert written == page(), "run `python -m tests.docs.config_reference`"


def test_every_field_of_every_type_is_on_it():
    sections = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^##|\Z)", page(), re.MULTILINE | re.DOTALL))
    for kind, model in (INPUTS | STRATEGIES).items():
        missing = [name for name in model.model_fields if f"| `{name}` |" not in sections[kind]]
        assert missing == [], kind


def test_bounds_and_defaults_are_said():
    assert "| `num_nearest_neighbors` | whole number, at least 2 | 20 |" in page()
    assert "| `overlap` | number, at least 0, below 1 | 0 |" in page()
    assert "| `query_sample_ids` | list of text or whole number | none |" in page()
