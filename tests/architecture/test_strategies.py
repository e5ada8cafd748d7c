"""A strategy is known to its own modules and to the tables of strategies alone."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "sqlsel"
SHARED_KERNELS = ["greedy", "ladder", "together", "protocol", "outcome", "nearest", "workspace", "threads"]
STRATEGIES = ["diversity", "balance", "weights", "similarity", "typicality"]


def words(path):
    """Every name that the code of a module uses; docstrings do not count."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    names += [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    names += [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    names += [alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names]
    return {name.lower() for name in names}


@pytest.mark.parametrize("module", SHARED_KERNELS)
def test_the_greedy_loop_knows_no_strategy_by_name(module):
    found = words(PACKAGE / "kernels" / f"{module}.py")
    assert not {name for name in found if any(strategy in name for strategy in STRATEGIES)}


def test_typicality_is_one_kernel_module_one_preparation_and_a_line_in_the_table():
    knowing = {
        path.relative_to(PACKAGE).as_posix()
        for folder in ("kernels", "selection")
        for path in (PACKAGE / folder).rglob("*.py")
        if any("typicality" in name for name in words(path))
    }
    wording = {"selection/summary.py"}
    tables = {"kernels/__init__.py", "selection/objectives.py"}
    assert knowing - wording - tables == {"kernels/typicality.py", "selection/strategies/typicality.py"}
