"""What is wrong with a run is marked once its step is reached, and told when it is asked for."""

from __future__ import annotations

from tests.faces.tui.arrays import ALIKE, given
from tests.faces.tui.driving import LARGE, Driver, drive


def test_what_is_wrong_is_marked_once_its_step_is_reached() -> None:
    async def play(driver: Driver) -> None:
        assert "▲" not in driver.graph()
        await driver.press("end")
        assert "tanh▲" in driver.graph() or "▲" in driver.graph()
        node = next(i for i, node in enumerate(driver.now.trace.program.nodes) if node.name == "h")
        driver.screen.select(node)
        assert "▲ All 5 units of h are equal" in driver.step().replace("\n", " ")
        await driver.press("D")
        await driver.until(lambda: driver.app.screen is not driver.screen)
        frame = driver.frame()
        assert "alike: All 5 units" in frame
        assert frame.index("alike: All 5 units") < frame.index("layer  gate"), "of a hundred layers the end is out of sight"

    drive(play, ALIKE[0], given(ALIKE[1]), size=LARGE)


def test_a_program_of_numbers_is_diagnosed_when_it_is_asked_for() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("end")
        assert "▲" not in driver.graph()
        await driver.press("D")
        assert "saturated" in driver.frame()

    drive(play, "sigmoid(x)", {"x": 40.0})
