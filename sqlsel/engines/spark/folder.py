"""A folder on any file system that Spark reaches: the commits in it, and the places of its tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlsel.engines.commits import COMMITS, Commit, commit_number, commit_path, read_commit
from sqlsel.errors import DatabaseError, UsageError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class Folder:
    """A database as a folder of Parquet.

    Args:
        session: Whose file systems it lies on: ``hdfs:``, ``s3a:``, a local path, whatever the session knows.
        path: The folder.
    """

    def __init__(self, session: SparkSession, path: str) -> None:
        self._jvm: Any = session._jvm  # noqa: SLF001 - Spark's Python has no other way to its file systems
        self._configuration = session._jsc.hadoopConfiguration()  # noqa: SLF001
        self.path = self.whole(path)
        self._files: Any = self._path(self.path).getFileSystem(self._configuration)

    @property
    def name(self) -> str:
        """What the database is called in SQL."""
        return str(self._path(self.path).getName()).partition(".")[0] or "spark"

    def whole(self, path: str) -> str:
        """A path with its file system, and from the root of that."""
        found = self._path(path)
        files = found.getFileSystem(self._configuration)
        if files.getScheme() == "file" and not found.isAbsolute():
            # Java goes on from where it was started, wherever this program is now
            found = self._path(str(Path(path).absolute()))
        return str(files.makeQualified(found).toString())

    def place(self, below: str) -> str:
        """The whole path of something below the folder."""
        return f"{self.path}/{below}"

    def exists(self) -> bool:
        """Whether there is such a folder."""
        return bool(self._files.exists(self._path(self.path)))

    def size(self) -> int:
        """How many bytes it holds."""
        path = self._path(self.path)
        return int(self._files.getContentSummary(path).getLength()) if self._files.exists(path) else 0

    def latest(self) -> Commit:
        """The last commit; one of number 0 where there is none."""
        folder = self._path(self.place(COMMITS))
        if not self._files.exists(folder):
            return Commit()
        names = [str(status.getPath().getName()) for status in self._files.listStatus(folder)]
        number = max((found for name in names if (found := commit_number(name)) is not None), default=0)
        return read_commit(number, self._read(commit_path(number)), self.path) if number else Commit()

    def publish(self, commit: Commit) -> None:
        """Write a commit, so that everybody sees it at once.

        Raises:
            DatabaseError: If another process has committed in the meantime.
        """
        target = self._path(self.place(commit_path(commit.number)))
        draft = self._path(self.place(f"{COMMITS}/.{commit.number:08d}.{id(commit)}"))
        stream = self._files.create(draft, True)
        stream.write(bytearray(commit.text().encode()))
        stream.close()
        taken = self._files.exists(target)
        if taken or not self._files.rename(draft, target):
            self._files.delete(draft, False)
            raise DatabaseError(
                f"{self.path}: another process wrote to it at the same time", hint="run it again; nothing was stored"
            )

    def remove(self, below: str) -> None:
        """Remove a folder below this one."""
        self._files.delete(self._path(self.place(below)), True)

    def _read(self, below: str) -> str:
        path = self._path(self.place(below))
        stream = self._files.open(path)
        try:
            return bytes(self._jvm.org.apache.commons.io.IOUtils.toByteArray(stream)).decode()
        finally:
            stream.close()

    def _path(self, text: str) -> Any:  # noqa: ANN401
        return self._jvm.org.apache.hadoop.fs.Path(text)


def check_folder(folder: Folder) -> None:
    """Raise UsageError unless the folder is a database."""
    if not folder.exists() or not folder.latest().number:
        raise UsageError(
            f"{folder.path}: no such database of Parquet",
            hint="`sqlsel copy --db DB FOLDER` makes one of a database that `sqlsel ingest` made",
        )
