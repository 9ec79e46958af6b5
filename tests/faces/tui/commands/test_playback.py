"""Autoplay: the run steps by itself; any other key, a breakpoint and the end stop it."""

from __future__ import annotations

import pytest

from graphstep.debugger.frames import position_of
from graphstep.debugger.session import Command
from graphstep.faces.tui.commands import playback
from tests.faces.tui.driving import Driver, drive


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits for a second."""
    monkeypatch.setattr(playback, "PACES", (4.0, 2.0, 1.0, 0.002, 0.001))


async def playing_fast(driver: Driver) -> None:
    await driver.press("a")
    assert "Playing, 1 a second." in driver.frame()
    await driver.press("greater_than_sign")


def test_it_plays_to_the_end_and_begins_again_from_there() -> None:
    async def play(driver: Driver) -> None:
        await playing_fast(driver)
        await driver.until(lambda: not driver.screen.playback.on)
        assert driver.now.at == driver.now.last
        # What the key does, before the first step of it.
        driver.screen.playback.start()
        assert driver.now.at == 0
        assert driver.screen.playback.on

    drive(play)


def test_any_other_key_stops_it_and_does_what_it_does() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("a", "left")
        assert not driver.screen.playback.on
        await driver.press("a", "a")
        assert not driver.screen.playback.on
        await driver.press("a", "right")
        assert (driver.screen.playback.on, driver.now.at) == (False, 1)
        assert "Playing" not in driver.frame()
        # The one that paints the screen again is the application's, and one does nothing.
        for key in ("ctrl+l", "ctrl+y"):
            await driver.press("a", key)
            assert not driver.screen.playback.on

    drive(play)


def test_a_breakpoint_stops_it() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("right", "b", "home")
        await playing_fast(driver)
        await driver.until(lambda: not driver.screen.playback.on)
        assert driver.now.at == 1
        assert "A breakpoint stops it." in driver.frame()

    drive(play)


def test_a_breakpoint_inside_a_closed_gate_stops_it() -> None:
    async def play(driver: Driver) -> None:
        driver.screen.do(Command("break_on", "grad p1.1 > -100"))
        await playing_fast(driver)
        await driver.until(lambda: not driver.screen.playback.on)
        assert position_of(driver.now) == "5/p1/8"
        assert "grad p1.1 > -100" in driver.message

    drive(play, "sigmoid(x)*x", {"x": 3.0})


def test_the_pace_has_ends_and_a_dialog_holds_it() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("a", *["less_than_sign"] * 9)
        assert "a step in 4 seconds" in driver.frame()
        await driver.press("question_mark")
        before = driver.now.at
        driver.screen.playback.tick()
        assert driver.now.at == before

    drive(play)
