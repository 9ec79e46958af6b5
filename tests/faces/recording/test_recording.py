"""Recordings: what a player shows at the end of each frame is what the screen shows, and the same run makes the same bytes."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from functools import cache
from pathlib import Path

import pytest

import graphstep as gs
from graphstep.faces.cli import main
from graphstep.faces.recording import cast, svg
from graphstep.faces.recording.frames import EACH, FIRST, LAST, Recording
from graphstep.faces.tui.recorder import record
from graphstep.faces.tui.screen import SteppingScreen
from tests.cases import each
from tests.faces.tui.conftest import jumping, sheets, spared  # noqa: F401 (of every test that opens a screen)
from tests.faces.tui.terminal import Screen


@cache
def recorded(text: str = "(x+y)*z", at: int = 0) -> Recording:
    trace = gs.run(text, **{"x": -2, "y": 5, "z": -4} if text == "(x+y)*z" else {"x": 3}).trace
    return record(SteppingScreen(trace.program, trace.inputs, trace=trace, at=at), (80, 24))


def shown(frame) -> str:
    return "\n".join("".join(span.text for span in row).rstrip() for row in frame)


def test_every_step_has_a_frame_with_what_it_says() -> None:
    recording = recorded()
    assert len(recording.frames) == 8
    assert "start 0/7" in shown(recording.frames[0])
    assert "× sends to z" in shown(recording.frames[5])
    assert "backward 7/7" in shown(recording.frames[7])
    assert recording.times == (0.0, *(FIRST + n * EACH for n in range(7)), FIRST + 6 * EACH + LAST)
    for frame in recording.frames:
        assert [sum(span.cells for span in row) for row in frame] == [80] * 24


def test_it_begins_at_the_step_that_was_asked_for() -> None:
    assert len(recorded(at=5).frames) == 3


def test_a_player_of_the_cast_shows_every_frame() -> None:
    recording = recorded()
    header, *events = [json.loads(line) for line in cast.content(recording).splitlines()]
    assert header == {"version": 2, "width": 80, "height": 24, "title": "graphstep (x+y)*z"}
    assert [event[0] for event in events] == list(recording.times)
    screen = Screen(80, 24)
    for (_, kind, written), frame in zip(events, recording.frames, strict=False):
        assert kind == "o"
        screen.write(written)
        assert screen.text() == shown(frame)


def test_the_picture_shows_each_row_in_the_frames_that_have_it_and_nothing_from_elsewhere() -> None:
    recording = recorded()
    text = svg.content(recording)
    root = ElementTree.fromstring(text)
    last = len(recording.frames) - 1
    groups = [node for node in root if node.tag.endswith("}g")]
    for n, frame in enumerate(recording.frames):
        seen = []
        for group in groups:
            first, end = map(int, (group.get("class") or f"f0-{last}")[1:].split("-"))
            if first <= n <= end:
                seen += [node.text or "" for node in group if node.tag.endswith("}text")]
        expected = [span.text.strip() for row in frame for span in row if span.text.strip()]
        assert sorted(x.strip() for x in seen) == sorted(expected)
    assert not re.search(r"https?://(?!www.w3.org/2000/svg)|<script|@import|url\(", text)
    assert "prefers-reduced-motion" in text
    assert len(text) < 100_000


def test_the_same_run_makes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg", "one.cast", "two.cast"):
        assert main(["x*x", "x=3", "--record", str(tmp_path / name), "--size", "60x20"]) == 0
    for kind in (".svg", ".cast"):
        assert (tmp_path / f"one{kind}").read_bytes() == (tmp_path / f"two{kind}").read_bytes()


def test_a_hostile_title_is_text() -> None:
    trace = gs.run("x*x # <script>alert(1)</script>", x=3).trace
    text = svg.content(record(SteppingScreen(trace.program, trace.inputs, trace=trace, at=len(trace)), (80, 24)))
    assert "<script>" not in text
    ElementTree.fromstring(text)


@each(
    ("words", "said"),
    [
        (["--record", "demo.gif"], "no file that plays a recording"),
        (["--record", "demo.svg", "--size", "8x2"], "--size takes columns and rows"),
        (["--record", "demo.svg", "--plain"], "a recording is made alone"),
        (["--size", "80x24"], "--size is of a recording"),
    ],
)
def test_what_cannot_be_recorded_is_refused(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["x*x", "x=3", *words]) == 2
    assert said in capsys.readouterr().err
