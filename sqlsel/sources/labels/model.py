"""What every reader of labels gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlsel.datasets.label_files import LabelFile
    from sqlsel.sources.lightly.faults import Faults
    from sqlsel.sources.lightly.singletons import Values
    from sqlsel.sources.lightly.tasks import Task

    # An image, named relative to the folder of the images, and its objects.
    Labelled = tuple[str, list[Values]]


@dataclass(slots=True)
class Labels:
    """Labels that are open.

    Attributes:
        source: The file, or the folder of Pascal VOC files, with what names of images in it lack.
        task: The task they become.
        root: The folder of the images; None where there is none.
        read: Gives the images with their objects. It takes what cannot be used, and a folder for temporary files.
    """

    source: LabelFile
    task: Task
    root: Path | None
    read: Callable[[Faults, Path], Iterator[Labelled]]
