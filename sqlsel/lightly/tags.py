"""Calls about tags and the file names in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.datasets.schedule import read_schedule
from sqlsel.datasets.tags import INITIAL_TAG, check_tag
from sqlsel.errors import UsageError
from sqlsel.lightly.data import TagData, milliseconds
from sqlsel.lightly.sessions import dataset_name, id_of
from sqlsel.scheduling import kept_runs
from sqlsel.words import quoted

if TYPE_CHECKING:
    from sqlsel.database import Database
    from sqlsel.lightly.sessions import Sessions


class TagCalls:
    """The part of the client that reads tags.

    To Lightly a dataset is what its runs selected, and ``initial-tag`` what the first one did. So it is for the client:
    before any run of its own ``initial-tag`` has every sample of the dataset, as everywhere else in sqlsel.
    """

    _sessions: Sessions
    dataset_id: str

    def get_all_tags(self) -> list[TagData]:
        """The tags of the dataset, the latest first, and ``initial-tag`` last."""
        with self._sessions.open() as db:
            return _tags(db, dataset_name(db, self.dataset_id))

    def get_tag_by_name(self, tag_name: str) -> TagData:
        """One tag.

        Raises:
            UsageError: If the dataset has none of that name, with the nearest.
        """
        with self._sessions.open() as db:
            name = dataset_name(db, self.dataset_id)
            found = next((tag for tag in _tags(db, name) if tag.name == tag_name), None)
            if found is None:
                check_tag(db.engine, name, tag_name)
                raise UsageError(f"dataset {name!r} has no tag {tag_name!r}", hint="client.get_all_tags() lists them")
            return found

    def get_tag_by_id(self, tag_id: str) -> TagData:
        """The same: a tag's id is its name."""
        return self.get_tag_by_name(tag_id)

    def get_compute_worker_run_tags(self, run_id: str) -> list[TagData]:
        """The tags that a run made, in the dataset: one, or none."""
        return [tag for tag in self.get_all_tags() if tag.run_id == run_id and tag.name != INITIAL_TAG]

    def get_filenames_in_tag(
        self,
        tag_data: TagData,
        filenames_on_server: list[str] | None = None,  # noqa: ARG002 - Lightly's, to save a request
        exclude_parent_tag: bool = False,
    ) -> list[str]:
        """File names in a tag: new ones by rank, then those that were picked before; ids where there are no names.

        Args:
            tag_data: The tag.
            filenames_on_server: Has no meaning here.
            exclude_parent_tag: Whether those that were picked before stay out.
        """
        return [name for name, new in self._names(tag_data.name) if new or not exclude_parent_tag]

    def create_tag_from_filenames(
        self, fnames_new_tag: list[str], new_tag_name: str, parent_tag_id: str | None = None
    ) -> TagData:
        """Put a tag on the samples with these file names, in this order.

        Args:
            fnames_new_tag: The file names.
            new_tag_name: Name of the tag.
            parent_tag_id: The tag that they have to be in; by default any sample may be.

        Raises:
            UsageError: If a file name does not exist, or not in the parent tag, or the tag does.
        """
        with self._sessions.open() as db:
            name = dataset_name(db, self.dataset_id)
            if parent_tag_id is not None:
                inside = {file for file, _ in _named(db, name, meant(db, name, parent_tag_id))}
                outside = [file for file in fnames_new_tag if file not in inside]
                if outside:
                    raise UsageError(f"tag {parent_tag_id!r} does not hold {quoted(outside)}", hint="leave them out")
            db.tag_files(name, fnames_new_tag, tag=new_tag_name)
        return self.get_tag_by_name(new_tag_name)

    def delete_tag_by_name(self, tag_name: str) -> None:
        """Take a tag off its samples."""
        with self._sessions.open() as db:
            db.remove_tag(dataset_name(db, self.dataset_id), tag_name)

    def delete_tag_by_id(self, tag_id: str) -> None:
        """The same: a tag's id is its name."""
        self.delete_tag_by_name(tag_id)

    def get_filenames(self) -> list[str]:
        """File names of all samples of the dataset, sorted by id; those that no run selected are among them."""
        with self._sessions.open() as db:
            return [name for name, _ in _named(db, dataset_name(db, self.dataset_id), INITIAL_TAG)]

    def export_filenames_by_tag_name(self, tag_name: str) -> str:
        """File names in a tag, one a line."""
        return "\n".join(name for name, _ in self._names(tag_name))

    def export_filenames_by_tag_id(self, tag_id: str) -> str:
        """The same: a tag's id is its name."""
        return self.export_filenames_by_tag_name(tag_id)

    def _names(self, tag_name: str) -> list[tuple[str, bool]]:
        with self._sessions.open() as db:
            name = dataset_name(db, self.dataset_id)
            return _named(db, name, meant(db, name, tag_name))


def meant(db: Database, dataset: str, tag: str) -> str:
    """The tag that a name of Lightly's stands for: that of the first run for ``initial-tag``."""
    return (first_tag(db, dataset) or INITIAL_TAG) if tag == INITIAL_TAG else tag


def first_tag(db: Database, dataset: str) -> str | None:
    """The tag of the first scheduled run that is there still."""
    kept = kept_runs(db.engine, dataset)
    there = {tag.tag for tag in db.tags(dataset)} if dataset in db.datasets() else set()
    runs = [kept.get(str(run.last.run_id)) for run in read_schedule(db.engine, dataset)]
    made = sorted((row.since, row.tag) for row in runs if row is not None and row.tag is not None)
    return next((tag for _, tag in made if tag in there), None)


def _tags(db: Database, dataset: str) -> list[TagData]:
    if dataset not in db.datasets():
        return []
    made = {row.tag: row for row in kept_runs(db.engine, dataset).values()}
    attempts = {change.run_id for run in read_schedule(db.engine, dataset) for change in run.states}
    found = []
    for facts in db.tags(dataset):
        row = made.get(facts.tag)
        earlier = "datapool" if facts.preselected else None
        data = TagData(
            id=facts.tag,
            dataset_id=id_of(db, dataset),
            name=facts.tag,
            tot_size=facts.selected + facts.preselected,
            prev_tag_id=earlier,
            preselected_tag_id=earlier,
            created_at=0 if row is None else milliseconds(row.since),
            run_id=row.run if row is not None and row.run in attempts else None,
        )
        found.append(data)
    found.sort(key=lambda tag: (-tag.created_at, tag.name))
    return [*found, _initial(db, dataset, found)]


def _initial(db: Database, dataset: str, tags: list[TagData]) -> TagData:
    first = first_tag(db, dataset)
    size = next((tag.tot_size for tag in tags if tag.name == first), None)
    run_id = next((tag.run_id for tag in tags if tag.name == first), None)
    count = len(db.dataset(dataset)) if size is None else size
    return TagData(id=INITIAL_TAG, dataset_id=id_of(db, dataset), name=INITIAL_TAG, tot_size=count, run_id=run_id)


def _named(db: Database, dataset: str, tag: str) -> list[tuple[str, bool]]:
    """File names in a tag, and whether each is a new pick."""
    rows = db.dataset(dataset).to_arrow(tag).select(["sample_id", "file_name", "rank"]).to_pylist()
    return [
        (str(row["sample_id"] if row["file_name"] is None else row["file_name"]), row["rank"] is not None)
        for row in rows
    ]
