"""Lightly's API client, on a database of one's own.

Where a script says ``from lightly.api import ApiWorkflowClient``, ``from sqlsel.lightly import ApiWorkflowClient`` runs
the calls around a selection here: no account, no worker to start, nothing leaves the machine.
"""

from __future__ import annotations

from sqlsel.lightly.client import ApiWorkflowClient
from sqlsel.lightly.data import (
    ComputeWorkerRunInfo,
    DatasetData,
    DatasetType,
    DatasourceConfig,
    DatasourcePurpose,
    DockerRunData,
    DockerRunScheduledData,
    TagData,
)
from sqlsel.lightly.sessions import IgnoredOptionWarning
from sqlsel.scheduling import InvalidConfigurationError

__all__ = [
    "ApiWorkflowClient",
    "ComputeWorkerRunInfo",
    "DatasetData",
    "DatasetType",
    "DatasourceConfig",
    "DatasourcePurpose",
    "DockerRunData",
    "DockerRunScheduledData",
    "IgnoredOptionWarning",
    "InvalidConfigurationError",
    "TagData",
]
