"""What is asked for before there is a run."""

from __future__ import annotations

from tests.faces.tui.arrays import LAYER
from tests.faces.tui.driving import Driver, drive


def test_missing_arrays_are_asked_for_and_asked_again_when_they_do_not_fit() -> None:
    async def play(driver: Driver) -> None:
        for name, text in (("W", "[[1,2],[3,4]]"), ("x", "[1,2,3]")):
            driver.app.screen.query_one(f"#field-{driver.app.screen.missing.index(name)}").value = text
        await driver.press("enter", "enter")
        await driver.until(lambda: "W has the shape 2×2" in " ".join(driver.frame().split()))
        assert "[[1,2],[3,4]]" in driver.frame()
        driver.app.screen.query_one("#field-1").value = "[1,2]"
        await driver.press("enter", "enter")
        await driver.until(lambda: driver.screen.state is not None)
        assert driver.now.trace.output == 5**2 + 11**2

    drive(play, LAYER[0], {})
