"""Spark's exceptions, told in the words of sqlsel's errors."""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from py4j.protocol import Py4JError, Py4JJavaError, Py4JNetworkError
from pyspark import SparkContext
from pyspark.errors import PySparkException

from sqlsel.errors import DatabaseError, EngineError, SqlselError

if TYPE_CHECKING:
    from collections.abc import Iterator

_STOPPED = ("SparkContext was shut down", "stopped SparkContext", "SparkContext has been shutdown", "has been stopped")
_LOGGERS = ("SQLQueryContextLogger", "DataFrameQueryContextLogger")


@contextmanager
def told(statement: str) -> Iterator[None]:
    """While this lasts, what Spark raises becomes an error of sqlsel that names the statement."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
            yield
    except (PySparkException, Py4JError, ConnectionError, EOFError) as failure:
        raise failure_of(failure, statement) from failure
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def failure_of(failure: Exception, statement: str) -> SqlselError:
    """The error for what Spark could not do."""
    if _is_gone(failure):
        return DatabaseError("the Spark session is gone; nothing was stored", hint="start a session, and connect again")
    return EngineError(_first_line(failure), sql=statement)


def _is_gone(failure: Exception) -> bool:
    """Whether it failed as there is no session any more: what is asked of one that is gone fails in many ways."""
    if isinstance(failure, Py4JNetworkError | ConnectionError | EOFError):
        return True
    context = SparkContext._active_spark_context  # noqa: SLF001
    try:
        if context is None or context._jsc.sc().isStopped():  # noqa: SLF001
            return True
    except (Py4JError, OSError):
        return True
    # another has been started since
    return any(part in str(failure) for part in _STOPPED)


def _first_line(failure: Exception) -> str:
    if isinstance(failure, Py4JJavaError):
        return str(failure.java_exception.toString()).partition("\n")[0]
    lines = [line for line in str(failure).strip().splitlines() if line.strip()]
    return lines[0] if lines else type(failure).__name__
