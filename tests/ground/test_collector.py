"""The garbage collector looks at what is new, and once at what has lasted."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from graphstep.ground.collector import _STEADY, collect_lasting, collector_paused, lasting

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


def test_what_was_made_in_a_pause_or_in_answering_a_question_is_not_looked_through_while_a_screen_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[str] = []
    count = [0, 0, 0]
    monkeypatch.setattr(gc, "freeze", lambda: calls.append("freeze"))
    monkeypatch.setattr(gc, "get_count", lambda: tuple(count))
    for threshold, often in (((700, 10, 10), 0), (_STEADY, 2)):
        monkeypatch.setattr(gc, "get_threshold", lambda threshold=threshold: threshold)
        for place, much in ((0, _STEADY[0]), (1, 1)):
            for made in (0, much):
                count[:] = [0, 0, 0]
                with collector_paused(), lasting():
                    count[place] = made
        assert len(calls) == often
