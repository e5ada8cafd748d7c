"""A Spark session for the command line. The library itself takes the user's and makes none."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import warnings
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from sqlsel.errors import DatabaseError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import SparkSession

_LOGGING = """rootLogger.level = error
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %p %c{1}: %m%n
"""


_THROWN = re.compile(r"Exception: (.+)")
_CAUSE = re.compile(r"^(?:Caused by)?: [\w.$]*(?:Exception|Error): (.+)", re.MULTILINE)
_UNANSWERED = "stopped SparkContext"
"""What Spark says that has given up to wait for its master."""


def session_that_is_on(master: str | None) -> SparkSession | None:
    """The session of this process, whose owner keeps it; None where there is none.

    Raises:
        UsageError: If it is on another master than the one that is asked for.
    """
    if "pyspark.sql" not in sys.modules:
        return None
    from pyspark.sql import SparkSession

    found = SparkSession.getActiveSession()
    if found is not None and master not in (None, found.sparkContext.master):
        raise UsageError(
            f"Spark is on in this process, on {found.sparkContext.master}", hint="stop that session, or name its master"
        )
    return found


def start_session(master: str) -> SparkSession:
    """A session on a master, such as ``local[2]`` or ``spark://host:7077``, as quiet as Spark can be.

    Raises:
        UsageError: If pyspark or Java is not installed.
        DatabaseError: If there is no such master.
    """
    check_installed()
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    scratch = Path(tempfile.mkdtemp(prefix="sqlsel-"))
    file, said = scratch / "log4j2.properties", scratch / "java.txt"
    file.write_text(_LOGGING, encoding="utf-8")
    builder = SparkSession.builder.master(master).appName("sqlsel")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={file.as_uri()}",
    }
    for key, value in settings.items():
        builder = builder.config(key, value)
    try:
        with warnings.catch_warnings(), _stderr_to(said):
            warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
            return builder.getOrCreate()
    except (PySparkException, Py4JError, RuntimeError, OSError, ValueError) as failure:
        raise DatabaseError(
            f"Spark does not start on {master}: {reason_of(failure, said.read_text(errors='replace'))}",
            hint="check --master: local[2], spark://HOST:7077, yarn",
        ) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _stderr_to(path: Path) -> Iterator[None]:
    """What is written to stderr goes to a file, also by the Java that is started meanwhile, for as long as it runs.

    Its traces say nothing that the exceptions in Python do not, and its greetings nothing at all.
    """
    kept = os.dup(2)
    try:
        with path.open("wb") as file:
            os.dup2(file.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def reason_of(failure: Exception, said: str) -> str:
    """Why Spark did not start.

    Args:
        failure: What Python was told.
        said: What Java said of it, where it ended at once.
    """
    if (thrown := _THROWN.search(said)) is not None:
        return thrown[1].strip()
    text = str(failure).strip()
    if _UNANSWERED in text:
        return "nothing answers there"
    if causes := _CAUSE.findall(text):
        # the last is what happened first
        return str(causes[-1]).strip()
    return text.splitlines()[0] if text else type(failure).__name__


def check_installed() -> None:
    """Raise UsageError with what to install where pyspark or Java is missing."""
    if find_spec("pyspark") is None:
        raise UsageError("Spark needs pyspark, which is not installed", hint="pip install 'sqlsel[spark]'")
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    if java is None:
        raise UsageError(
            f"Spark needs Java 17 or newer, and there is none {f'in JAVA_HOME={home}' if home else 'here'}",
            hint="apt install openjdk-17-jre-headless",
        )
