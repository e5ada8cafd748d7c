"""Keeping DuckDB's own memory small while rows stream through it."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from sqlsel.engines.room import Room

if TYPE_CHECKING:
    from collections.abc import Iterator

# Each thread fills a row group of its own, and needs this much beside it.
_ROW_GROUP = 122_880
_MEGABYTES_PER_THREAD = 32
_LEAST_MEGABYTES = 96
# What a thread by itself makes do with, as it fills one row group at a time and joins piece by piece.
_MEGABYTES_OF_ONE = 48


def read_parquet_in_pieces(connection: duckdb.DuckDBPyConnection) -> None:
    """Read parquet files page by page: by default a row group is read whole, be it as large as the file."""
    _could(connection, "SET disable_parquet_prefetching = true")


class MemoryCap:
    """A cap on the buffers of one database. All of its sessions share them, so there is none while several are open."""

    def __init__(self, *, ours: bool) -> None:
        """No cap yet; none ever where the database is the user's, whose settings are left alone."""
        self._ours = ours
        self._sessions = 0
        self._usual: str | None = None
        self._threads: int | None = None

    def joined(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Count a session that was opened; it may need more than one that streams leaves."""
        self._sessions += 1
        if self._sessions > 1:
            self.lift(connection)

    def left(self) -> None:
        """Count a session that was closed."""
        self._sessions -= 1

    @contextmanager
    def streaming(
        self, connection: duckdb.DuckDBPyConnection, row_bytes: int, beside: int, *, one_thread: bool = False
    ) -> Iterator[None]:
        """Cap the memory of a database file's buffers while the context lasts, or until another session begins.

        By default DuckDB keeps every page it has touched, up to most of the machine's memory, and touching new memory
        costs as much time as reading does. The cap grows with the width of the rows and the number of threads, not with
        the number of rows. A database in memory has nowhere to move its pages, so it is left alone.

        Args:
            connection: The session that streams.
            row_bytes: Size of a row.
            beside: Bytes that are needed beside the rows that stream by.
            one_thread: Whether one thread is to do it, where time goes into other things.
        """
        if not self._ours or self._sessions > 1 or self._usual is not None:
            yield
            return
        in_file, threads, usual = connection.execute(
            "SELECT (SELECT count(*) FROM duckdb_databases() WHERE database_name = current_database() "
            "AND path IS NOT NULL), current_setting('threads'), current_setting('memory_limit')"
        ).fetchall()[0]
        group = _ROW_GROUP * row_bytes // 2**20
        least = max(_LEAST_MEGABYTES, (_MEGABYTES_PER_THREAD + group) * threads)
        limit = (_MEGABYTES_OF_ONE + group if one_thread else least) + beside // 2**20
        with self._capped(connection, usual, limit if in_file else None):
            if one_thread and self._usual is not None:
                self._threads = threads if _could(connection, "SET threads = 1") else None
            yield

    @contextmanager
    def leaving(self, connection: duckdb.DuckDBPyConnection, beside: int) -> Iterator[None]:
        """Cap the memory of a database file's buffers at what is left of the limit beside so many bytes of others.

        The bytes that others take do not count towards DuckDB's own limit otherwise. As with :meth:`streaming`, there
        is no cap where other sessions are open, nor on the user's own connection.
        """
        if not self._ours or self._sessions > 1 or self._usual is not None:
            yield
            return
        usual = connection.execute("SELECT current_setting('memory_limit')").fetchall()[0][0]
        left = int(_megabytes(usual)) - beside // 2**20
        with self._capped(connection, usual, max(left, _LEAST_MEGABYTES // 2)):
            yield

    @contextmanager
    def _capped(self, connection: duckdb.DuckDBPyConnection, usual: str, megabytes: int | None) -> Iterator[None]:
        """A lower limit while the context lasts; none for None, or where it would be higher or is refused."""
        if megabytes is None or megabytes > _megabytes(usual):
            yield
            return
        if not _could(connection, f"SET memory_limit = '{megabytes}MiB'"):
            yield
            return
        self._usual = usual
        try:
            yield
        finally:
            self.lift(connection)

    def room(self, connection: duckdb.DuckDBPyConnection, home: Path | None) -> Room:
        """The limit as the user has it, whatever cap there is; what a database in memory takes of it; and where to go.

        Args:
            connection: A session.
            home: The folder of its file; None for a database in memory.
        """
        usual, held, place = connection.execute(
            "SELECT current_setting('memory_limit'), (SELECT sum(memory_usage_bytes) FROM duckdb_memory()), "
            "current_setting('temp_directory')"
        ).fetchall()[0]
        # DuckDB makes its folder when it needs one
        folder = Path(place).absolute() if place else (home or Path().absolute())
        memory = int(_megabytes(self._usual or usual) * 2**20)
        beside = home is not None and folder.parent.resolve() == home
        there = next(each for each in ((folder.parent if beside else folder), *folder.parents) if each.is_dir())
        return Room(memory, 0 if home is not None else int(held), there)

    def lift(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Set the limit and the threads back to what they were, where there is a cap."""
        usual, self._usual = self._usual, None
        threads, self._threads = self._threads, None
        if threads is not None:
            _could(connection, f"SET threads = {threads}")
        if usual is None:
            return
        _could(connection, "RESET memory_limit")
        if connection.execute("SELECT current_setting('memory_limit')").fetchall()[0][0] != usual:
            # DuckDB cuts what it shows to one digit, so that what is set again would be less each time
            _could(connection, f"SET memory_limit = '{_megabytes(usual) + _half_digit(usual)}MiB'")


def _megabytes(size: str) -> float:
    """A size as DuckDB writes it: ``18.7 GiB``."""
    number, unit = size.split()
    return float(number) * {"bytes": 2**-20, "KiB": 2**-10, "MiB": 1, "GiB": 2**10, "TiB": 2**20, "PiB": 2**30}[unit]


def _half_digit(size: str) -> float:
    """Half of the last digit that DuckDB writes, in the same unit as :func:`_megabytes`."""
    return 0.05 * _megabytes(f"1 {size.split()[1]}")


def _could(connection: duckdb.DuckDBPyConnection, statement: str) -> bool:
    """Whether a setting could be changed: more pages than a limit allows may be in use."""
    try:
        connection.execute(statement).fetchall()
    except duckdb.Error:
        return False
    return True
