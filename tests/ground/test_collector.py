"""The garbage collector looks at what is new, and once at what has lasted."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from graphstep.ground.collector import _STEADY, collect_lasting

if TYPE_CHECKING:
    import pytest


def test_what_lasts_is_looked_at_once_and_only_where_much_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    for name in ("collect", "freeze"):
        monkeypatch.setattr(gc, name, lambda *young, name=name: calls.append(name + "".join(map(str, young))))
    for looks, expected in ((0, ["collect0"]), (20, ["collect0", "collect", "freeze"])):
        monkeypatch.setattr(gc, "get_count", lambda looks=looks: (0, looks, 0))
        monkeypatch.setattr(gc, "get_threshold", lambda: _STEADY)
        collect_lasting()
        assert calls == expected
