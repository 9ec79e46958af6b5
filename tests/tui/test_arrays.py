"""Programs of arrays on the screen: every key, every pane, in windows of two sizes."""

from __future__ import annotations

import pytest

from graphstep.tui.actions import ACTIONS
from tests.tui.arrays import PROGRAMS, given
from tests.tui.driving import LARGE, SMALL, Driver, drive

KEYS = [key for action in ACTIONS for key in action.keys if action.id not in ("quit", "palette", "theme")]


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=str)
@pytest.mark.parametrize("name", PROGRAMS)
def test_every_key_can_be_pressed_at_many_places_of_every_program(name: str, size: tuple[int, int]) -> None:
    text, words = PROGRAMS[name]

    async def play(driver: Driver) -> None:
        last = len(driver.now.trace)
        for place in (0, 1, driver.now.trace.plan.seed_step, last - 1):
            driver.screen.go(place)
            for key in KEYS:
                await driver.press(key)
                while len(driver.app.screen_stack) > 2 or driver.app.screen is not driver.screen:
                    await driver.press("escape")
            driver.screen.stop_asking()
        assert driver.frame()

    drive(play, text, given(words), size=size)
