"""Programs that Spark needs and that are missing: one line that says what to install."""

from __future__ import annotations

import pytest

import sqlsel
from sqlsel.engines.spark.session import check_installed


def test_java_that_is_missing_is_named_with_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(sqlsel.UsageError, match="apt install openjdk-17-jre-headless"):
        check_installed()


def test_pyspark_that_is_missing_is_named_with_what_to_install(monkeypatch):
    monkeypatch.setattr("sqlsel.engines.spark.session.find_spec", lambda _name: None)
    with pytest.raises(sqlsel.UsageError, match=r"pip install 'sqlsel\[spark\]'"):
        check_installed()
