"""Calls about datasets and the folders that they are read from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from sqlsel.datasets.datasources import create_dataset, datasource, set_datasource
from sqlsel.errors import UsageError
from sqlsel.lightly.data import DatasetData, DatasetType, DatasourceConfig, DatasourcePurpose
from sqlsel.lightly.sessions import dataset_name, id_of, known_datasets, tell_ignored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlsel.database import Database
    from sqlsel.lightly.sessions import Sessions


class DatasetCalls:
    """The part of the client that chooses a dataset and says where its images are."""

    _sessions: Sessions
    _dataset_id: str | None

    @property
    def dataset_id(self) -> str:
        """The dataset that calls are about.

        Raises:
            UsageError: If none was chosen and there are several, or none.
        """
        if self._dataset_id is None:
            with self._sessions.open() as db:
                names = known_datasets(db)
            if len(names) != 1:
                raise UsageError(
                    f"no dataset is chosen, and there are {len(names) or 'none'}",
                    hint="client.set_dataset_id_by_name(name), or client.create_dataset(name)",
                )
            self._dataset_id = names[0]
        return self._dataset_id

    @dataset_id.setter
    def dataset_id(self, dataset_id: str) -> None:
        with self._sessions.open() as db:
            dataset_name(db, dataset_id)
        self._dataset_id = dataset_id

    def create_dataset(self, dataset_name: str, dataset_type: str = DatasetType.IMAGES) -> None:
        """Make a dataset and choose it. It gets its samples when a run reads its folder.

        Raises:
            UsageError: If there is one of that name, or it cannot be called so.
        """
        if dataset_type != DatasetType.IMAGES:
            tell_ignored(f"dataset_type {dataset_type!r} has no effect here: what is in the folder tells")
        with self._sessions.open() as db:
            if dataset_name in known_datasets(db):
                raise UsageError(
                    f"there is a dataset {dataset_name!r} already",
                    hint="client.set_dataset_id_by_name(name) chooses it",
                )
            create_dataset(db.engine, dataset_name)
        self._dataset_id = dataset_name

    def create_new_dataset_with_unique_name(
        self, dataset_basename: str, dataset_type: str = DatasetType.IMAGES
    ) -> None:
        """Make a dataset and choose it, with a number behind its name where that is taken."""
        with self._sessions.open() as db:
            names = known_datasets(db)
        tries = (dataset_basename, *(f"{dataset_basename}_{number}" for number in range(1, len(names) + 2)))
        self.create_dataset(next(name for name in tries if name not in names), dataset_type)

    def set_dataset_id_by_name(self, dataset_name: str, shared: bool | None = False) -> None:  # noqa: ARG002
        """Choose a dataset by its name."""
        self.dataset_id = dataset_name

    def dataset_exists(self, dataset_id: str) -> bool:
        """Whether there is such a dataset."""
        with self._sessions.open() as db:
            try:
                dataset_name(db, dataset_id)
            except UsageError:
                return False
        return True

    def dataset_name_exists(self, dataset_name: str, shared: bool | None = False) -> bool:  # noqa: ARG002
        """Whether there is a dataset of that name."""
        with self._sessions.open() as db:
            return dataset_name in known_datasets(db)

    def get_dataset_by_id(self, dataset_id: str) -> DatasetData:
        """One dataset."""
        with self._sessions.open() as db:
            return _data(db, dataset_name(db, dataset_id))

    def get_datasets_by_name(self, dataset_name: str, shared: bool | None = False) -> list[DatasetData]:  # noqa: ARG002
        """The datasets of a name: one, or none."""
        return [found for found in self.get_datasets() if found.name == dataset_name]

    def get_datasets(self, shared: bool | None = False) -> list[DatasetData]:  # noqa: ARG002
        """All datasets."""
        with self._sessions.open() as db:
            return [_data(db, name) for name in known_datasets(db)]

    get_all_datasets = get_datasets

    def get_datasets_iter(self, shared: bool | None = False) -> Iterator[DatasetData]:
        """All datasets, one after the other."""
        yield from self.get_datasets(shared)

    def set_local_config(
        self,
        relative_path: str = "",
        web_server_location: str | None = None,
        thumbnail_suffix: str | None = None,
        purpose: str = DatasourcePurpose.INPUT_OUTPUT,
    ) -> None:
        """Say which folder the images of the dataset are in; a run reads it when it begins.

        Args:
            relative_path: The folder, from the working directory.
            web_server_location: Has no meaning here.
            thumbnail_suffix: Has no meaning here.
            purpose: ``INPUT`` for the images, ``LIGHTLY`` for the folder with ``.lightly``, which is the same one here.

        Raises:
            UsageError: If there is no such folder.
        """
        for name, value in (("web_server_location", web_server_location), ("thumbnail_suffix", thumbnail_suffix)):
            if value is not None:
                tell_ignored(f"{name} has no effect here: images are read where they lie")
        folder = Path(relative_path).absolute()
        if not folder.is_dir():
            raise UsageError(f"{folder}: there is no such folder", hint="name the folder with the images")
        kind = DatasourcePurpose.LIGHTLY if purpose == DatasourcePurpose.LIGHTLY else DatasourcePurpose.INPUT
        with self._sessions.open() as db:
            name = dataset_name(db, self.dataset_id)
            self._check_beside(db, name, kind, folder)
            set_datasource(db.engine, name, kind, str(folder))

    def _check_beside(self, db: Database, name: str, kind: str, folder: Path) -> None:
        other = datasource(db.engine, name, DatasourcePurpose.INPUT)
        if kind == DatasourcePurpose.LIGHTLY and other is not None and Path(other) != folder:
            if (folder / ".lightly").is_dir():
                raise UsageError(
                    f"{folder}: predictions and metadata are read from .lightly in the folder of the images, {other}",
                    hint=f"move or link {folder / '.lightly'} there",
                )
            tell_ignored(f"the Lightly folder {folder} has no .lightly in it; outputs go to the database")

    def get_datasource(self) -> DatasourceConfig:
        """The folder of the dataset.

        Raises:
            UsageError: If none was given.
        """
        with self._sessions.open() as db:
            path = datasource(db.engine, dataset_name(db, self.dataset_id), DatasourcePurpose.INPUT)
        if path is None:
            raise UsageError(
                f"dataset {self.dataset_id!r} has no folder", hint="client.set_local_config(relative_path) names it"
            )
        return DatasourceConfig(full_path=path, purpose=DatasourcePurpose.INPUT)

    def list_datasource_permissions(self) -> dict[str, Any]:
        """Whether the folder can be read and listed."""
        readable = Path(self.get_datasource().full_path).is_dir()
        return {"can_list": readable, "can_overwrite": False, "can_read": readable, "can_write": False}

    def _no_cloud(self, **_: object) -> NoReturn:
        raise UsageError(
            "images are read from folders of this machine only",
            hint="mount or download the bucket, and name the folder in client.set_local_config(relative_path)",
        )

    set_s3_config = _no_cloud
    set_s3_delegated_access_config = _no_cloud
    set_gcs_config = _no_cloud
    set_azure_config = _no_cloud
    set_obs_config = _no_cloud


def _data(db: Database, name: str) -> DatasetData:
    count = len(db.dataset(name)) if name in db.datasets() else 0
    return DatasetData(id=id_of(db, name), name=name, n_samples=count)
