"""A place for what learners keep, in which no other test has left anything."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def own_data(tmp_path, monkeypatch):
    monkeypatch.setenv("GRAPHSTEP_DATA", str(tmp_path / "data"))
    return tmp_path / "data"
