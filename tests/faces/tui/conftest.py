"""What holds for all tests of the terminal UI."""

from __future__ import annotations

import gc

import pytest


@pytest.fixture(autouse=True)
def spared(monkeypatch) -> list[str]:
    """What the screens ask of the garbage collector, which is not done: it would look through all tests every time."""
    asked: list[str] = []
    for name in ("collect", "freeze", "unfreeze"):
        monkeypatch.setattr(gc, name, lambda name=name: asked.append(name))
    return asked
