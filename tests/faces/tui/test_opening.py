"""A long text is read behind a screen that says how far it is, and can be given up there."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest

from graphstep.engine.archive import opening_of_trace, write_run
from graphstep.engine.trace import trace
from graphstep.faces.cli import main, program
from graphstep.faces.tui import app as apps
from graphstep.faces.tui.app import GraphstepApp
from graphstep.faces.tui.opening import OpeningScreen
from graphstep.faces.tui.screen import SteppingScreen
from graphstep.ground.errors import GraphstepError, ReadError
from graphstep.language.read import read
from tests.faces.tui.driving import SMALL, Driver

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LONG = "+".join(["x*y"] * 3_000)


def drive(prepare: Callable[[Any], Any], play: Callable[[Driver], Any]) -> OpeningScreen:
    """Open a program that is prepared so, and play a scene on its screen."""
    screen = OpeningScreen("en", prepare)

    async def scene() -> None:
        async with GraphstepApp(screen).run_test(size=SMALL) as pilot:
            await play(Driver(screen.app, pilot))

    asyncio.run(scene())
    return screen


def test_the_panes_say_how_much_has_been_read_until_the_run_stands_in_them() -> None:
    go_on, shares = threading.Event(), list[float]()

    def prepare(watch: Callable[[float], None]) -> Callable[[], SteppingScreen]:
        def watched(share: float) -> None:
            watch(share)
            if share > 0.3:
                shares.append(share)
                go_on.wait(10)

        made = read(LONG, (), watched)
        return lambda: SteppingScreen(made, {"x": 2.0, "y": 3.0})

    async def play(driver: Driver) -> None:
        await driver.until(lambda: bool(shares) and f"Reading the program: {shares[0]:.0%}" in driver.frame())
        assert "escape or q gives up." in driver.frame()
        assert "value above the wire, gradient below" in driver.frame()
        go_on.set()
        await driver.until(lambda: isinstance(driver.app.screen, SteppingScreen) and driver.screen.state is not None)
        await driver.pilot.pause()
        assert "of 6,001 nodes" in driver.frame()
        assert "The inputs are given" in driver.frame()

    assert drive(prepare, play).error is None


def test_what_cannot_be_read_closes_the_screen_and_is_said_behind_it() -> None:
    def prepare(watch: Callable[[float], None]) -> Callable[[], SteppingScreen]:
        made = read(f"{LONG} $ x", (), watch)
        return lambda: SteppingScreen(made, {})

    async def play(driver: Driver) -> None:
        await driver.until(lambda: not driver.app.is_running)

    error = drive(prepare, play).error
    assert isinstance(error, ReadError)
    assert "$" in error.message


def test_escape_ends_the_reading() -> None:
    ended, is_over = [], threading.Event()

    def prepare(watch: Callable[[float], None]) -> Callable[[], SteppingScreen]:
        try:
            while True:
                watch(0.1)
        except GraphstepError as error:
            ended.append(error.message)
            is_over.set()
            raise

    async def play(driver: Driver) -> None:
        await driver.until(lambda: "Reading the program: 10%" in driver.frame())
        await driver.press("escape")

    drive(prepare, play)
    is_over.wait(10)
    assert ended == ["the reading was given up"]


def test_who_leaves_does_not_wait_for_what_cannot_be_stopped() -> None:
    left, ended = threading.Event(), []

    def prepare(watch: Callable[[float], None]) -> Callable[[], SteppingScreen]:
        left.wait(5)
        ended.append("the work")
        raise GraphstepError("nobody is told")

    async def play(driver: Driver) -> None:
        await driver.until(lambda: "Reading …" in driver.frame())
        await driver.press("escape")

    drive(prepare, play)
    assert not ended
    left.set()


def test_who_watches_a_text_is_told_ever_larger_shares_of_it() -> None:
    shares: list[float] = []
    made = read(LONG, (), shares.append)
    assert len(shares) > 3
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] <= 1
    assert made == read(LONG)


def test_a_long_text_in_a_file_is_opened_so_and_what_is_wrong_with_it_is_said_as_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    screens: list[object] = []

    def closed(screen: Any) -> int:
        screens.append(screen)
        if isinstance(screen, OpeningScreen):
            try:
                screens.append(screen._prepare(lambda _: None)())
            except GraphstepError as error:
                screen.error = error
        return 0

    file = tmp_path / "long.txt"
    monkeypatch.setattr(apps, "run_screen", closed)
    monkeypatch.setattr("graphstep.faces.history.remember", screens.append)
    for stream in ("stdin", "stdout"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True)
    file.write_text("x*y", encoding="utf-8")
    assert main([f"@{file}", "x=2", "y=3"]) == 0
    assert [type(each) for each in screens] == [SteppingScreen, list]
    monkeypatch.setattr(program, "_LONG", 2)
    assert main([f"@{file}", "x=2", "y=3", "--at", "1"]) == 0
    assert [type(each) for each in screens[2:]] == [OpeningScreen, SteppingScreen, list]
    assert screens[1] == screens[-1][:-2]
    recorded = tmp_path / "run.gsz"
    recorded.write_bytes(write_run(opening_of_trace(trace(read("x*y"), {"x": 2.0, "y": 3.0}))))
    assert main([str(recorded), "--at", "1"]) == 0
    opening, stepping, _ = screens[5:]
    assert isinstance(opening, OpeningScreen)
    assert stepping._trace.output == 6.0
    del screens[5:]
    file.write_text("x*y $", encoding="utf-8")
    assert main([f"@{file}", "x=2", "y=3"]) == 2
    assert "x*y $\n      ^" in capsys.readouterr().err
    assert main([f"@{file}", "x=2", "--plain"]) == 2
    assert isinstance(screens[-1], OpeningScreen)
