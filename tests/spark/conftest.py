"""One Spark session for all tests, and the demo's database on it."""

from __future__ import annotations

import os
import shutil
import sys
import warnings

import pytest

import sqlsel
from tests.demo.made import made_demo

# compiling well what runs once takes more than half of the time, and checking Spark's own classes a tenth
JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    # plans of a few hundred rows are compiled longer than they run
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.driver.extraJavaOptions": JAVA,
    "spark.executor.extraJavaOptions": JAVA,
    "spark.driver.memory": "1g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.log.level": "ERROR",
}


def build_session(master: str, folder, **more):
    """A session of its own name; skips where there is no Java."""
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("no Java: apt install openjdk-17-jre-headless")
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(master).config("spark.sql.warehouse.dir", str(folder / "warehouse"))
    for key, value in {**SETTINGS, "spark.local.dir": str(folder / "local"), **more}.items():
        builder = builder.config(key, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return builder.getOrCreate()


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    """``local[2]``."""
    session = build_session("local[2]", tmp_path_factory.mktemp("spark"))
    yield session
    session.stop()


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The demo's database in DuckDB."""
    with sqlsel.connect(made_demo(tmp_path_factory) / "demo.duckdb", read_only=True) as db:
        yield db


@pytest.fixture(scope="session")
def copied(demo, tmp_path_factory):
    """The same as a folder of Parquet."""
    folder = tmp_path_factory.mktemp("copied") / "demo"
    demo.copy_to(folder)
    return folder


@pytest.fixture(scope="session")
def on_spark(copied, spark):
    """The same on Spark, for reading."""
    with sqlsel.connect(copied, spark=spark) as db:
        yield db
