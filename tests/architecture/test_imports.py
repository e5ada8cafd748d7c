"""Imports run one way, and only the engines know an engine."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "sqlsel"

# Each part may import itself and the parts above it.
LAYERS = [
    {"arrow", "errors", "facts", "nodes", "sqlfiles", "words"},
    {"expressions", "showing"},
    {"kernels"},
    {"config"},
    {"plan"},
    {"engines"},
    {"datasets"},
    {"sources"},
    {"exports"},
    {"selection", "tables", "vision"},
    {"report"},
    {"attaching", "description", "preselection", "explanation", "queries"},
    {"naming", "narrowing"},
    {"selecting"},
    {"starter"},
    {"duplicates"},
    {"oneshot"},
    {"functions", "measuring"},
    {"reporting"},
    {"dataset"},
    {"database"},
    {"connecting"},
    {"scheduling"},
    {"lightly"},
    {"demo"},
    {"cli"},
]
LEVEL = {part: number for number, parts in enumerate(LAYERS) for part in parts}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_every_part_has_a_layer():
    assert {part_of(path) for path in modules()} - {"__init__", "__main__"} == set(LEVEL)


@pytest.mark.parametrize("path", [path for path in modules() if part_of(path) in LEVEL], ids=str)
def test_a_part_imports_only_itself_and_the_parts_above(path):
    own = part_of(path)
    for name in imported(path):
        parts = name.split(".")
        if parts[0] != "sqlsel" or len(parts) == 1 or parts[1] not in LEVEL:
            continue
        assert parts[1] == own or LEVEL[parts[1]] < LEVEL[own], f"{path.name} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=str)
def test_only_engines_import_an_engine(path):
    engines = {name.split(".")[0] for name in imported(path)} & {"duckdb", "pyspark"}
    assert not engines or part_of(path) == "engines"


def test_kernels_need_numpy_and_its_threads_alone():
    for path in modules():
        if part_of(path) == "kernels":
            outside = {name.split(".")[0] for name in imported(path)} - {"numpy", "sqlsel", "threadpoolctl"}
            outside -= set(sys.stdlib_module_names)
            assert not outside, f"{path.name} imports {outside}"


def test_importing_the_package_is_light():
    code = "import sys, sqlsel, sqlsel.cli; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"duckdb", "numpy", "pyarrow", "pydantic", "sqlglot", "tqdm"} & set(loaded)
