"""What is shipped works where it is installed, not only in a checkout."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SQL = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "sql").rglob("*.sql"))


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The wheel, unpacked as an installer would."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_sql_is_in_the_wheel_and_found_there(installed):
    assert SQL
    code = (
        f"import sys; sys.path.insert(0, {str(installed)!r})\n"
        "import sqlsel, sqlsel.sqlfiles\n"
        f"assert sqlsel.__file__.startswith({str(installed)!r})\n"
        f"for name in {SQL!r}: assert sqlsel.sqlfiles.read_sql(name.removeprefix('sql/'))\n"
    )
    subprocess.run([sys.executable, "-I", "-c", code], check=True, cwd=installed)


def test_everything_that_the_package_reads_is_in_the_wheel(installed):
    """Templates, styles, scripts, schemas, configs: what is no Python."""
    package = ROOT / "sqlsel"
    files = {path.relative_to(package) for path in package.rglob("*") if path.is_file()}
    data = {path for path in files if path.suffix not in (".py", ".pyc")}
    assert {".css", ".js", ".jinja", ".json"} <= {path.suffix for path in data}
    assert [str(path) for path in sorted(data) if not (installed / "sqlsel" / path).is_file()] == []


def test_the_wheel_is_typed_and_holds_no_tests(installed):
    assert (installed / "sqlsel" / "py.typed").is_file()
    assert {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")} == {"sqlsel"}


def test_the_command_is_declared(installed):
    (entries,) = installed.glob("*.dist-info/entry_points.txt")
    assert "sqlsel = sqlsel.cli:main" in entries.read_text()
