"""The garbage collector looks at rest, and once at what has lasted."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from graphstep.ground.collector import collect_in_rest

if TYPE_CHECKING:
    import pytest


def test_what_lasts_is_looked_at_once_and_only_where_much_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    for name in ("collect", "freeze"):
        monkeypatch.setattr(gc, name, lambda name=name: calls.append(name))
    for looks, expected in ((0, []), (20, ["collect", "freeze"])):
        monkeypatch.setattr(gc, "get_count", lambda looks=looks: (0, looks, 0))
        collect_in_rest()
        assert calls == expected
