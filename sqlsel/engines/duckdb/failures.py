"""DuckDB's exceptions, told in the words of sqlsel's errors."""

from __future__ import annotations

import re

import duckdb

from sqlsel.errors import DatabaseError, DatabaseLockedError, EngineError, EngineMemoryError, SqlselError, UsageError

# What DuckDB says when a signal handler interrupts it: in a RuntimeError, and in the OSError of an Arrow stream. Other
# interrupts have an exception of their own.
INTERRUPTED = ("Query interrupted", "INTERRUPT Error")

# What one of sqlsel's functions raised, on as many lines as it has.
_OWN = re.compile(r"executing the UDF: (?P<kind>UsageError|SqlselError): (?P<message>.*)", re.DOTALL)

_LOCK = re.compile(r"Conflicting lock is held in (?P<process>.+?)\s*\(PID (?P<pid>\d+)\)")


def is_interrupt(failure: BaseException) -> bool:
    """Whether a statement ended because it was interrupted."""
    return isinstance(failure, duckdb.InterruptException) or (
        isinstance(failure, RuntimeError | OSError) and any(text in str(failure) for text in INTERRUPTED)
    )


def statement_failure(failure: Exception, sql: str) -> SqlselError:
    """The error for a statement that DuckDB refused or could not finish."""
    text = str(failure)
    if (own := _OWN.search(text)) is not None:
        return (UsageError if own["kind"] == "UsageError" else SqlselError)(own["message"].strip())
    if "No space left on device" in text or "File too large" in text or "failed to offload data block" in text:
        return DatabaseError(f"the disk is full: {first_line(text)}", hint="free some space; nothing was stored")
    if "Connection already closed" in text:
        return UsageError("the database is closed", hint="do this before the connection is closed")
    if "read-only mode" in text:
        return DatabaseError(
            "the database is open for reading only, and this needs to write",
            hint="open it for writing, or select without a tag",
        )
    if isinstance(failure, duckdb.OutOfMemoryException):
        return EngineMemoryError(first_line(text), sql=sql, hint="raise memory_limit, or close other programs")
    return EngineError(first_line(text), sql=sql)


def opening_failure(failure: Exception, path: str) -> DatabaseError:
    """The error for a database file that cannot be opened."""
    text = str(failure)
    if lock := _LOCK.search(text):
        return DatabaseLockedError(
            f"{path}: locked by another process ({lock['process']}, PID {lock['pid']})",
            hint="close it there, or work on a copy of the file",
        )
    if "not a valid DuckDB database" in text:
        return DatabaseError(f"{path}: this is no DuckDB database file", hint="name the .duckdb file that ingest made")
    if "different configuration" in text:
        return DatabaseError(
            f"{path}: already open in this process with other settings",
            hint="pass that open connection to sqlsel.connect() instead of the path",
        )
    if "version number" in text:
        return DatabaseError(
            f"{path}: made by a newer DuckDB than the one installed here ({duckdb.__version__})",
            hint="pip install --upgrade duckdb",
        )
    if "Is a directory" in text:
        return DatabaseError(f"{path}: a directory, not a database file", hint="name a file, such as curation.duckdb")
    if "does not exist" in text or "No such file" in text:
        return DatabaseError(f"{path}: no such file or folder", hint="`sqlsel ingest` makes a database")
    return DatabaseError(f"{path}: {first_line(text)}")


def first_line(text: str) -> str:
    """The message without DuckDB's stack and candidate lines."""
    return text.strip().splitlines()[0] if text.strip() else "no message"
