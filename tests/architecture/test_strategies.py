"""A strategy is known to its own modules and to the tables of strategies alone; everything else asks these."""

import ast
import re
from pathlib import Path

import pytest

from sqlsel.config.kinds import STRATEGIES
from sqlsel.config.strategies import RankingStrategy
from sqlsel.selection.objectives import KINDS

PACKAGE = Path(__file__).parents[2] / "sqlsel"
RANKING = {word: model for word, model in STRATEGIES.items() if issubclass(model, RankingStrategy)}

TABLES = {"config/strategies/__init__.py", "kernels/__init__.py", "selection/objectives.py"}
"""Where a strategy is registered: its config model, its kernel, and what a run needs of it."""

ONE_SQL_STATEMENT = {
    "config/strategies/base.py",
    "plan/explain.py",
    "plan/planner.py",
    "plan/ranking.py",
    "plan/statements.py",
    "selection/by_sql.py",
    "selection/runner.py",
}
"""The two rankings that SQL makes alone, which are called after the strategies that they are made for."""

FACES = ("__init__.py", "config/building/", "functions/declared.py")
"""Where strategies are called by name for users: a typed function in Python for each, and one in SQL."""

NOUNS = {"WEIGHTS", "COVERAGE"}
"""Strategies that are called like what is measured of any selection."""

MORE_OF_ITS_OWN = {
    # near-duplicates are read as any selection is that looks at vectors
    "DIVERSITY": {
        "kernels/farthest.py",
        "duplicates/finding.py",
        "selection/scattered/apart.py",
        "selection/scattered/objects_apart.py",
    },
    "BALANCE": {
        "selection/scattered/mixed.py",
        "selection/scattered/mixture.py",
        "kernels/balance_alone.py",
        "selection/mixes.py",
        "selection/shortfall.py",
        *ONE_SQL_STATEMENT,
    },
    "COVERAGE": {"selection/scattered/covering.py"},
    # numbers that a strategy gives each sample are weights too
    "WEIGHTS": {
        "kernels/object_weights.py",
        "selection/strategies/closeness.py",
        "selection/scattered/numbers.py",
        "selection/scattered/made_of_objects.py",
        *ONE_SQL_STATEMENT,
    },
}
"""Modules of a strategy beside those that are called after it."""


def code_words(path):
    """Every name that the code of a module uses, and every text in it that is one word; docstrings do not count."""
    words = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                words.append(name)
            case ast.ImportFrom(module=module, names=names):
                words += [str(module), *(alias.name for alias in names)]
            case ast.Constant(value=str(text)) if re.fullmatch(r"\w+", text):
                words.append(text)
    return set(words)


def part_of(module):
    return module.split("/")[0]


# what is chosen in a demo or a starter config, or written into a file, is no part of how it is chosen
WORDS = {
    module: code_words(PACKAGE / module)
    for module in sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
    if part_of(module) not in {"demo", "starter", "vision"} and not module.startswith(FACES)
}


def knowing(strategy):
    """The modules whose code names a strategy."""
    name = re.compile(rf"(?<![a-z]){strategy.lower()}|^object{strategy.lower()}")
    return {
        module
        for module, words in WORDS.items()
        if any(name.search(word.lower()) for word in words if strategy not in NOUNS or is_a_name(word))
    }


def is_a_name(word):
    """Whether a word is the name of a class or of a module of strategies, and no noun that a variable is called by."""
    return word != word.lower() or word.startswith(
        ("sqlsel.kernels.", "sqlsel.config.strategies.", "sqlsel.selection.str")
    )


def test_a_run_knows_every_strategy_of_the_config():
    assert set(KINDS) == set(RANKING)


@pytest.mark.parametrize("strategy", RANKING)
def test_a_strategy_is_one_model_one_kernel_one_preparation_and_a_line_in_each_table(strategy):
    own = {f"{part}/{strategy.lower()}.py" for part in ("config/strategies", "kernels", "selection/strategies")}
    own |= WORDS.keys() & {f"kernels/object_{strategy.lower()}.py"}
    assert knowing(strategy) >= own | TABLES
    assert knowing(strategy) <= own | TABLES | MORE_OF_ITS_OWN.get(strategy, set())


def test_typicality_needs_no_more_than_these():
    assert "TYPICALITY" not in MORE_OF_ITS_OWN


@pytest.mark.parametrize("module", ["greedy", "ladder", "together", "protocol", "outcome", "nearest", "workspace"])
def test_the_greedy_loop_knows_no_strategy_by_name(module):
    words = WORDS[f"kernels/{module}.py"]
    assert not {word for word in words if any(strategy.lower() in word.lower() for strategy in RANKING)}


def test_a_module_that_branched_on_a_strategy_would_be_found(tmp_path):
    module = tmp_path / "branching.py"
    module.write_text(
        '"""DIVERSITY."""\nif step.strategy.type == "TYPICALITY" or isinstance(s, WeightsStrategy):\n    pass\n'
    )
    assert code_words(module) >= {"TYPICALITY", "WeightsStrategy"}
    assert "DIVERSITY." not in code_words(module)
